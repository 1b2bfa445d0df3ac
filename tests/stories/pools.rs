//! Commands about pools, and gifts.

use timebank::{
    exchange::{
        Branch, Code, Command, Name, Object, PoolCommand,
        order::Reason,
        pool::{
            AskRelief, Donate, DonationId, GiveHours, OpenPool, Purposes, ReliefAction, ReliefId,
            ReliefState, ReliefStep,
        },
    },
    ledger::{Note, UnitId},
    query::{self, Reliefs},
};

use super::{
    orders::{in_pages, reason},
    partakers::member_id,
    request::caller,
    runner::Story,
    show,
    words::{Said, Words, account, amount, mistake, number},
};

impl Story {
    /// Carries out a command about pools. None where it is another.
    pub(super) fn pools(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        let command = match name {
            "open-pool" => PoolCommand::Open(open(words)?),
            "donate" => PoolCommand::Donate(self.donate(words)?),
            "give" => PoolCommand::Give(self.give(words)?),
            "relief" => {
                let id = words.next()?;
                PoolCommand::AskRelief(self.ask_relief(&id, words)?)
            }
            "relief-often" => return self.relief_often(words).map(Some),
            "approve-relief" => {
                self.step_relief(words, |reason| ReliefAction::Approve { reason })?
            }
            "withdraw-relief" => {
                self.step_relief(words, |reason| ReliefAction::Withdraw { reason })?
            }
            "decline-relief" => self.step_relief(words, |reason| ReliefAction::Decline {
                reason: reason.expect("a reason"),
            })?,
            "return-relief" => self.step_relief(words, |reason| ReliefAction::Return {
                reason: reason.expect("a reason"),
            })?,
            "show-pool" => return self.show_pool(words).map(Some),
            "pools" => return self.pools_of(words).map(Some),
            "donations" => return self.donations(words).map(Some),
            "reliefs" => return self.reliefs(words).map(Some),
            "relief-steps" => return self.relief_steps(words).map(Some),
            name => return self.sources(name, words),
        };
        let command = Command::Pool(Box::new(command));
        let result = self.world.submit(command, caller(words)?);
        Ok(Some(show::decided(&self.names, &result)))
    }

    /// `donate STEP POOL AMOUNT RECEIPT [reason=TEXT]`
    fn donate(&mut self, words: &mut Words) -> Said<Donate> {
        let step = self.names.id(&words.next()?)?;
        let pool = account(&words.next()?)?;
        let amount = amount(&words.next()?)?;
        let receipt = Name::parse("receipt", &words.next()?)?;
        Ok(Donate {
            step,
            id: DonationId { pool, receipt },
            amount,
            reason: reason(words)?,
        })
    }

    /// `give STEP FROM TO AMOUNT [reason=TEXT]`
    fn give(&mut self, words: &mut Words) -> Said<GiveHours> {
        Ok(GiveHours {
            step: self.names.id(&words.next()?)?,
            from: account(&words.next()?)?,
            to: account(&words.next()?)?,
            amount: amount(&words.next()?)?,
            reason: reason(words)?,
            recorded: None,
        })
    }

    /// `relief ID POOL MEMBER AMOUNT PURPOSE [reason=TEXT]`
    fn ask_relief(&mut self, id: &str, words: &mut Words) -> Said<AskRelief> {
        let id = ReliefId(self.names.id(id)?);
        let pool = account(&words.next()?)?;
        let member = member_id(&words.next()?)?;
        let amount = amount(&words.next()?)?;
        let purpose = Code::parse("purpose", &words.next()?)?;
        Ok(AskRelief {
            id,
            pool,
            member,
            amount,
            purpose,
            reason: case(words)?,
        })
    }

    /// `relief-often COUNT POOL MEMBER AMOUNT PURPOSE`: as many reliefs; the last result.
    fn relief_often(&mut self, words: &mut Words) -> Said<String> {
        let count = number(&words.next()?)?;
        let asked = self.ask_relief("often0", words)?;
        let mut commands = Vec::new();
        for at in 0..count {
            let id = ReliefId(self.names.id(&format!("often{at}"))?);
            let ask = AskRelief {
                id,
                ..asked.clone()
            };
            commands.push(Command::Pool(Box::new(PoolCommand::AskRelief(ask))));
        }
        self.last_of(commands, words)
    }

    /// `approve-relief|decline-relief|withdraw-relief|return-relief STEP RELIEF [reason=TEXT]`
    fn step_relief(
        &mut self,
        words: &mut Words,
        action: impl FnOnce(Option<Reason>) -> ReliefAction,
    ) -> Said<PoolCommand> {
        let step = self.names.id(&words.next()?)?;
        let relief = ReliefId(self.names.id(&words.next()?)?);
        let action = action(Some(case(words)?));
        Ok(PoolCommand::StepRelief(ReliefStep {
            step,
            relief,
            action,
        }))
    }

    /// `show-pool POOL`
    fn show_pool(&mut self, words: &mut Words) -> Said<String> {
        let id = account(&words.next()?)?;
        let read = self.world.read(move |reading| query::pool(reading, &id));
        Ok(match read {
            Ok(view) => self.pool_line(&view),
            Err(error) => show::unread(&self.names, &error),
        })
    }

    fn pool_line(&self, view: &query::PoolView) -> String {
        let state = Object::Pool(view.pool.clone()).state().expect("JSON");
        let text = format!("{state} {} held={}", view.balance, view.held);
        self.names.shorten(&text)
    }

    /// `pools CENTRE`: in pages of every size.
    fn pools_of(&mut self, words: &mut Words) -> Said<String> {
        let centre = Branch::parse("centre", &words.next()?)?;
        let read = self.world.read(move |reading| {
            in_pages(
                |after, limit| query::pools(reading, &centre, after, limit),
                |view| view.pool.account.clone(),
            )
        });
        Ok(match read {
            Ok(views) => {
                let lines = views.iter().map(|view| self.pool_line(view));
                lines.collect::<Vec<_>>().join("\n")
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `donations POOL`
    fn donations(&mut self, words: &mut Words) -> Said<String> {
        let pool = account(&words.next()?)?;
        let read = self
            .world
            .read(move |reading| query::donations(reading, &pool, None, 100));
        Ok(match read {
            Ok(views) => {
                let lines = views.into_iter().map(|view| {
                    let donation = Object::Donation(view.donation).state().expect("JSON");
                    let reason = view.step.reason.unwrap_or_default();
                    format!("{donation} {} by {} {reason:?}", view.unit, view.step.by)
                });
                let lines: Vec<_> = lines.collect();
                self.names.shorten(&lines.join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `reliefs CENTRE [STATE]`, `reliefs of MEMBER`: in pages of every size.
    fn reliefs(&mut self, words: &mut Words) -> Said<String> {
        let place = words.next()?;
        let which = match (place.as_str(), words.optional()) {
            ("of", Some(member)) => Reliefs::Of(member_id(&member)?),
            (centre, None) => Reliefs::Open(Branch::parse("centre", centre)?),
            (centre, Some(state)) => {
                let mut states = ReliefState::ALL.iter();
                let Some(state) = states.find(|one| one.word() == state) else {
                    return mistake(format!("{state} is no state"));
                };
                Reliefs::In(Branch::parse("centre", centre)?, *state)
            }
        };
        let read = self.world.read(move |reading| {
            in_pages(
                |after, limit| query::reliefs(reading, &which, after, limit),
                |(relief, _)| relief.id,
            )
        });
        Ok(match read {
            Ok(found) => {
                let lines = found.into_iter().map(|(relief, unit)| {
                    let state = Object::Relief(Box::new(relief)).state().expect("JSON");
                    format!("{state} {unit}")
                });
                let lines: Vec<_> = lines.collect();
                self.names.shorten(&lines.join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `relief-steps RELIEF`: all that was done about it.
    fn relief_steps(&mut self, words: &mut Words) -> Said<String> {
        let id = ReliefId(self.names.id(&words.next()?)?);
        let read = self.world.read(move |reading| {
            let (relief, _) = query::relief(reading, id)?;
            query::steps_taken(reading, &relief.steps)
        });
        Ok(match read {
            Ok(steps) => {
                let lines = steps.into_iter().map(|step| {
                    let reason = step.reason.unwrap_or_default();
                    format!(
                        "#{} {} by {} {reason:?}",
                        step.stamp.sequence, step.what, step.by
                    )
                });
                lines.collect::<Vec<_>>().join("\n")
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }
}

/// `open-pool POOL PURPOSE... [unit=UNIT] [name=TEXT]`
fn open(words: &mut Words) -> Said<OpenPool> {
    let account = account(&words.next()?)?;
    let mut purposes = Vec::new();
    while let Some(purpose) = words.optional() {
        purposes.push(Code::parse("purposes", &purpose)?);
    }
    let unit = words.key("unit").map(|unit| UnitId::parse(&unit));
    let name = words.key("name").unwrap_or_else(|| "Pool".into());
    Ok(OpenPool {
        account,
        unit: unit.transpose()?.unwrap_or_else(UnitId::time),
        name: Name::parse("name", &name)?,
        purposes: Purposes::new(purposes)?,
    })
}

/// `[reason=TEXT]`, where there has to be one.
fn case(words: &mut Words) -> Said<Reason> {
    let text = words.key("reason").unwrap_or_else(|| "so it is".into());
    match Note::new([7; 16], text)?.map(Reason::from) {
        Some(reason) => Ok(reason),
        None => mistake("the reason is empty"),
    }
}
