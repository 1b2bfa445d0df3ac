//! Disks that fill, commits that fail, files that someone changed.

mod access;
mod clock;
mod commits;
mod contradictions;
mod copies;
mod forger;
mod forgeries;
mod foundation;
mod full_disk;
mod hand;
mod honest;
mod intruder;
mod lines;
mod logging;
mod objects;
mod partakers;
mod rounds;
mod stopped;
mod tampering;

const MINT: &str = "city:issuance:mint";
const ANN: &str = "city:member:ann";
const BEN: &str = "city:member:ben";
