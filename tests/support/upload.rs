//! Calls whose request is sent piece by piece, as it is on the wire.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use http_body::{Body as HttpBody, Frame};
use prost::Message;
use tokio::sync::mpsc;
use tonic::{
    Code, Status,
    body::Body,
    codegen::{
        Bytes, Service,
        http::{Request, Response},
    },
};

use super::Client;

/// A message as it is on the wire.
pub(crate) fn framed(message: &impl Message) -> Bytes {
    let mut bytes = vec![0];
    let length = u32::try_from(message.encoded_len()).expect("a length");
    bytes.extend(length.to_be_bytes());
    message.encode(&mut bytes).expect("it is encoded");
    bytes.into()
}

/// Calls a method with a request of these pieces, and waits for the reply's end.
pub(crate) async fn upload(
    client: Client,
    method: &str,
    pieces: mpsc::Receiver<Bytes>,
) -> Result<(), Status> {
    let mut channel = client.channel.clone();
    let request = Request::post(format!("/{method}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("authorization", format!("Bearer {}", client.token()))
        .body(Body::new(Pieces(pieces)))
        .expect("a request");
    poll_fn(|cx| channel.poll_ready(cx)).await.expect("ready");
    let reply = channel.call(request).await;
    ended(reply.map_err(|error| Status::from_error(error.into()))?).await
}

/// The status of a reply: in its trailers, or its headers where it has no more.
async fn ended(reply: Response<Body>) -> Result<(), Status> {
    let mut status = Status::from_header_map(reply.headers());
    let mut body = reply.into_body();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        if let Some(trailers) = frame?.trailers_ref() {
            status = Status::from_header_map(trailers);
        }
    }
    match status.expect("a status") {
        status if status.code() == Code::Ok => Ok(()),
        status => Err(status),
    }
}

struct Pieces(mpsc::Receiver<Bytes>);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.0
            .poll_recv(cx)
            .map(|piece| piece.map(|p| Ok(Frame::data(p))))
    }
}
