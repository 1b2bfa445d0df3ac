//! Commands about when members are free to serve.

use timebank::{
    exchange::{
        Branch, Code, Command, Hours, OfferSupply, Supply, SupplyId, TimeOfDay, Weekdays,
        WithdrawSupply,
    },
    query::{self, Supplies},
};

use super::{
    partakers::member_id,
    request::caller,
    runner::Story,
    show,
    words::{Said, Words, number},
};

impl Story {
    /// Carries out a command about supplies. None where it is another.
    pub(super) fn supplies(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        let command = match name {
            "supply" => self.offer_supply(words)?,
            "withdraw-supply" => Command::WithdrawSupply(WithdrawSupply {
                step: self.names.id(&words.next()?)?,
                member: member_id(&words.next()?)?,
                supply: SupplyId(self.names.id(&words.next()?)?),
            }),
            "supply-often" => return self.supply_often(words).map(Some),
            "supplies" => return self.supplies_of(words).map(Some),
            name => return self.pools(name, words),
        };
        let result = self.world.submit(command, caller(words)?);
        Ok(Some(show::decided(&self.names, &result)))
    }

    /// `supply SUPPLY MEMBER SERVICE DAYS FROM UNTIL`
    fn offer_supply(&mut self, words: &mut Words) -> Said<Command> {
        let id = SupplyId(self.names.id(&words.next()?)?);
        let member = member_id(&words.next()?)?;
        let supply = Supply {
            id,
            service: Code::parse("service", &words.next()?)?,
            hours: Hours {
                days: Weekdays::try_from(words.next()?)?,
                from: TimeOfDay::parse("from", &words.next()?)?,
                until: TimeOfDay::parse("until", &words.next()?)?,
            },
        };
        Ok(Command::OfferSupply(Box::new(OfferSupply {
            member,
            supply,
        })))
    }

    /// `supply-often MEMBER SERVICE COUNT`: as many supplies; the last result.
    fn supply_often(&mut self, words: &mut Words) -> Said<String> {
        let (member, service) = (member_id(&words.next()?)?, words.next()?);
        let mut commands = Vec::new();
        for at in 0..number(&words.next()?)? {
            let time = |text| TimeOfDay::parse("time", text);
            commands.push(Command::OfferSupply(Box::new(OfferSupply {
                member: member.clone(),
                supply: Supply {
                    id: SupplyId(self.names.id(&format!("often{at}"))?),
                    service: Code::parse("service", &service)?,
                    hours: Hours {
                        days: Weekdays::try_from(String::from("mon"))?,
                        from: time("09:00")?,
                        until: time("10:00")?,
                    },
                },
            })));
        }
        self.last_of(commands, words)
    }

    /// `supplies CENTRE SERVICE`, `supplies of MEMBER`: in pages of every size.
    fn supplies_of(&mut self, words: &mut Words) -> Said<String> {
        let (place, which) = (words.next()?, words.next()?);
        let which = match place.as_str() {
            "of" => Supplies::Of(member_id(&which)?),
            _ => Supplies::In(
                Branch::parse("centre", &place)?,
                Code::parse("service", &which)?,
            ),
        };
        let mut said = Vec::new();
        for limit in 1..=3 {
            let which = which.clone();
            let found = self.world.read(move |reading| {
                let (mut all, mut after) = (Vec::new(), None);
                loop {
                    let page = query::supplies(reading, &which, after, limit)?;
                    let Some(last) = page.last() else {
                        return Ok::<_, query::ReadError>(all);
                    };
                    after = Some(last.id.clone());
                    all.extend(page);
                }
            });
            said.push(match found {
                Ok(members) => {
                    let rows = members.iter().flat_map(|member| {
                        let supplies = member.supplies.iter();
                        supplies.map(|supply| row(member.id.as_str(), supply))
                    });
                    self.names.shorten(&rows.collect::<Vec<_>>().join("\n"))
                }
                Err(error) => show::unread(&self.names, &error),
            });
        }
        said.dedup();
        assert_eq!(said.len(), 1, "pages of other sizes say other things");
        Ok(said.remove(0))
    }
}

fn row(member: &str, supply: &Supply) -> String {
    let Hours { days, from, until } = &supply.hours;
    let days = String::from(days.clone());
    let (id, service) = (supply.id, &supply.service);
    format!("{member} {id} {service} {days} {from}-{until}")
}
