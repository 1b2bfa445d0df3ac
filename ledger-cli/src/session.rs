//! What the commands share: the options that all of them take, and the
//! connection and output made of these.

use std::path::PathBuf;

use chrono::Utc;
use clap::ValueEnum;
use prost_types::Timestamp;
use timebank::ledger::TimeZone;
use timebank_proto::v1::WatchRecordsRequest;

use crate::{
    client::{Address, Client, present},
    error::Failure,
    profile,
    render::{Form, Layout, Output, Row},
    secret::{self, Secret},
    time::{Time, TimeError, When},
};

/// What every command takes, before or after its name.
#[derive(clap::Args, Debug)]
pub(crate) struct Global {
    /// The server's address. Default: that of the profile, or else http://127.0.0.1:50051
    #[arg(
        long,
        global = true,
        env = "TIMEBANK_SERVER",
        value_name = "URL",
        help_heading = "Global options"
    )]
    pub(crate) server: Option<String>,
    /// The server and token of a `login`. Default: those of the first, where no server is named
    #[arg(
        long,
        global = true,
        env = "TIMEBANK_PROFILE",
        value_name = "NAME",
        value_parser = profile::name,
        help_heading = "Global options"
    )]
    pub(crate) profile: Option<String>,
    /// How data is written. Default: as the profile says, or else table
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "FORM",
        help_heading = "Global options"
    )]
    pub(crate) output: Option<Form>,
    /// The branch that reports are of where none is named, such as a centre
    #[arg(
        long,
        global = true,
        env = "TIMEBANK_PREFIX",
        value_name = "BRANCH",
        help_heading = "Global options"
    )]
    pub(crate) prefix: Option<String>,
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
    /// A file with the token that calls come with. Default: the token in TIMEBANK_TOKEN, or that of a
    /// server on this machine, in ./timebank-data or where TIMEBANK_DATA says
    #[arg(
        long,
        global = true,
        env = "TIMEBANK_TOKEN_FILE",
        value_name = "FILE",
        value_hint = clap::ValueHint::FilePath,
        help_heading = "Global options"
    )]
    pub(crate) token_file: Option<PathBuf>,
    /// A PEM file with the roots of the server's certificate. Default: those of the system
    #[arg(
        long,
        global = true,
        env = "TIMEBANK_CA",
        value_name = "FILE",
        value_hint = clap::ValueHint::FilePath,
        help_heading = "Global options"
    )]
    pub(crate) ca: Option<PathBuf>,
    /// A PEM file with a certificate of your own, where its name stands for a token
    #[arg(
        long,
        global = true,
        requires = "key",
        env = "TIMEBANK_CERT",
        value_name = "FILE",
        value_hint = clap::ValueHint::FilePath,
        help_heading = "Global options"
    )]
    pub(crate) cert: Option<PathBuf>,
    /// The certificate's private key, a PEM file
    #[arg(
        long,
        global = true,
        requires = "cert",
        env = "TIMEBANK_KEY",
        value_name = "FILE",
        value_hint = clap::ValueHint::FilePath,
        help_heading = "Global options"
    )]
    pub(crate) key: Option<PathBuf>,
}

/// Where a server on this machine listens, unless it is told otherwise.
const LOCAL: &str = "http://127.0.0.1:50051";

impl Global {
    /// With what the profile says where nothing is said here. A server that is named goes with no
    /// profile but a named one: its token is for another.
    ///
    /// # Errors
    /// Where there is no such profile.
    pub(crate) fn with_profile(self) -> Result<Self, Failure> {
        let profile = match (&self.profile, &self.server) {
            (None, Some(_)) => None,
            (name, _) => profile::find(name.as_deref())?,
        };
        let profile = profile.unwrap_or_default();
        let output = match (self.output, profile.output) {
            (None, Some(word)) => Some(
                Form::from_str(&word, true)
                    .map_err(|_| Failure::Usage(format!("the profile's output is {word:?}")))?,
            ),
            (given, _) => given,
        };
        Ok(Self {
            server: self.server.or(profile.server),
            token_file: self.token_file.or(profile.token_file),
            ca: self.ca.or(profile.ca),
            cert: self.cert.or(profile.cert),
            key: self.key.or(profile.key),
            prefix: self.prefix.or(profile.prefix),
            output,
            ..self
        })
    }

    /// The server's address.
    pub(crate) fn server(&self) -> &str {
        self.server.as_deref().unwrap_or(LOCAL)
    }

    /// How data is written.
    pub(crate) fn output(&self) -> Form {
        self.output.unwrap_or(Form::Table)
    }

    /// Where the server is.
    pub(crate) fn address(&self) -> Address<'_> {
        Address {
            server: self.server(),
            ca: self.ca.as_deref(),
            identity: self.cert.as_deref().zip(self.key.as_deref()),
        }
    }

    /// Whether a token was named, and not just found.
    pub(crate) fn names_a_token(&self) -> bool {
        self.token_file.is_some() || std::env::var_os("TIMEBANK_TOKEN").is_some()
    }
}

/// What every command has.
pub(crate) struct Session {
    pub(crate) client: Client,
    /// Who acts, where that was said.
    pub(crate) actor: Option<String>,
    /// The branch where none is named.
    prefix: Option<String>,
    pub(crate) output: Output,
}

impl Session {
    /// The branch that is named, or else the one that this user works for; empty for all of the
    /// ledger.
    pub(crate) fn branch(&self, named: Option<String>) -> String {
        named.or_else(|| self.prefix.clone()).unwrap_or_default()
    }

    /// Writes a list that is had page by page: `page` gets the rows of one, and the token of the
    /// next, which is empty after the last.
    ///
    /// # Errors
    /// Where a page cannot be had, or not written.
    pub(crate) async fn list(
        &mut self,
        layout: &'static Layout,
        mut page: impl AsyncFnMut(&mut Client, String) -> Result<(Vec<Row>, String), Failure>,
    ) -> Result<(), Failure> {
        let mut list = self.output.list(layout);
        let mut token = String::new();
        loop {
            let (rows, next) = page(&mut self.client, token).await?;
            rows.into_iter().try_for_each(|row| list.push(row))?;
            if next.is_empty() {
                return list.finish().await;
            }
            token = next;
        }
    }

    /// A session with the server that the options name. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Failure::Usage`] where an option cannot be what it says.
    pub(crate) fn new(global: &Global) -> Result<Self, Failure> {
        let secret = secret::find(global.token_file.as_deref(), global.server())?;
        Self::with(global, secret.as_ref(), global.actor.clone())
    }

    /// A session of one who acts for themself, by a token of theirs.
    ///
    /// # Errors
    /// As of [`Session::new`].
    pub(crate) fn of(global: &Global, secret: &Secret) -> Result<Self, Failure> {
        Self::with(global, Some(secret), None)
    }

    fn with(
        global: &Global,
        secret: Option<&Secret>,
        actor: Option<String>,
    ) -> Result<Self, Failure> {
        let client = Client::new(global.address(), secret, actor.as_deref())?;
        Ok(Self {
            output: Output::new(global.output(), client.clone()),
            actor,
            prefix: global.prefix.clone(),
            client,
        })
    }

    /// Today in the ledger's zone.
    pub(crate) async fn today(&self) -> Result<String, Failure> {
        let zone = self.client.time_zone().await?;
        Ok(Utc::now()
            .with_timezone(&zone.rules())
            .date_naive()
            .to_string())
    }

    /// The day of the ledger's zone on which a record was made.
    ///
    /// # Errors
    /// Where the record cannot be had.
    pub(crate) async fn day_of(&self, position: i64) -> Result<String, Failure> {
        let request = WatchRecordsRequest {
            from_sequence: position,
            follow: false,
        };
        let stream = self.client.journal.clone().watch_records(request).await?;
        let page = stream.into_inner().message().await?.unwrap_or_default();
        let first = page.records.into_iter().next();
        let record = present(first.and_then(|stored| stored.record), "record")?;
        let time = present(Time::from_us(record.recorded_at_us), "time")?;
        Ok(time.date(self.client.time_zone().await?).to_string())
    }

    /// The moment of a time that was given, such as [`When::start`] in the
    /// ledger's zone, which the server is asked for. None where none was given.
    ///
    /// # Errors
    /// [`Failure::Usage`] where clocks there never show that time.
    pub(crate) async fn moment(
        &self,
        given: Option<When>,
        of: fn(When, TimeZone) -> Result<Time, TimeError>,
    ) -> Result<Option<Timestamp>, Failure> {
        let Some(when) = given else {
            return Ok(None);
        };
        let zone = self.client.time_zone().await?;
        match of(when, zone) {
            Ok(time) => Ok(Some(time.to_proto())),
            Err(error) => Err(Failure::Usage(error.to_string())),
        }
    }
}
