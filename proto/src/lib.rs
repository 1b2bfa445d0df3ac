//! The `timebank.v1` contract: messages, clients and servers generated from
//! `proto/timebank/v1`, and the descriptor set that the reflection service serves.

mod bounded;
pub mod limits;

/// The generated messages, clients and servers.
#[allow(clippy::all, unreachable_pub, missing_docs)]
pub mod v1 {
    tonic::include_proto!("timebank.v1");
}

/// The contract's encoded `FileDescriptorSet`, with all that it imports.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/timebank.bin"));
