//! Calls of any method, in bytes.

use prost::bytes::{Buf, BufMut};
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

use crate::support::Client;

struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut item = vec![0; buffer.remaining()];
        buffer.copy_to_slice(&mut item);
        Ok(Some(item))
    }
}

/// All that `Service/Method` answers, one message after the other.
pub(super) async fn call(
    client: &Client,
    method: &str,
    request: Vec<u8>,
) -> Result<Vec<u8>, Status> {
    let mut grpc = Grpc::new(client.channel.clone());
    grpc.ready().await.expect("a connection");
    let mut request = Request::new(request);
    let token = format!("Bearer {}", client.token());
    let token = token.parse().expect("a header");
    request.metadata_mut().insert("authorization", token);
    let path = format!("/timebank.v1.{method}").parse().expect("a path");
    let stream = grpc.server_streaming(request, path, Raw).await?;
    let mut stream = stream.into_inner();
    let mut answer = Vec::new();
    while let Some(message) = stream.message().await? {
        answer.extend(message);
    }
    Ok(answer)
}
