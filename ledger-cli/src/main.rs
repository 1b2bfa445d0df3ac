//! The administrators' client.

fn main() {}
