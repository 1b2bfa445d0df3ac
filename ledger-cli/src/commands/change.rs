//! `need change` and `order change`: another time, or another length.

use clap::Args;
use timebank_proto::v1::ChangeVisit;

use crate::{amount::Amount, error::Failure, session::Session, time::When};

#[derive(Args, Debug)]
pub(crate) struct ChangeArgs {
    /// When it begins
    #[arg(long, value_name = "TIME")]
    at: When,
    /// How long it takes
    #[arg(long = "for", value_name = "DURATION")]
    long: Amount,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

impl ChangeArgs {
    /// What is asked for, and the step's UUID where one is given.
    pub(super) async fn visit(
        self,
        session: &Session,
    ) -> Result<(ChangeVisit, Option<String>), Failure> {
        let at = session.moment(Some(self.at), When::start).await?;
        let minutes = self.long.steps;
        Ok((ChangeVisit { at, minutes }, self.id))
    }
}
