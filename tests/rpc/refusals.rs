//! Checks tables of requests that are refused.

use tonic::{Code, Status};

use crate::support::{Client, told};

/// What is wrong, how a sound request is made so, and what is told of it: the
/// code, the reason, and the figures as `name=value` in the order of their
/// names. Figures that end in `*` may go on.
pub(super) type Row<T> = (&'static str, fn(&mut T), Code, &'static str, &'static str);

/// Sends a sound request with one thing wrong at a time: each is refused as the
/// table says, and changes nothing. In the end the sound one goes through.
pub(super) async fn refused<T: Clone, R>(
    client: &mut Client,
    sound: T,
    rows: &[Row<T>],
    call: impl AsyncFn(&mut Client, T) -> Result<R, Status>,
) {
    let before = client.position().await;
    for (what, change, code, reason, figures) in rows {
        let mut request = sound.clone();
        change(&mut request);
        let Err(status) = call(client, request).await else {
            panic!("{what}: was taken");
        };
        check(what, &status, *code, reason, figures);
        assert_eq!(client.position().await, before, "{what}: was recorded");
    }
    if let Err(status) = call(client, sound).await {
        panic!("the sound request was refused: {status:?}");
    }
}

/// Checks what a refusal tells.
pub(super) fn check(what: &str, status: &Status, code: Code, reason: &str, figures: &str) {
    let told = told(status);
    assert_eq!(told.code, code, "{what}: {told:?}");
    assert_eq!(told.reason, reason, "{what}: {told:?}");
    assert_eq!(told.domain, "timebank", "{what}");
    assert!(!told.message.is_empty(), "{what}: says nothing");
    let found = told.figures.iter();
    let found: Vec<_> = found
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let found = found.join(" ");
    match figures.strip_suffix('*') {
        None => assert_eq!(found, figures, "{what}"),
        Some(beginning) => assert!(found.starts_with(beginning), "{what}: {found}"),
    }
}
