//! What stands before the services: how many bytes of requests are inside at
//! once, and how many calls are under way.
//!
//! A request's bytes are [counted](super::upload) when its length is told, before
//! they are read, and given back when its reply is ready. A request that would be
//! too many is refused at once.

use std::{
    convert::Infallible,
    future::ready,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use http_body::{Body as HttpBody, Frame, SizeHint};
use timebank_proto::limits;
use tokio::sync::watch;
use tonic::{
    Status,
    body::Body,
    codegen::{
        BoxFuture, Bytes, Service,
        http::{Request, Response},
    },
    service::Routes,
};

use super::{
    guard::{Guard, Turn},
    incoming::Peer,
    status::Refused,
    upload::Upload,
};
use crate::access::Method;

/// What large requests have for all of them. A request takes several times its
/// bytes of memory until it is answered.
const LARGE_BYTES: usize = 64 * 1024 * 1024;
/// Small requests have a budget of their own, so that large ones do not shut
/// them out.
const SMALL_BYTES: usize = 32 * 1024 * 1024;
/// The largest request that counts as small.
const SMALL_MAX_BYTES: usize = 64 * 1024;
/// What any request counts for beyond its bytes.
const CALL_BYTES: usize = 1024;
/// When who was refused may try again: a large batch is done by then.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The services, and their door.
#[derive(Clone)]
pub(super) struct Door {
    routes: Routes,
    hall: Arc<Hall>,
    guard: Guard,
    /// Whether whoever comes has the machine, and brings no token.
    is_of_the_machine: bool,
}

/// What all connections share.
struct Hall {
    small: Budget,
    large: Budget,
    /// Calls under way, which a server that stops waits for.
    calls: watch::Sender<usize>,
}

struct Budget(AtomicUsize);

impl Budget {
    fn take(&self, bytes: usize) -> bool {
        let less = |free: usize| free.checked_sub(bytes);
        let (set, get) = (Ordering::AcqRel, Ordering::Acquire);
        self.0.fetch_update(set, get, less).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::AcqRel);
    }
}

/// What one call holds until its reply is ready.
pub(super) struct Held {
    hall: Arc<Hall>,
    small: AtomicUsize,
    large: AtomicUsize,
}

impl Held {
    fn new(hall: &Arc<Hall>) -> Result<Self, Refused> {
        let held = Self {
            hall: Arc::clone(hall),
            small: AtomicUsize::new(0),
            large: AtomicUsize::new(0),
        };
        held.take(CALL_BYTES)?;
        Ok(held)
    }

    /// For a message of so many bytes that is about to come.
    pub(super) fn take(&self, bytes: usize) -> Result<(), Refused> {
        if bytes > limits::REQUEST_BYTES {
            // It is refused for its length.
            return Ok(());
        }
        let (budget, held, cost) = match bytes <= SMALL_MAX_BYTES {
            true => (&self.hall.small, &self.small, bytes),
            false => (&self.hall.large, &self.large, bytes),
        };
        if !budget.take(cost) {
            return Err(Refused::Busy);
        }
        held.fetch_add(cost, Ordering::AcqRel);
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.hall.small.give_back(*self.small.get_mut());
        self.hall.large.give_back(*self.large.get_mut());
    }
}

impl Door {
    pub(super) fn new(routes: Routes, guard: Guard) -> Self {
        let hall = Hall {
            small: Budget(AtomicUsize::new(SMALL_BYTES)),
            large: Budget(AtomicUsize::new(LARGE_BYTES)),
            calls: watch::Sender::new(0),
        };
        Self {
            routes,
            hall: Arc::new(hall),
            guard,
            is_of_the_machine: false,
        }
    }

    /// The same, for whoever has the machine.
    pub(super) fn of_the_machine(self) -> Self {
        Self {
            is_of_the_machine: true,
            ..self
        }
    }

    /// How many calls are under way that end of themselves. Streams do not: they
    /// are ended.
    pub(super) fn calls(&self) -> watch::Receiver<usize> {
        self.hall.calls.subscribe()
    }
}

impl Service<Request<Body>> for Door {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<Body>>::poll_ready(&mut self.routes, cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let path = request.uri().path();
        // Health and reflection take small messages only, and in streams; they are for everybody.
        let Some(method) = Method::of_path(path) else {
            return Box::pin(self.routes.call(request));
        };
        let held = match Held::new(&self.hall) {
            Ok(held) => Arc::new(held),
            Err(busy) => return Box::pin(ready(Ok(Status::from(busy).into_http()))),
        };
        let streams = matches!(method, Method::WatchRecords | Method::VerifyJournal);
        let under_way = (!streams).then(|| UnderWay::new(&self.hall));
        let mut request = request.map(|body| Body::new(Upload::new(body, Arc::clone(&held))));
        request.extensions_mut().insert(Arc::clone(&held));
        let (guard, mut routes) = (self.guard.clone(), self.routes.clone());
        let is_of_the_machine = self.is_of_the_machine;
        Box::pin(async move {
            let guest = match is_of_the_machine {
                true => Guard::of_the_machine(method),
                false => {
                    let peer = request.extensions().get::<Peer>();
                    guard.let_in(request.headers(), peer, method).await
                }
            };
            let admitted = guest.and_then(|guest| Ok((guard.turn(&guest)?, guest)));
            let (turn, guest) = match admitted {
                Ok(admitted) => admitted,
                Err(refused) => return Ok(Status::from(refused).into_http()),
            };
            request.extensions_mut().insert(guest);
            let reply = routes.call(request).await?;
            drop(held);
            Ok(reply.map(|body| {
                Body::new(Reply {
                    body,
                    _under_way: under_way,
                    _turn: turn,
                })
            }))
        })
    }
}

/// One call more, as long as it lives.
struct UnderWay(Arc<Hall>);

impl UnderWay {
    fn new(hall: &Arc<Hall>) -> Self {
        hall.calls.send_if_modified(|calls| {
            *calls += 1;
            false
        });
        Self(Arc::clone(hall))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.calls.send_if_modified(|calls| {
            *calls -= 1;
            *calls == 0
        });
    }
}

/// A reply: its call is under way, and one of its token, until it is sent.
struct Reply {
    body: Body,
    /// None of a stream.
    _under_way: Option<UnderWay>,
    _turn: Option<Turn>,
}

impl HttpBody for Reply {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
