//! Idempotency: what stands already is told apart from what is new, before any
//! rule is looked at.

use super::{
    ask::{Ask, Id, Labels, Leg, Post},
    reference::{At, Ending, Hold, Reference, Refusal, opening_limits, shares},
};

/// Whether an id stands for something already.
pub(crate) enum Standing {
    Free,
    Same(Option<At>),
    Other(Refusal),
}

/// Compares what stands with what is asked, field by field.
fn compare(reason: &'static str, since: At, fields: &[(&str, bool)]) -> Standing {
    match fields.iter().find(|(_, same)| !same) {
        None => Standing::Same(Some(since)),
        Some((field, _)) => Standing::Other(Refusal {
            reason,
            figures: vec![("field", (*field).into())],
        }),
    }
}

/// The first field of the legs that differs, and whether none does.
fn legs(old: &[Leg], asked: &[Leg]) -> (String, bool) {
    if old.len() != asked.len() {
        return ("transfers".into(), false);
    }
    for (index, (old, asked)) in old.iter().zip(asked).enumerate() {
        for (field, same) in [
            ("debit_account_id", old.from == asked.from),
            ("credit_account_id", old.to == asked.to),
            ("amount", old.amount == asked.amount),
        ] {
            if !same {
                return (format!("transfers[{index}].{field}"), false);
            }
        }
    }
    (String::new(), true)
}

/// Whoever names the recorded time means the same as who left it to that.
fn same_time(old: Option<i64>, recorded: At, asked: Option<i64>) -> bool {
    old == asked || (old.is_none() && asked == Some(recorded.1))
}

impl Reference {
    /// Idempotency, which is settled before any rule is looked at.
    pub(crate) fn standing(&self, ask: &Ask) -> Standing {
        match ask {
            Ask::Declare { unit, step } => match self.units.get(unit) {
                None => Standing::Free,
                Some(standing) if standing == step => Standing::Same(None),
                Some(standing) => Standing::Other(Refusal {
                    reason: "UNIT_EXISTS",
                    figures: vec![("unit", (*unit).into()), ("step", (*standing).into())],
                }),
            },
            Ask::Open {
                account,
                kind,
                unit,
                limits,
            } => match self.accounts.get(account) {
                None => Standing::Free,
                Some(old) => {
                    let (floor, ceiling) = limits.unwrap_or(opening_limits(*kind));
                    let fields = [
                        ("kind", old.kind == *kind),
                        ("unit_id", old.unit == *unit),
                        ("floor", old.opened_with.0 == floor),
                        ("ceiling", old.opened_with.1 == ceiling),
                    ];
                    compare("ACCOUNT_EXISTS", old.opened, &fields)
                }
            },
            Ask::Limit { account, .. } => match self.accounts.get(account) {
                Some(old) if self.wanted_limits(ask) == Some((old.floor, old.ceiling)) => {
                    Standing::Same(None)
                }
                _ => Standing::Free,
            },
            Ask::Close { account } => match self.accounts.get(account).and_then(|a| a.closed) {
                Some(closed) => Standing::Same(Some(closed)),
                None => Standing::Free,
            },
            Ask::Post(post) => self.entry_standing(post.id, post, None),
            Ask::Reverse {
                id,
                of,
                reason,
                force,
                at,
            } => {
                let reversal = self.inverse(*id, *of, reason, *at);
                self.entry_standing(*id, &reversal, Some((*of, *force)))
            }
            Ask::Place {
                id,
                leg,
                expires_in_s,
                labels,
                unit,
            } => self.hold_standing(*id, leg, *expires_in_s, *labels, *unit),
            Ask::Settle { id, at, .. } | Ask::Share { id, at, .. } => {
                self.ended(*id, |hold, ending, since| {
                    let Ending::Settled { at: old, .. } = ending else {
                        return false;
                    };
                    let settled = self.entry(*id).expect("the settlement");
                    settled.legs == shares(ask, hold) && same_time(old, since, *at)
                })
            }
            Ask::Release { id } => self.ended(*id, |_, ending, _| ending == Ending::Released),
            Ask::Expire { id } => self.ended(*id, |_, ending, _| ending == Ending::Expired),
        }
    }

    fn entry_standing(&self, id: Id, asked: &Post, reverses: Option<(Id, bool)>) -> Standing {
        if let Some(hold) = self.hold(id) {
            return compare("ID_REUSED", hold.placed, &[("what", false)]);
        }
        let Some(old) = self.entry(id) else {
            return Standing::Free;
        };
        let of = |reverses: Option<(Id, bool)>| reverses.map(|(of, _)| of);
        let legs = legs(&old.legs, &asked.legs);
        let fields = [
            ("reverses_entry_id", of(old.reverses) == of(reverses)),
            ("force", old.reverses == reverses),
            (&legs.0, legs.1),
            ("effective_at", same_time(old.at, old.recorded, asked.at)),
            ("kind", old.labels.kind == asked.labels.kind),
            ("tags", old.labels.tags == asked.labels.tags),
            ("note", old.note == asked.note),
            (
                "transfers[0].unit_id",
                self.counts(asked.legs.first(), asked.unit),
            ),
        ];
        compare("ID_REUSED", old.recorded, &fields)
    }

    /// Whether the accounts of a leg count the unit that was named, if one was.
    fn counts(&self, leg: Option<&Leg>, unit: Option<&str>) -> bool {
        let counted = leg.and_then(|leg| self.accounts.get(leg.from));
        unit.is_none_or(|unit| counted.is_some_and(|account| account.unit == unit))
    }

    fn hold_standing(
        &self,
        id: Id,
        leg: &Leg,
        expires_in_s: Option<i64>,
        labels: Labels,
        unit: Option<&str>,
    ) -> Standing {
        if let Some(old) = self.hold(id) {
            let legs = legs(&[old.leg], &[*leg]);
            let fields = [
                (&legs.0[..], legs.1),
                ("expires_in", old.expires_in_s == expires_in_s),
                ("kind", old.labels.kind == labels.kind),
                ("tags", old.labels.tags == labels.tags),
                ("transfers[0].unit_id", self.counts(Some(leg), unit)),
            ];
            return compare("ID_REUSED", old.placed, &fields);
        }
        match self.entry(id) {
            Some(entry) => compare("ID_REUSED", entry.recorded, &[("what", false)]),
            None => Standing::Free,
        }
    }

    /// Whether a hold ended just so already.
    fn ended(&self, id: Id, so: impl Fn(&Hold, Ending, At) -> bool) -> Standing {
        match self.hold(id).and_then(|hold| Some((hold, hold.ended?))) {
            Some((hold, (ending, at))) if so(hold, ending, at) => Standing::Same(Some(at)),
            _ => Standing::Free,
        }
    }
}
