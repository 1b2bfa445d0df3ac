//! Commands about standing visits.

use timebank::{
    exchange::{
        AriseVisit, Arisen, Branch, Command, Day, NeedId, NeedStep, Object, StandingId,
        StandingState, StandingStep, VisitArose,
        order::{Arising, NeedAction, Repeat, StandingAction, VisitVerdicts},
    },
    ledger::Caller,
    query::{self, Needs, Standings},
};

use super::{
    orders::reason,
    partakers::member_id,
    request::caller,
    runner::Story,
    show,
    words::{Said, Words, mistake},
};

impl Story {
    /// Carries out a command about standing visits. None where it is another.
    pub(super) fn standings(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        let command = match name {
            "repeat" => self.repeat(words)?,
            "skip" | "leave-standing" | "stop-standing" => self.step_standing(name, words)?,
            "let-arise" => return self.let_arise(words).map(Some),
            "arise" => return self.arise(words).map(Some),
            "show-standing" => return self.show_standing(words).map(Some),
            "standings" => return self.standings_of(words).map(Some),
            _ => return self.supplies(name, words),
        };
        let result = self.world.submit(command, caller(words)?);
        Ok(Some(show::decided(&self.names, &result)))
    }

    /// `repeat STANDING NEED UNTIL [provider=MEMBER]`
    fn repeat(&mut self, words: &mut Words) -> Said<Command> {
        let step = self.names.id(&words.next()?)?;
        let need = NeedId(self.names.id(&words.next()?)?);
        let until = Day::parse("until", &words.next()?)?;
        let provider = words.key("provider");
        let provider = provider.map(|word| member_id(&word)).transpose()?;
        Ok(Command::StepNeed(NeedStep {
            step,
            need,
            action: NeedAction::Repeat(Repeat { until, provider }),
            reason: None,
            recorded: None,
        }))
    }

    /// `skip STEP STANDING DAY`, `leave-standing|stop-standing STEP STANDING`
    fn step_standing(&mut self, name: &str, words: &mut Words) -> Said<Command> {
        let step = self.names.id(&words.next()?)?;
        let standing = StandingId(self.names.id(&words.next()?)?);
        let action = match name {
            "skip" => StandingAction::Skip(Day::parse("on", &words.next()?)?),
            "leave-standing" => StandingAction::Leave,
            _ => StandingAction::Stop,
        };
        Ok(Command::StepStanding(StandingStep {
            step,
            standing,
            action,
            reason: reason(words)?,
        }))
    }

    /// `let-arise NEED STANDING DAY TIME [actor=NAME]`: by the server, unless it says otherwise.
    fn let_arise(&mut self, words: &mut Words) -> Said<String> {
        let command = Command::AriseVisit(AriseVisit {
            id: NeedId(self.names.id(&words.next()?)?),
            standing: StandingId(self.names.id(&words.next()?)?),
            on: Day::parse("on", &words.next()?)?,
            becomes: Arising::Open(self.world.time(&words.next()?)?, None),
            recorded: VisitVerdicts::default(),
        });
        let by = caller(words)?;
        let by = match by.principal.as_str() {
            "" => Caller::server(),
            _ => by,
        };
        let result = self.world.submit(command, by);
        Ok(show::decided(&self.names, &result))
    }

    /// `arise MEMBER NAME`: the server goes its rounds; the member's needs that are new are
    /// called NAME and a number from then on. How many visits arose, or were found not to.
    fn arise(&mut self, words: &mut Words) -> Said<String> {
        let (member, name) = (member_id(&words.next()?)?, words.next()?);
        let count = self.world.rounds();
        let read = self
            .world
            .read(move |reading| query::needs(reading, &Needs::Of(member), None, 1_000));
        let needs = read.map_err(|error| error.to_string());
        for (need, _) in needs.or_else(mistake)? {
            self.names.call(need.id.0, &name);
        }
        Ok(format!("{count} of them"))
    }

    /// `show-standing STANDING`: as it is kept, and what arose.
    fn show_standing(&mut self, words: &mut Words) -> Said<String> {
        let id = StandingId(self.names.id(&words.next()?)?);
        let read = self.world.read(move |reading| {
            let standing = query::standing(reading, id)?;
            let visits = query::visits_arisen(reading, &standing)?;
            Ok((standing, visits))
        });
        Ok(match read {
            Ok((standing, visits)) => {
                let state = Object::Standing(Box::new(standing)).state().expect("JSON");
                let lines = [state].into_iter().chain(visits.iter().map(visit));
                self.names.shorten(&lines.collect::<Vec<_>>().join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `standings CENTRE STATE`, `standings of MEMBER`
    fn standings_of(&mut self, words: &mut Words) -> Said<String> {
        let (place, which) = (words.next()?, words.next()?);
        let state = |word: &str| StandingState::ALL.iter().find(|state| state.word() == word);
        let which = match place.as_str() {
            "of" => Standings::Of(member_id(&which)?),
            _ => match state(&which) {
                Some(state) => Standings::In(Branch::parse("centre", &place)?, *state),
                None => return mistake("it is no state"),
            },
        };
        let read = self.world.read(move |reading| {
            super::orders::in_pages(
                |after, limit| query::standings(reading, &which, after, limit),
                |standing| standing.id,
            )
        });
        Ok(match read {
            Ok(standings) => {
                let lines = standings.iter();
                let lines = lines.map(|standing| format!("{} {}", standing.id, standing.state));
                self.names.shorten(&lines.collect::<Vec<_>>().join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }
}

fn visit(visit: &VisitArose) -> String {
    let (on, id) = (visit.on, visit.id);
    match &visit.arisen {
        Arisen::Accepted(_, order) => format!("{on} {id} by {}", order.accept.provider),
        Arisen::Open(_, None) => format!("{on} {id}"),
        Arisen::Open(_, Some(why)) => format!("{on} {id}, provider refused {why}"),
        Arisen::Off(why) => format!("{on} off, refused {why}"),
    }
}
