//! Each method of the contract has a row in the table of roles, which the docs show.

use std::collections::BTreeSet;

use prost::Message;
use prost_types::FileDescriptorSet;
use timebank::{access::METHODS, exchange::token::Role};
use timebank_proto::DESCRIPTOR_SET;

const DOC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/access.md");

/// The paths of all methods that the contract describes.
fn described() -> BTreeSet<String> {
    let set = FileDescriptorSet::decode(DESCRIPTOR_SET).expect("the contract");
    let files = set
        .file
        .iter()
        .filter(|file| file.package() == "timebank.v1");
    let methods = files.flat_map(|file| &file.service).flat_map(|service| {
        let name = service.name();
        let methods = service.method.iter();
        methods.map(move |method| format!("/timebank.v1.{name}/{}", method.name()))
    });
    methods.collect()
}

#[test]
fn every_method_has_a_row() {
    let listed: Vec<_> = METHODS
        .iter()
        .map(|method| method.path().to_owned())
        .collect();
    let unique: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(listed.len(), unique.len(), "a method is there twice");
    assert_eq!(unique, described());
}

#[test]
fn administrators_may_call_everything() {
    for method in METHODS {
        assert!(method.is_for(Role::Admin), "{}", method.path());
    }
}

/// The table as markdown.
fn table() -> String {
    let roles = Role::ALL.iter().map(|role| format!(" {role} |"));
    let mut lines = vec![
        format!("| method |{}", roles.collect::<String>()),
        format!("|---|{}", "---|".repeat(Role::ALL.len())),
    ];
    for method in METHODS {
        let name = method
            .path()
            .trim_start_matches("/timebank.v1.")
            .replace("Service/", ".");
        let cells = Role::ALL.iter().map(|role| match method.is_for(*role) {
            true => " x |",
            false => " |",
        });
        lines.push(format!("| {name} |{}", cells.collect::<String>()));
    }
    lines.join("\n")
}

#[test]
fn the_docs_have_the_table() {
    let doc = std::fs::read_to_string(DOC).expect("the document");
    let (before, after) = doc.split_once("| method |").expect("a table");
    let after = after.split_once("\n\n").map_or("", |(_, after)| after);
    let expected = format!("{before}{}\n\n{after}", table());
    if std::env::var_os("UPDATE_GOLDENFILES").is_some() {
        std::fs::write(DOC, &expected).expect("written");
    }
    assert_eq!(doc, expected, "UPDATE_GOLDENFILES=1 writes the table anew");
}
