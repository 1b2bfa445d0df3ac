//! `member list`: the members of a centre, all or some.

use clap::Args;
use timebank_proto::v1::{AgeRange, ListMembersRequest, MemberState, list_members_request::Only};

use crate::{
    client::{Client, PAGE_SIZE},
    error::Failure,
    rows,
    session::Session,
};

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// The centre
    centre: String,
    #[command(flatten)]
    only: OnlyArgs,
    #[command(flatten)]
    age: AgeArgs,
}

#[derive(Args, Debug)]
struct AgeArgs {
    /// Only members of so many years or more
    #[arg(long, value_name = "YEARS", conflicts_with = "OnlyArgs")]
    min_age: Option<i32>,
    /// Only members of so many years or less
    #[arg(long, value_name = "YEARS", conflicts_with = "OnlyArgs", value_parser = clap::value_parser!(i32).range(1..=150))]
    max_age: Option<i32>,
    /// On this day. Default: today
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
}

impl AgeArgs {
    fn is_day_alone(&self) -> bool {
        self.on.is_some() && self.min_age.is_none() && self.max_age.is_none()
    }

    fn range(self) -> Option<AgeRange> {
        let Self {
            min_age,
            max_age,
            on,
        } = self;
        let is_asked = min_age.is_some() || max_age.is_some();
        is_asked.then(|| AgeRange {
            min: min_age.unwrap_or_default(),
            max: max_age.unwrap_or_default(),
            on: on.unwrap_or_default(),
        })
    }
}

#[derive(Args, Debug)]
#[group(multiple = false)]
struct OnlyArgs {
    /// Only members in this state
    #[arg(long, value_enum, value_name = "STATE")]
    state: Option<State>,
    /// Only members of this block
    #[arg(long, value_name = "BLOCK")]
    block: Option<String>,
    /// Only members with a qualification whose last day is in this month
    #[arg(long, value_name = "YYYY-MM")]
    lapsing: Option<String>,
    /// Only members who seem to be so for the second time
    #[arg(long)]
    second: bool,
    /// Only active members who may redeem, and on whose account nothing happens for as
    /// long as the centre's policy calls dormant
    #[arg(long)]
    inactive: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum State {
    Active,
    Suspended,
    Exiting,
    Left,
    Died,
}

impl ListArgs {
    pub(super) async fn list(self, mut session: Session) -> Result<(), Failure> {
        if self.age.is_day_alone() {
            let usage = "--on is the day of --min-age or --max-age; give one of them";
            return Err(Failure::Usage(usage.into()));
        }
        let OnlyArgs {
            state,
            block,
            lapsing,
            second,
            inactive,
        } = self.only;
        let state = state.map(|state| match state {
            State::Active => MemberState::Active,
            State::Suspended => MemberState::Suspended,
            State::Exiting => MemberState::Exiting,
            State::Left => MemberState::Left,
            State::Died => MemberState::Died,
        });
        let only = state.map(|state| Only::State(state.into()));
        let only = only.or(block.map(Only::Block));
        let only = only.or(lapsing.map(Only::LapsingIn));
        let only = only.or(second.then_some(Only::Second(true)));
        let only = only.or(inactive.then_some(Only::Inactive(true)));
        let only = only.or(self.age.range().map(Only::Age));
        let page = async |client: &mut Client, page_token: String| {
            let request = ListMembersRequest {
                centre: self.centre.clone(),
                only: only.clone(),
                page_size: PAGE_SIZE,
                page_token,
            };
            let page = client.members.list_members(request).await?.into_inner();
            let rows = page.members.iter().map(rows::member).collect();
            Ok((rows, page.next_page_token))
        };
        session.list(&rows::MEMBERS, page).await
    }
}
