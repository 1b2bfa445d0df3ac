//! Connections as they come in: bounded in number, and each with its TLS behind it, or dropped.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
};
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::{
    connection::Connection,
    limits::Limits,
    tls::{self, Tls},
    uses::Uses,
};

/// How long nobody is accepted after the system refused one, such as for want of files.
const PAUSE: Duration = Duration::from_millis(100);

/// A connection that may speak HTTP/2.
pub(super) struct Incoming {
    wire: Wire,
    peer: Peer,
    _room: OwnedSemaphorePermit,
}

enum Wire {
    Plain(Connection<TcpStream>),
    Secure(Box<Connection<TlsStream<TcpStream>>>),
}

/// Who is at the other end.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    /// The name in the certificate that they showed, if they did.
    pub(super) name: Option<Arc<str>>,
    pub(super) uses: Arc<Uses>,
}

/// Accepts connections for as long as somebody takes them.
pub(super) fn accept(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    limits: Limits,
) -> ReceiverStream<io::Result<Incoming>> {
    let (sender, accepted) = mpsc::channel(1);
    let room = Arc::new(Semaphore::new(limits.connections as usize));
    tokio::spawn(async move {
        loop {
            let Ok(room) = Arc::clone(&room).acquire_owned().await else {
                return;
            };
            let (stream, address) = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(PAUSE).await;
                        continue;
                    }
                },
                () = sender.closed() => return,
            };
            // A reply must not wait for the acknowledgement of the one before it.
            let _ = stream.set_nodelay(true);
            let (sender, tls) = (sender.clone(), tls.clone());
            tokio::spawn(async move {
                let peer = Peer {
                    address,
                    name: None,
                    uses: Uses::begin(),
                };
                let incoming = match tls {
                    None => {
                        let uses = Arc::clone(&peer.uses);
                        Some((Wire::Plain(Connection::new(stream, uses, limits)), peer))
                    }
                    Some(tls) => secured(&tls, stream, peer, limits).await,
                };
                if let Some((wire, peer)) = incoming {
                    let incoming = Incoming {
                        wire,
                        peer,
                        _room: room,
                    };
                    let _ = sender.send(Ok(incoming)).await;
                }
            });
        }
    });
    ReceiverStream::new(accepted)
}

/// With TLS behind it. None where the other end has not done its part in time.
async fn secured(
    tls: &Tls,
    stream: TcpStream,
    mut peer: Peer,
    limits: Limits,
) -> Option<(Wire, Peer)> {
    let address = peer.address;
    match tokio::time::timeout(limits.handshake(), tls.acceptor().accept(stream)).await {
        Ok(Ok(stream)) => {
            let shown = stream.get_ref().1.peer_certificates();
            let shown = shown.and_then(|shown| tls::name_of(shown.first()?));
            peer.name = shown.map(Arc::from);
            let uses = Arc::clone(&peer.uses);
            let stream = Connection::new(stream, uses, limits);
            Some((Wire::Secure(Box::new(stream)), peer))
        }
        Ok(Err(error)) => {
            tracing::debug!(%address, %error, "no TLS");
            None
        }
        Err(_) => {
            tracing::debug!(%address, "TLS took too long");
            None
        }
    }
}

impl Connected for Incoming {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer.clone()
    }
}

macro_rules! on_wire {
    ($self:ident, $wire:ident => $done:expr) => {
        match &mut $self.get_mut().wire {
            Wire::Plain($wire) => {
                let $wire = Pin::new($wire);
                $done
            }
            Wire::Secure($wire) => {
                let $wire = Pin::new(&mut **$wire);
                $done
            }
        }
    };
}

impl AsyncRead for Incoming {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        on_wire!(self, wire => wire.poll_read(cx, into))
    }
}

impl AsyncWrite for Incoming {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        on_wire!(self, wire => wire.poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        on_wire!(self, wire => wire.poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.wire {
            Wire::Plain(wire) => wire.is_write_vectored(),
            Wire::Secure(wire) => wire.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_wire!(self, wire => wire.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_wire!(self, wire => wire.poll_shutdown(cx))
    }
}
