//! Each method, asked by each role of things of another centre: what is told of them is what is
//! told of what is not there, and nothing happens.

mod names;
mod raw;
mod table;
mod text;
mod world;

use std::collections::BTreeSet;

use timebank_proto::v1::Role;
use tonic::{Code, Status};
use uuid::Uuid;

use names::{Filling, Names};
use raw::call;
use table::{OPEN, REQUESTS};
use world::World;

use crate::support::{Client, told};

/// The reasons of those who may not.
const ACCESS: [&str; 7] = [
    "TOKEN_NOT_VALID",
    "ROLE_FORBIDS",
    "APPROVALS_ONLY",
    "ACTOR_CLAIMED",
    "CLAIM_NOT_COUNTED",
    "OUTSIDE_SCOPE",
    "NOT_IN_SCOPE",
];

/// What was answered, with things called by what they are.
fn heard(answer: Result<Vec<u8>, Status>, filling: &Filling<'_>) -> String {
    let text = match answer {
        Ok(bytes) => bytes.escape_ascii().to_string(),
        Err(status) => format!("{:?}", told(&status)),
    };
    filling.emptied(&text)
}

async fn ask(world: &World, who: &Client, row: (&str, &str), names: &Names) -> String {
    let mut filling = Filling::of(names);
    let request = world.contract.request(row.0, row.1, &mut filling);
    heard(call(who, row.0, request).await, &filling)
}

/// Those who ask from another centre, each of another role.
async fn outsiders(world: &mut World) -> Vec<(&'static str, Client)> {
    let member = world.own.get("provider").to_owned();
    let mut asking = vec![("an operator of the staff", world.ours.clone())];
    for (what, name, role, scope) in [
        ("an operator", "desk", Role::Operator, "city"),
        ("an approver", "1002", Role::Approver, "city"),
        ("an auditor", "audit", Role::Auditor, "city"),
        ("an evaluator", "evaluator", Role::Evaluator, "city"),
        ("a system", "system", Role::Integration, "city"),
        ("a member", &member, Role::Member, ""),
    ] {
        let token = world.city.client.issue(name, role, scope).await;
        asking.push((what, world.city.client.showing(&token)));
    }
    asking
}

/// A foreign name that an answer holds, as text or, in records, as the bytes of a UUID.
fn foreign<'a>(told: &str, names: &'a Names) -> Option<&'a str> {
    let times = ["soon", "past", "today", "until"];
    let names = names.0.iter();
    let names = names.filter(|(what, _)| !times.contains(&what.as_str()));
    let mut names = names.map(|(_, name)| name.as_str());
    names.find(|name| {
        let bytes = Uuid::parse_str(name).map(|id| id.as_bytes().escape_ascii().to_string());
        told.contains(name) || bytes.is_ok_and(|bytes| told.contains(&bytes))
    })
}

fn tells(open: &(&str, &str), row: &(&str, &str)) -> bool {
    open.0 == row.0 && row.1.contains(open.1)
}

/// Whether a row's answers are known to tell more.
fn is_open(row: &(&str, &str)) -> bool {
    OPEN.iter().any(|open| tells(open, row))
}

#[test]
fn every_method_has_a_foreign_request() {
    let asked: BTreeSet<_> = REQUESTS.iter().map(|(method, _)| *method).collect();
    let contract = text::Contract::read();
    assert_eq!(asked, contract.methods().collect());
    for open in OPEN {
        let mut rows = REQUESTS.iter();
        assert!(rows.any(|row| tells(open, row)), "{open:?} is of no row");
    }
}

#[tokio::test]
async fn foreign_things_are_as_if_they_were_not_there() {
    let mut world = World::founded().await;
    let asking = outsiders(&mut world).await;
    let there = world.foreign.clone().beside(&world.own);
    let absent = world.foreign.absent().beside(&world.own);
    let nowhere = world.foreign.nowhere("nada").beside(&world.own);
    let mut before = world.city.client.position().await;
    let mut leaks = Vec::new();
    for row in REQUESTS.iter().filter(|row| !is_open(row)) {
        for (who, client) in &asking {
            let of_there = ask(&world, client, *row, &there).await;
            for names in [&absent, &nowhere] {
                let of_none = ask(&world, client, *row, names).await;
                if of_there != of_none {
                    leaks.push(format!("{who}, {row:?}:\n  {of_there}\n  {of_none}"));
                }
            }
            if let Some(name) = foreign(&of_there, &world.foreign) {
                leaks.push(format!("{who}, {row:?}, {name}:\n  {of_there}"));
            }
            let after = world.city.client.position().await;
            if std::mem::replace(&mut before, after) != after {
                leaks.push(format!("{who}, {row:?}: recorded"));
            }
        }
    }
    assert!(
        leaks.is_empty(),
        "{} leaks:\n{}",
        leaks.len(),
        leaks.join("\n")
    );
}

/// A member of the same centre hears no more of what is another's there.
#[tokio::test]
async fn a_neighbours_things_are_as_if_they_were_not_there() {
    let world = World::founded().await;
    let mut admin = world.city.client.clone();
    let member = world.foreign.get("other");
    let token = admin.issue(member, Role::Member, "").await;
    let neighbour = admin.showing(&token);
    let there = world.foreign.clone().beside(&world.own);
    let absent = world.foreign.absent().beside(&world.own);
    let before = admin.position().await;
    // Their centre is there for them, and they are themself.
    let theirs = ["$centre", "$document", "$other", "$own_"];
    let is_theirs = |text: &str| theirs.iter().any(|name| text.contains(name));
    for row in REQUESTS.iter().filter(|row| !is_theirs(row.1)) {
        let of_there = ask(&world, &neighbour, *row, &there).await;
        let of_none = ask(&world, &neighbour, *row, &absent).await;
        assert_eq!(of_there, of_none, "{row:?}");
    }
    assert_eq!(admin.position().await, before, "something was recorded");
}

/// Who offers to help hears of it, though the need is not theirs; nobody else does.
#[tokio::test]
async fn a_member_hears_of_the_need_that_they_offer_to() {
    let mut world = World::founded().await;
    let asking = outsiders(&mut world).await;
    let (_, member) = asking.last().expect("the member");
    let names = world.foreign.clone().beside(&world.own);
    let offer = (
        "NeedService/StepNeed",
        "step_id:$id need_id:$own_need action{offer:$own_provider}",
    );
    let get = ("NeedService/GetNeed", "need_id:$own_need");
    let before = ask(&world, member, get, &names).await;
    assert!(before.contains("NEED_UNKNOWN"), "{before}");
    for row in [offer, get] {
        let told = ask(&world, member, row, &names).await;
        assert!(
            told.contains("$own_need") && !told.starts_with("Told"),
            "{told}"
        );
    }
}

/// None of it is nonsense: who may asks the same, and gets it, or is refused by another rule.
#[tokio::test]
async fn those_whose_it_is_are_not_refused_for_access() {
    let world = World::founded().await;
    let names = world.foreign.clone().beside(&world.own);
    let mut nonsense = Vec::new();
    for (method, text) in REQUESTS {
        let is_theirs = !text.contains("$own_");
        let mut filling = Filling::of(&names);
        let request = world.contract.request(method, text, &mut filling);
        let mut answer = Ok(Vec::new());
        for client in [&world.theirs, &world.city.client] {
            answer = call(client, method, request.clone()).await;
            let forbids = |status: &Status| told(status).reason == "ROLE_FORBIDS";
            if is_theirs && !answer.as_ref().is_err_and(forbids) {
                break;
            }
        }
        if let Err(status) = answer {
            let reason = told(&status).reason;
            let is_nonsense = matches!(status.code(), Code::InvalidArgument | Code::NotFound);
            if ACCESS.contains(&reason.as_str()) || is_nonsense {
                nonsense.push(format!("{method} {text}: {:?}", told(&status)));
            }
        }
    }
    assert!(nonsense.is_empty(), "{}", nonsense.join("\n"));
}
