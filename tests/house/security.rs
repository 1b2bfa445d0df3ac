//! What SECURITY.md says of tests.

use std::{fs, path::Path};

/// Each test that it names is there.
#[test]
fn the_tests_that_it_names_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("SECURITY.md")).expect("SECURITY.md");
    let quoted = text.split('`').skip(1).step_by(2);
    let named: Vec<_> = quoted.filter(|name| name.contains("::")).collect();
    assert!(named.len() >= 20, "{named:?}");
    for name in named {
        let (module, test) = name.rsplit_once("::").expect("a module and a test");
        let file = root.join("tests").join(module.replace("::", "/"));
        let sources = [file.with_extension("rs"), file.join("mod.rs")];
        let sources = sources
            .iter()
            .filter_map(|path| fs::read_to_string(path).ok());
        let is_there = sources.into_iter().any(|source| {
            source
                .split("#[")
                .any(|item| item.contains("test") && item.contains(&format!("fn {test}(")))
        });
        assert!(is_there, "{name}");
    }
}
