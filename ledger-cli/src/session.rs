//! What the commands share: the options that all of them take, and the
//! connection and output made of these.

use chrono::FixedOffset;

use crate::{
    client::Client,
    error::Failure,
    render::{Form, Output},
    time::utc_offset,
};

/// What every command takes, before or after its name.
#[derive(clap::Args, Debug)]
pub(crate) struct Global {
    /// The server's address
    #[arg(
        long,
        global = true,
        env = "TIMEBANK_SERVER",
        default_value = "http://127.0.0.1:50051",
        value_name = "URL",
        help_heading = "Global options"
    )]
    pub(crate) server: String,
    /// How data is written
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t = Form::Table,
        value_name = "FORM",
        help_heading = "Global options"
    )]
    pub(crate) output: Form,
    /// Who acts: a pseudonymous staff id, no personal name. Kept in the journal
    /// for good, as claimed
    #[arg(
        long,
        global = true,
        env = "TIMEBANK_ACTOR",
        value_name = "NAME",
        help_heading = "Global options"
    )]
    pub(crate) actor: Option<String>,
    /// The offset that dates and times without one are read in, and that tables
    /// print times in
    #[arg(
        long,
        global = true,
        env = "TIMEBANK_UTC_OFFSET",
        default_value = "+00:00",
        allow_hyphen_values = true,
        value_parser = utc_offset,
        value_name = "OFFSET",
        help_heading = "Global options"
    )]
    pub(crate) utc_offset: FixedOffset,
}

/// What every command has.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) output: Output,
    /// What times without an offset are in.
    pub(crate) offset: FixedOffset,
}

impl Session {
    /// A session with the server that the options name. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Failure::Usage`] where an option cannot be what it says.
    pub(crate) fn new(global: &Global) -> Result<Self, Failure> {
        let client = Client::new(&global.server, global.actor.as_deref())?;
        let offset = global.utc_offset;
        Ok(Self {
            output: Output::new(global.output, client.clone(), offset),
            client,
            offset,
        })
    }
}
