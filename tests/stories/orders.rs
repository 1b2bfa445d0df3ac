//! Commands about needs and orders.

use timebank::{
    exchange::{
        AcceptNeed, Branch, CloseIncident, Code, Command, Day, IncidentId, IncidentState, Name,
        NeedId, NeedState, NeedStep, Object, OrderId, OrderState, OrderStep, PublishNeed,
        ReportIncident, Sha256, StandingId,
        order::{
            Evidence, Helpers, IncidentKind, NeedAction, NeedTerms, OrderAction, Party, Rating,
            Reason, RecordVisit, Resolution, Sheet, SheetNumber, VisitVerdicts,
        },
        policy::Minutes,
    },
    ledger::{Malformed, Note, Principal},
    query::{self, Incidents, Needs, OrderPlace, Orders, Reading, StepTaken},
};

use super::{
    partakers::member_id,
    request::caller,
    runner::Story,
    show,
    words::{Said, Words, account, mistake, number},
};

pub(super) fn minutes(word: &str) -> Said<Minutes> {
    match Minutes::parse(word) {
        Some(minutes) => Ok(minutes),
        None => mistake(format!("{word} is no length")),
    }
}

fn side(word: &str) -> Said<Party> {
    match word {
        "provider" => Ok(Party::Provider),
        "recipient" => Ok(Party::Recipient),
        other => mistake(format!("{other} is no side")),
    }
}

fn code(key: &'static str, words: &mut Words) -> Result<Option<Code>, Malformed> {
    words
        .key(key)
        .map(|word| Code::parse(key, &word))
        .transpose()
}

/// `ref=TEXT hash=SHA256`
fn evidence(words: &mut Words) -> Result<Evidence, Malformed> {
    let reference = words.key("ref").map(|text| Name::parse("ref", &text));
    let hash = words.key("hash").map(|text| Sha256::parse("hash", &text));
    Ok(Evidence {
        reference: reference.transpose()?,
        hash: hash.transpose()?,
    })
}

/// `reason=TEXT`
pub(super) fn reason(words: &mut Words) -> Result<Option<Reason>, Malformed> {
    let text = words.key("reason").unwrap_or_default();
    Ok(Note::new([7; 16], text)?.map(Reason::from))
}

impl Story {
    /// Carries out a command about needs and orders. None where it is another.
    pub(super) fn orders(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        let command = match name {
            "publish" => self.publish(words)?,
            "offer" | "withdraw" | "approve" | "decline" | "cancel-need" | "change-need" => {
                self.step_need(name, words)?
            }
            "accept" => Command::AcceptNeed(AcceptNeed {
                order: OrderId(self.names.id(&words.next()?)?),
                need: NeedId(self.names.id(&words.next()?)?),
                provider: member_id(&words.next()?)?,
                recorded: None,
            }),
            "change" | "check-in" | "check-out" | "confirm" | "settle-order" | "cancel"
            | "no-show" | "approve-visit" | "decline-visit" | "dispute" | "resolve" | "correct" => {
                self.step_order(name, words)?
            }
            "record" => self.record(words)?,
            "report" => self.report(words)?,
            "close-incident" => Command::CloseIncident(CloseIncident {
                step: self.names.id(&words.next()?)?,
                incident: IncidentId(self.names.id(&words.next()?)?),
                reason: reason(words)?,
            }),
            "report-often" => return self.report_often(words).map(Some),
            "incidents" => return self.incidents(words).map(Some),
            "offer-often" => return self.offer_often(words).map(Some),
            "confirm-often" => return self.confirm_often(words).map(Some),
            "offers-of-many" => return self.offers_of_many(words).map(Some),
            "visit-often" => return self.visit_often(words).map(Some),
            "show-need" => return self.show_need(words).map(Some),
            "show-order" => return self.show_order(words).map(Some),
            "history" => return self.history(words).map(Some),
            "needs" => return self.needs(words).map(Some),
            "orders" => return self.orders_of(words).map(Some),
            "candidates" => return self.candidates(words).map(Some),
            "today" => return self.today(words).map(Some),
            _ => return self.standings(name, words),
        };
        let result = self.world.submit(command, caller(words)?);
        Ok(Some(show::decided(&self.names, &result)))
    }

    /// `publish NEED RECIPIENT SERVICE TIME LENGTH [from=ACCOUNT] [point=P] [channel=C]
    /// [helpers=N]`
    fn publish(&mut self, words: &mut Words) -> Said<Command> {
        let id = NeedId(self.names.id(&words.next()?)?);
        let recipient = member_id(&words.next()?)?;
        let service = Code::parse("service", &words.next()?)?;
        let at = self.world.time(&words.next()?)?;
        let minutes = minutes(&words.next()?)?;
        let pay_from = words.key("from").map(|word| account(&word)).transpose()?;
        let (point, channel) = (code("point", words)?, code("channel", words)?);
        let helpers = words.key("helpers").and_then(|word| word.parse().ok());
        let helpers = Helpers::new(helpers.unwrap_or(1));
        Ok(Command::PublishNeed(Box::new(PublishNeed {
            id,
            terms: NeedTerms {
                recipient,
                service,
                at,
                minutes,
                pay_from,
                point,
                channel,
                helpers: helpers.expect("1 to 20"),
            },
            recorded: None,
        })))
    }

    /// `offer|withdraw STEP NEED MEMBER`, `approve|decline|cancel-need STEP NEED`
    fn step_need(&mut self, name: &str, words: &mut Words) -> Said<Command> {
        let step = self.names.id(&words.next()?)?;
        let need = NeedId(self.names.id(&words.next()?)?);
        let action = match name {
            "offer" => NeedAction::Offer(member_id(&words.next()?)?),
            "withdraw" => NeedAction::Withdraw(member_id(&words.next()?)?),
            "approve" => NeedAction::Approve,
            "decline" => NeedAction::Decline,
            "change-need" => NeedAction::Change {
                at: self.world.time(&words.next()?)?,
                minutes: minutes(&words.next()?)?,
            },
            _ => NeedAction::Cancel,
        };
        Ok(Command::StepNeed(NeedStep {
            step,
            need,
            action,
            reason: reason(words)?,
            recorded: None,
        }))
    }

    /// `change STEP ORDER TIME LENGTH`, `check-in|check-out STEP ORDER TIME`, `confirm STEP
    /// ORDER MEMBER LENGTH [rating=N]`, `settle-order|dispute STEP ORDER`, `cancel|no-show
    /// STEP ORDER SIDE`, `resolve STEP ORDER LENGTH|release`,
    /// `correct STEP ORDER LENGTH`
    fn step_order(&mut self, name: &str, words: &mut Words) -> Said<Command> {
        let step = self.names.id(&words.next()?)?;
        let order = OrderId(self.names.id(&words.next()?)?);
        let action = match name {
            "change" => OrderAction::Change {
                at: self.world.time(&words.next()?)?,
                minutes: minutes(&words.next()?)?,
            },
            "check-in" => OrderAction::CheckIn(self.world.time(&words.next()?)?),
            "check-out" => OrderAction::CheckOut(self.world.time(&words.next()?)?),
            "confirm" => OrderAction::Confirm {
                member: member_id(&words.next()?)?,
                served: minutes(&words.next()?)?,
                rating: words
                    .key("rating")
                    .and_then(|word| Rating::new(word.parse().ok()?)),
            },
            "settle-order" => OrderAction::Settle,
            "cancel" => OrderAction::Cancel(side(&words.next()?)?),
            "no-show" => OrderAction::NoShow(side(&words.next()?)?),
            "approve-visit" => OrderAction::Approve,
            "decline-visit" => OrderAction::Decline,
            "dispute" => OrderAction::Dispute(evidence(words)?),
            "correct" => OrderAction::Correct(minutes(&words.next()?)?),
            _ => OrderAction::Resolve(match words.next()?.as_str() {
                "release" => Resolution::Release,
                word => Resolution::Settle(minutes(word)?),
            }),
        };
        Ok(Command::StepOrder(OrderStep {
            step,
            order,
            action,
            reason: reason(words)?,
        }))
    }

    /// `record ORDER RECIPIENT PROVIDER SERVICE TIME LENGTH sheet=NUMBER [hash=SHA256]
    /// [from=ACCOUNT]`
    fn record(&mut self, words: &mut Words) -> Said<Command> {
        let id = OrderId(self.names.id(&words.next()?)?);
        let recipient = member_id(&words.next()?)?;
        let provider = member_id(&words.next()?)?;
        let service = Code::parse("service", &words.next()?)?;
        let at = self.world.time(&words.next()?)?;
        let minutes = minutes(&words.next()?)?;
        let number = SheetNumber::parse(&words.key("sheet").unwrap_or_default())?;
        let pay_from = words.key("from").map(|word| account(&word)).transpose()?;
        Ok(Command::RecordVisit(Box::new(RecordVisit {
            id,
            recipient,
            service,
            at,
            minutes,
            pay_from,
            point: None,
            channel: None,
            provider,
            sheet: Sheet {
                number,
                hash: evidence(words)?.hash,
            },
            recorded: VisitVerdicts::default(),
        })))
    }

    /// `report INCIDENT ORDER incident|complaint [ref=TEXT] [hash=SHA256]`
    fn report(&mut self, words: &mut Words) -> Said<Command> {
        let id = IncidentId(self.names.id(&words.next()?)?);
        let order = OrderId(self.names.id(&words.next()?)?);
        let kind = match words.next()?.as_str() {
            "complaint" => IncidentKind::Complaint,
            _ => IncidentKind::Incident,
        };
        Ok(Command::ReportIncident(ReportIncident {
            id,
            order,
            kind,
            evidence: evidence(words)?,
            reason: reason(words)?,
        }))
    }

    /// `report-often ORDER COUNT [prefix=NAME]`: as many incidents; the last result.
    fn report_often(&mut self, words: &mut Words) -> Said<String> {
        let order = OrderId(self.names.id(&words.next()?)?);
        let mut commands = Vec::new();
        let count = number(&words.next()?)?;
        let prefix = words.key("prefix").unwrap_or_else(|| "often".into());
        for at in 0..count {
            commands.push(Command::ReportIncident(ReportIncident {
                id: IncidentId(self.names.id(&format!("{prefix}{at}"))?),
                order,
                kind: IncidentKind::Incident,
                evidence: Evidence::default(),
                reason: None,
            }));
        }
        self.last_of(commands, words)
    }

    /// `incidents CENTRE open|closed|reported`, `incidents of ORDER`: as they are kept.
    fn incidents(&mut self, words: &mut Words) -> Said<String> {
        let (place, which) = (words.next()?, words.next()?);
        let order = match place.as_str() {
            "of" => Some(OrderId(self.names.id(&which)?)),
            _ => None,
        };
        let centre = Branch::parse("centre", &place)?;
        let which = match which.as_str() {
            "open" => Incidents::In(centre, IncidentState::Open),
            "closed" => Incidents::In(centre, IncidentState::Closed),
            _ => Incidents::Reported(centre),
        };
        let read = self.world.read(move |reading| match order {
            Some(id) => {
                let order = query::order(reading, id)?;
                query::incidents_of(reading, &order)
            }
            None => in_pages(
                |after, limit| query::incidents(reading, &which, after, limit),
                |incident| incident.id,
            ),
        });
        Ok(match read {
            Ok(incidents) => {
                let states = incidents.into_iter().map(|incident| {
                    let state = Object::Incident(Box::new(incident)).state();
                    state.expect("JSON")
                });
                let lines: Vec<_> = states.collect();
                self.names.shorten(&lines.join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `offer-often NEED MEMBER COUNT`: offers and withdrawals in turn; the last result.
    fn offer_often(&mut self, words: &mut Words) -> Said<String> {
        let need = NeedId(self.names.id(&words.next()?)?);
        let member = member_id(&words.next()?)?;
        let count = number(&words.next()?)?;
        let mut commands = Vec::new();
        for at in 0..count {
            let step = self.names.id(&format!("often{at}"))?;
            let action = match at % 2 {
                0 => NeedAction::Offer(member.clone()),
                _ => NeedAction::Withdraw(member.clone()),
            };
            let reason = None;
            commands.push(Command::StepNeed(NeedStep {
                step,
                need,
                action,
                reason,
                recorded: None,
            }));
        }
        self.last_of(commands, words)
    }

    /// `offers-of-many NEED COUNT`: of as many new members; the last result.
    fn offers_of_many(&mut self, words: &mut Words) -> Said<String> {
        let need = NeedId(self.names.id(&words.next()?)?);
        let count = number(&words.next()?)?;
        let mut commands = Vec::new();
        for at in 0..count {
            let mut name = Words::plain(&[&format!("many{at}")]);
            commands.push(self.register_member(&mut name)?);
            commands.push(Command::StepNeed(NeedStep {
                step: self.names.id(&format!("many{at}"))?,
                need,
                action: NeedAction::Offer(member_id(&format!("many{at}"))?),
                reason: None,
                recorded: None,
            }));
        }
        self.last_of(commands, words)
    }

    /// `confirm-often ORDER MEMBER LENGTH COUNT`: the last result.
    fn confirm_often(&mut self, words: &mut Words) -> Said<String> {
        let order = OrderId(self.names.id(&words.next()?)?);
        let member = member_id(&words.next()?)?;
        let served = minutes(&words.next()?)?;
        let count = number(&words.next()?)?;
        let mut commands = Vec::new();
        for at in 0..count {
            commands.push(Command::StepOrder(OrderStep {
                step: self.names.id(&format!("again{at}"))?,
                order,
                action: OrderAction::Confirm {
                    member: member.clone(),
                    served,
                    rating: None,
                },
                reason: None,
            }));
        }
        self.last_of(commands, words)
    }

    /// `visit-often RECIPIENT PROVIDER SERVICE TIME COUNT`: needs of a quarter of an hour
    /// each, one after the other, and accepted; the last result.
    fn visit_often(&mut self, words: &mut Words) -> Said<String> {
        let recipient = member_id(&words.next()?)?;
        let provider = member_id(&words.next()?)?;
        let service = Code::parse("service", &words.next()?)?;
        let begins = self.world.time(&words.next()?)?;
        let count = number(&words.next()?)?;
        let mut commands = Vec::new();
        for at in 0..count {
            let need = NeedId(self.names.id(&format!("n-{at}"))?);
            let terms = NeedTerms {
                recipient: recipient.clone(),
                service: service.clone(),
                at: begins.after_s(at * 900),
                minutes: minutes("15m")?,
                pay_from: None,
                point: None,
                channel: None,
                helpers: Helpers::new(1).expect("one"),
            };
            commands.push(Command::PublishNeed(Box::new(PublishNeed {
                id: need,
                terms,
                recorded: None,
            })));
            commands.push(Command::AcceptNeed(AcceptNeed {
                order: OrderId(self.names.id(&format!("r-{at}"))?),
                need,
                provider: provider.clone(),
                recorded: None,
            }));
        }
        self.last_of(commands, words)
    }

    pub(super) fn last_of(&mut self, commands: Vec<Command>, words: &mut Words) -> Said<String> {
        let results = self.world.submit_each(commands, caller(words)?);
        let last = results.last().map(|one| show::decided(&self.names, one));
        Ok(last.unwrap_or_default())
    }

    /// `show-need NEED`: as it is kept, and how it stands today.
    fn show_need(&mut self, words: &mut Words) -> Said<String> {
        let id = NeedId(self.names.id(&words.next()?)?);
        let read = self.world.read(move |reading| query::need(reading, id));
        Ok(match read {
            Ok((need, stands)) => {
                let state = Object::Need(Box::new(need)).state().expect("JSON");
                self.names.shorten(&format!("{stands} {state}"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `show-order ORDER`: as it is kept.
    fn show_order(&mut self, words: &mut Words) -> Said<String> {
        let id = OrderId(self.names.id(&words.next()?)?);
        let read = self.world.read(move |reading| query::order(reading, id));
        Ok(match read {
            Ok(order) => {
                let state = Object::Order(Box::new(order)).state().expect("JSON");
                self.names.shorten(&state)
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `history need|order ID`
    fn history(&mut self, words: &mut Words) -> Said<String> {
        let kind = words.next()?;
        let id = self.names.id(&words.next()?)?;
        let read = self.world.read(move |reading| {
            let steps = match kind.as_str() {
                "need" => query::need(reading, NeedId(id))?.0.steps,
                "standing" => query::standing(reading, StandingId(id))?.steps,
                _ => query::order(reading, OrderId(id))?.steps,
            };
            query::steps_taken(reading, &steps)
        });
        let line = |step: &StepTaken| {
            let reason = step.reason.as_ref();
            let reason = reason.map_or_else(String::new, |text| format!(": {text}"));
            format!(
                "#{} {} by {}{reason}",
                step.stamp.sequence, step.what, step.by
            )
        };
        Ok(match read {
            Ok(steps) => {
                let lines: Vec<_> = steps.iter().map(line).collect();
                self.names.shorten(&lines.join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `needs CENTRE STATE|mine [after=NEED]`, `needs MEMBER`
    fn needs(&mut self, words: &mut Words) -> Said<String> {
        let place = words.next()?;
        let by = words.key("actor").unwrap_or_default();
        let which = match words.optional().as_deref() {
            None => Needs::Of(member_id(&place)?),
            Some("mine") => {
                let by = Principal::claimed(&by)?;
                Needs::ForApproval(Branch::parse("centre", &place)?, by)
            }
            Some(state) => {
                let mut states = NeedState::ALL.iter();
                let state = states.find(|known| known.word() == state);
                let Some(state) = state else {
                    return mistake("it is no state");
                };
                Needs::In(Branch::parse("centre", &place)?, *state)
            }
        };
        let after = words.key("after").map(|name| self.names.id(&name));
        let after = after.transpose()?.map(NeedId);
        let read = self.world.read(move |reading| match after {
            Some(_) => query::needs(reading, &which, after, 100),
            None => in_pages(
                |after, limit| query::needs(reading, &which, after, limit),
                |(need, _)| need.id,
            ),
        });
        Ok(match read {
            Ok(needs) => {
                let lines = needs
                    .iter()
                    .map(|(need, state)| format!("{} {state}", need.id));
                self.names.shorten(&lines.collect::<Vec<_>>().join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `orders CENTRE DAY|STATE|overdue|missed|#SHEET`, `orders MEMBER`
    fn orders_of(&mut self, words: &mut Words) -> Said<String> {
        let place = words.next()?;
        let centre = |place: &str| Branch::parse("centre", place);
        let which = match words.optional().as_deref() {
            None => Orders::Of(member_id(&place)?),
            Some("overdue") => Orders::Overdue(centre(&place)?),
            Some("missed") => Orders::Missed(centre(&place)?),
            Some("to-correct") => Orders::ToCorrect(centre(&place)?),
            Some(word) if word.starts_with('#') => {
                Orders::OfSheet(centre(&place)?, SheetNumber::parse(&word[1..])?)
            }
            Some(word) => match OrderState::ALL.iter().find(|one| one.word() == word) {
                Some(state) => Orders::In(centre(&place)?, *state),
                None => Orders::On(centre(&place)?, Day::parse("on", word)?),
            },
        };
        let read = self.world.read(move |reading| {
            in_pages(
                |after, limit| query::orders(reading, &which, after, limit),
                |order| OrderPlace {
                    due_on: order.due_on(),
                    id: order.id,
                },
            )
        });
        Ok(match read {
            Ok(orders) => {
                let lines = orders
                    .iter()
                    .map(|order| format!("{} {}", order.id, order.state));
                self.names.shorten(&lines.collect::<Vec<_>>().join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `candidates NEED [all]`, in pages of every size
    fn candidates(&mut self, words: &mut Words) -> Said<String> {
        let need = NeedId(self.names.id(&words.next()?)?);
        let with_others = words.next().is_ok();
        let mut said = Vec::new();
        for limit in 1..=8 {
            let pages = self.world.read(move |reading| {
                let (mut found, mut after) = (Vec::new(), None);
                loop {
                    let page = query::candidates(reading, need, with_others, after, limit)?;
                    assert!(page.found.len() <= limit, "a page too long");
                    found.extend(page.found);
                    match page.looked_to {
                        None => return Ok::<_, query::ReadError>(found),
                        to => after = to,
                    }
                }
            });
            said.push(match pages {
                Ok(found) => {
                    let lines = found.iter().map(candidate);
                    let text = lines.collect::<Vec<_>>().join("\n");
                    self.names.shorten(&text)
                }
                Err(error) => show::unread(&self.names, &error),
            });
        }
        said.dedup();
        Ok(said.join("\nbut by other pages\n"))
    }

    /// `today CENTRE`: how many of each.
    fn today(&mut self, words: &mut Words) -> Said<String> {
        let centre = Branch::parse("centre", &words.next()?)?;
        let by = Principal::claimed(&words.key("actor").unwrap_or_default())?;
        let read = self.world.read(move |reading| {
            let mut theirs = Reading::new(reading.snapshot, &by, reading.now);
            query::today_of(&mut theirs, &centre, None)
        });
        Ok(match read {
            Ok(today) => format!(
                "approval={} visits={} missed={} overdue={} confirmed={} unmet={} disputes={} \
                 incidents={} recorded={} to_correct={} off={} reliefs={}",
                today.for_approval.len(),
                today.visits.len(),
                today.missed.len(),
                today.overdue.len(),
                today.confirmed.len(),
                today.unmet.len(),
                today.disputes.len(),
                today.incidents.len(),
                today.recorded.len(),
                today.to_correct.len(),
                today.off.len(),
                today.reliefs.len()
            ),
            Err(error) => show::unread(&self.names, &error),
        })
    }
}

/// A list, which is the same in pages of every size.
pub(super) fn in_pages<T: PartialEq + std::fmt::Debug, K: Clone>(
    mut page: impl FnMut(Option<K>, usize) -> Result<Vec<T>, query::ReadError>,
    key: impl Fn(&T) -> K,
) -> Result<Vec<T>, query::ReadError> {
    let whole = page(None, 100)?;
    for limit in 1..=3 {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = page(after.clone(), limit)?;
            let is_last = page.len() < limit;
            after = page.last().map(&key).or(after);
            found.extend(page);
            if is_last {
                break;
            }
        }
        assert_eq!(found, whole, "by pages of {limit}");
    }
    Ok(whole)
}

fn candidate(candidate: &query::Candidate) -> String {
    let name = &candidate.member.id;
    let near = if candidate.is_near { " near" } else { "" };
    let offers = if candidate.offers { " offers" } else { "" };
    let free = if candidate.is_free { " free" } else { "" };
    let why_not = candidate.why_not.as_ref();
    let why_not = why_not.map_or_else(String::new, |why_not| format!(" {}", why_not.reason()));
    format!("{name}{near}{offers}{free}{why_not}")
}
