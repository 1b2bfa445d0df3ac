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
    sync::{Arc, OnceLock},
    task::{Context, Poll},
    time::Duration,
};

use http_body::{Body as HttpBody, Frame, SizeHint};
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
    guard::{Guard, NotLetIn, Turn},
    incoming::Peer,
    limits::Limits,
    room::{Room, Taken},
    status::Refused,
    upload::Upload,
    uses::InUse,
};
use crate::{access::Method, exchange::token::TokenName};

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
    limits: Limits,
    room: Arc<Room>,
    /// Calls under way, which a server that stops waits for.
    calls: watch::Sender<usize>,
}

/// What one call holds until its reply is ready.
pub(super) struct Held {
    limits: Limits,
    of_all: Taken,
    /// Once it is known whose call it is, which is before its messages are read.
    of_own: OnceLock<(TokenName, Taken)>,
}

impl Held {
    fn new(hall: &Hall) -> Result<Self, Refused> {
        let held = Self {
            limits: hall.limits,
            of_all: Taken::nothing_of(Arc::clone(&hall.room)),
            of_own: OnceLock::new(),
        };
        held.take(CALL_BYTES)?;
        Ok(held)
    }

    /// Notes whose call it is.
    fn belongs_to(&self, turn: &Turn) {
        let own = Taken::nothing_of(turn.room());
        let _ = self.of_own.set((turn.name().clone(), own));
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// For a message of so many bytes that is about to come.
    pub(super) fn take(&self, bytes: usize) -> Result<(), Refused> {
        if bytes > self.limits.request_bytes as usize {
            // It is refused for its length.
            return Ok(());
        }
        if let Some((name, own)) = self.of_own.get()
            && !own.take(bytes)
        {
            return Err(NotLetIn::TooMuch { name: name.clone() }.into());
        }
        match self.of_all.take(bytes) {
            true => Ok(()),
            false => Err(Refused::Busy),
        }
    }
}

impl Door {
    pub(super) fn new(routes: Routes, guard: Guard, limits: Limits) -> Self {
        let hall = Hall {
            limits,
            room: Room::of_all(&limits),
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
        let peer = request.extensions().get::<Peer>().cloned();
        let in_use = peer.as_ref().map(|peer| peer.uses.call());
        let path = request.uri().path();
        // Health and reflection take small messages only, and in streams; they are for everybody.
        let Some(method) = Method::of_path(path) else {
            let reply = self.routes.call(request);
            return Box::pin(async move { Ok(Reply::of_anybody(reply.await?, in_use)) });
        };
        let held = match Held::new(&self.hall) {
            Ok(held) => Arc::new(held),
            Err(busy) => return Box::pin(ready(Ok(Status::from(busy).into_http()))),
        };
        let streams = matches!(
            method,
            Method::WatchRecords | Method::VerifyJournal | Method::BackupLedger
        );
        let under_way = (!streams).then(|| UnderWay::new(&self.hall));
        let mut request = request.map(|body| Body::new(Upload::new(body, Arc::clone(&held))));
        request.extensions_mut().insert(Arc::clone(&held));
        let (guard, mut routes) = (self.guard.clone(), self.routes.clone());
        let is_of_the_machine = self.is_of_the_machine;
        Box::pin(async move {
            let guest = match is_of_the_machine {
                true => Guard::of_the_machine(method),
                false => guard.let_in(request.headers(), peer.as_ref(), method).await,
            };
            let admitted = guest.and_then(|guest| Ok((guard.turn(&guest)?, guest)));
            let (turn, guest) = match admitted {
                Ok(admitted) => admitted,
                Err(refused) => return Ok(Status::from(refused).into_http()),
            };
            if let Some(turn) = &turn {
                held.belongs_to(turn);
            }
            request.extensions_mut().insert(guest);
            let reply = routes.call(request).await?;
            drop(held);
            Ok(reply.map(|body| {
                Body::new(Reply {
                    body,
                    _under_way: under_way,
                    _turn: turn,
                    _in_use: in_use,
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
    _in_use: Option<InUse>,
}

impl Reply {
    /// To somebody who needed no token.
    fn of_anybody(reply: Response<Body>, in_use: Option<InUse>) -> Response<Body> {
        reply.map(|body| {
            Body::new(Self {
                body,
                _under_way: None,
                _turn: None,
                _in_use: in_use,
            })
        })
    }
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
