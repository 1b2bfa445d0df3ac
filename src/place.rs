//! Where the ledger is: said on the command line, in the environment or in a configuration file.

use std::path::PathBuf;

use clap::Args;
use timebank::config::{Config, ConfigError};

#[derive(Args)]
pub(crate) struct Place {
    /// The directory that the ledger is kept in. Default: ./timebank-data
    #[arg(long, global = true, value_name = "DIR", env = "TIMEBANK_DATA")]
    data: Option<PathBuf>,
    /// The configuration, a TOML file. What the environment and options say stands above it;
    /// `timebank check` prints one to begin with
    #[arg(long, global = true, value_name = "FILE", env = "TIMEBANK_CONFIG")]
    config: Option<PathBuf>,
}

impl Place {
    /// The configuration, with the directory that is given otherwise.
    ///
    /// # Errors
    /// Where its file is not to be read, or has mistakes.
    pub(crate) fn config(&self) -> Result<Config, ConfigError> {
        let mut config = match &self.config {
            Some(path) => Config::read(path)?,
            None => Config::default(),
        };
        if let Some(data) = &self.data {
            config.data.clone_from(data);
        }
        Ok(config)
    }

    /// The directory alone, for which no other mistake matters where it is given.
    ///
    /// # Errors
    /// As [`Place::config`].
    pub(crate) fn dir(&self) -> Result<PathBuf, ConfigError> {
        match &self.data {
            Some(data) => Ok(data.clone()),
            None => Ok(self.config()?.data),
        }
    }
}
