//! What a test asks of the ledger, in plain words: account names, small ids,
//! numbers. The model reads it as it is; the ledger gets it as a [`Command`].

use std::{fmt, sync::Arc};

use timebank::ledger::{
    AccountId, AccountKind, AccountOpened, Amount, Balance, BookingId, Bound, Command, CreditLeg,
    CreditLegs, Entry, HoldTerms, Label, Limits, Malformed, Moment, NewEntry, Note, Origin,
    Reversal, Sequence, Settlement, Tag, Tags, Transfer, Transfers, Unit, UnitId,
};

/// The id of an entry or a hold: few, so that they collide often.
pub(crate) type Id = u8;

/// One leg: so many steps from one account to another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leg {
    pub from: &'static str,
    pub to: &'static str,
    pub amount: i64,
}

impl fmt::Debug for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} > {} {}", self.from, self.to, self.amount)
    }
}

/// A wanted end of the limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    Keep,
    At(i64),
    Unbounded,
}

/// Labels of an entry: its kind and its tags.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Labels {
    pub kind: &'static str,
    /// In the order of their keys.
    pub tags: &'static [(&'static str, &'static str)],
}

/// An entry to post.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Post {
    pub id: Id,
    pub legs: Vec<Leg>,
    /// The unit that the first leg names, if it names one.
    pub unit: Option<&'static str>,
    /// As what its accounts are opened, in `time`, where they are not there. None
    /// where they are not.
    pub opens: Option<AccountKind>,
    /// The effective time in microseconds.
    pub at: Option<i64>,
    pub labels: Labels,
    pub note: Option<&'static str>,
}

/// Whatever a client, or the server's own clock, may ask for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ask {
    Declare {
        unit: &'static str,
        step: &'static str,
    },
    Open {
        account: &'static str,
        kind: AccountKind,
        unit: &'static str,
        /// Floor and ceiling. None for those that the kind opens with.
        limits: Option<(Option<i64>, Option<i64>)>,
    },
    Limit {
        account: &'static str,
        /// The position that set the limits which are to be changed.
        since: i64,
        floor: End,
        ceiling: End,
    },
    Close {
        account: &'static str,
    },
    Post(Post),
    Reverse {
        id: Id,
        of: Id,
        reason: &'static str,
        force: bool,
        at: Option<i64>,
    },
    Place {
        id: Id,
        leg: Leg,
        unit: Option<&'static str>,
        expires_in_s: Option<i64>,
        labels: Labels,
    },
    /// Who gets what of a hold.
    Share {
        id: Id,
        legs: Vec<(&'static str, i64)>,
        at: Option<i64>,
    },
    Settle {
        id: Id,
        amount: Option<i64>,
        at: Option<i64>,
    },
    Release {
        id: Id,
    },
    Expire {
        id: Id,
    },
}

pub(crate) fn account(name: &str) -> AccountId {
    AccountId::parse(name).expect("tests use proper account ids")
}

/// The UUID that a small id stands for. They sort as the ids do.
pub(crate) fn booking(id: Id) -> BookingId {
    let mut bytes = [0x11; 16];
    bytes[15] = id;
    BookingId::from_slice(&bytes).expect("not the nil UUID")
}

/// The small id that a UUID was made from.
pub(crate) fn small(id: BookingId) -> Id {
    id.as_bytes()[15]
}

pub(crate) fn moment(us: i64) -> Moment {
    Moment::from_us(us).expect("tests use times of the years 1900 to 9999")
}

pub(crate) fn unit(name: &str) -> UnitId {
    UnitId::parse(name).expect("tests use proper units")
}

fn label(name: &str) -> Label {
    Label::parse("label", name).expect("tests use proper labels")
}

fn tags(labels: Labels) -> Tags {
    let tags = labels.tags.iter();
    let tags = tags.map(|(key, value)| Tag::new(label(key), (*value).into()));
    Tags::new(tags.collect::<Result<_, _>>().expect("proper tags")).expect("proper tags")
}

/// A text with a salt of its own, as each call brings one.
fn note(text: &str, salt: u64) -> Note {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&salt.to_le_bytes());
    Note::new(bytes, text.into())
        .expect("short enough")
        .expect("not empty")
}

fn balance(steps: i64) -> Balance {
    Balance::new(steps).expect("tests use limits within the range")
}

fn bound(end: End) -> Option<Bound> {
    match end {
        End::Keep => None,
        End::At(steps) => Some(Bound::At(balance(steps))),
        End::Unbounded => Some(Bound::Unbounded),
    }
}

fn transfer(leg: &Leg) -> Result<Transfer, Malformed> {
    Transfer::new(account(leg.from), account(leg.to), Amount::new(leg.amount)?)
}

impl Ask {
    /// The ledger's command for this.
    ///
    /// # Errors
    /// [`Malformed`] where the ledger has no such value: an amount out of range,
    /// a transfer from an account to itself.
    pub(crate) fn command(&self, salt: u64) -> Result<Command, Malformed> {
        Ok(match self {
            Self::Declare { unit: id, step } => Command::DeclareUnit(Unit::new(unit(id), step)?),
            Self::Open {
                account: id,
                kind,
                unit: counts,
                limits,
            } => Command::OpenAccount(AccountOpened {
                id: account(id),
                kind: *kind,
                unit: unit(counts),
                limits: match limits {
                    None => kind.default_limits(),
                    Some((floor, ceiling)) => Limits {
                        floor: floor.map(balance),
                        ceiling: ceiling.map(balance),
                    },
                },
            }),
            Self::Limit {
                account: id,
                since,
                floor,
                ceiling,
            } => Command::ChangeLimits {
                id: account(id),
                since: Sequence::new(*since).expect("a position"),
                floor: bound(*floor),
                ceiling: bound(*ceiling),
            },
            Self::Close { account: id } => Command::CloseAccount { id: account(id) },
            Self::Post(post) => Command::PostEntry(posting(post, salt)?),
            Self::Reverse {
                id,
                of,
                reason,
                force,
                at,
            } => Command::ReverseEntry(Reversal {
                id: booking(*id),
                of: booking(*of),
                reason: note(reason, salt).commitment(),
                note: Some(note(reason, salt)),
                force: *force,
                effective_at: at.map(moment),
                owner: None,
            }),
            Self::Place {
                id,
                leg,
                unit: named,
                expires_in_s,
                labels,
            } => Command::PlaceHold {
                terms: HoldTerms {
                    id: booking(*id),
                    transfer: transfer(leg)?,
                    expires_in_s: *expires_in_s,
                    owner: None,
                    kind: label(labels.kind),
                    tags: tags(*labels),
                },
                unit: named.map(unit),
            },
            Self::Share { id, legs, at } => {
                let legs = legs.iter().map(|(to, amount)| {
                    Ok(CreditLeg {
                        credit: account(to),
                        amount: Amount::new(*amount)?,
                    })
                });
                let legs = CreditLegs::new(legs.collect::<Result<_, _>>()?)?;
                Command::SettleHold {
                    id: booking(*id),
                    settlement: Settlement::Legs(legs),
                    effective_at: at.map(moment),
                    owner: None,
                }
            }
            Self::Settle { id, amount, at } => Command::SettleHold {
                id: booking(*id),
                settlement: match amount {
                    None => Settlement::All,
                    Some(amount) => Settlement::Amount(Amount::new(*amount)?),
                },
                effective_at: at.map(moment),
                owner: None,
            },
            Self::Release { id } => Command::ReleaseHold {
                id: booking(*id),
                owner: None,
            },
            Self::Expire { id } => Command::ExpireHold { id: booking(*id) },
        })
    }
}

/// The accounts of an entry, each once.
fn opens(post: &Post, kind: AccountKind) -> Vec<AccountOpened> {
    let mut names: Vec<&str> = Vec::new();
    for name in post.legs.iter().flat_map(|leg| [leg.from, leg.to]) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let opening = |name| AccountOpened {
        id: account(name),
        kind,
        unit: unit("time"),
        limits: kind.default_limits(),
    };
    names.into_iter().map(opening).collect()
}

fn posting(post: &Post, salt: u64) -> Result<NewEntry, Malformed> {
    let legs = post.legs.iter().map(transfer);
    let note = post.note.map(|text| note(text, salt));
    Ok(NewEntry {
        entry: Arc::new(Entry {
            id: booking(post.id),
            transfers: Transfers::new(legs.collect::<Result<_, _>>()?)?,
            effective_at: post.at.map(moment),
            kind: label(post.labels.kind),
            tags: tags(post.labels),
            note: note.as_ref().map(Note::commitment),
            origin: Origin::Posted,
        }),
        units: post
            .unit
            .map(|named| (0, unit(named)))
            .into_iter()
            .collect(),
        note,
        opens: post.opens.map_or_else(Vec::new, |kind| opens(post, kind)),
    })
}
