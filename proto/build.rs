//! Compiles the contract with protox, so that no system protoc is needed.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message;

const FILES: [&str; 26] = [
    "timebank/v1/unit.proto",
    "timebank/v1/account.proto",
    "timebank/v1/entry.proto",
    "timebank/v1/hold.proto",
    "timebank/v1/statement.proto",
    "timebank/v1/facts.proto",
    "timebank/v1/centre.proto",
    "timebank/v1/staff.proto",
    "timebank/v1/member.proto",
    "timebank/v1/policy.proto",
    "timebank/v1/incident.proto",
    "timebank/v1/order.proto",
    "timebank/v1/supply.proto",
    "timebank/v1/standing.proto",
    "timebank/v1/pool.proto",
    "timebank/v1/source.proto",
    "timebank/v1/stock.proto",
    "timebank/v1/oversight.proto",
    "timebank/v1/partner.proto",
    "timebank/v1/group.proto",
    "timebank/v1/training.proto",
    "timebank/v1/conversion.proto",
    "timebank/v1/period.proto",
    "timebank/v1/report.proto",
    "timebank/v1/token.proto",
    "timebank/v1/journal.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=timebank");
    let descriptors = protox::compile(FILES, ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("timebank.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .build_transport(true)
        .btree_map(".")
        .codec_path("crate::bounded::BoundedCodec")
        // Most records are of the ledger alone: a large step of the time bank is not to
        // widen them all.
        .boxed(".timebank.v1.Record.step.exchange")
        .compile_fds(descriptors)?;
    Ok(())
}
