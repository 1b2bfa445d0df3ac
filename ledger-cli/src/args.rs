//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueHint};
use clap_complete::Shell;

use crate::{commands::LedgerCommand, session::Global};

/// The administrators' client of a time bank's ledger.
///
/// Amounts read as 90 (whole steps of the unit: minutes, for time), 90m, 1h30m,
/// 1:30 or 1.5h, and are refused where they are not whole minutes. Times read as
/// 2026-10-01, 2026-10-01 14:30 (both in the ledger's time zone) or
/// 2026-10-01T14:30:00+08:00. A date alone is the first moment of its day, but
/// --as-of and --until take in the whole day. A time that clocks there never
/// show is refused; of one that they show twice the earlier is meant.
///
/// Exit codes: 0 done, 1 refused by the ledger or found wrong, 2 usage, 3 server
/// not reached. Data goes to standard output, everything else to standard error.
#[derive(Parser, Debug)]
#[command(
    name = "ledger-cli",
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Examples:
  ledger-cli account open shapingba:member:000123
  ledger-cli transfer shapingba:issuance:grant-2026 shapingba:member:000123 2h
  ledger-cli balance shapingba:member:000123
  ledger-cli --output json account list shapingba:"
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    #[command(flatten)]
    Ledger(LedgerCommand),
    /// Keep a server's address and a token as a profile, for this user
    ///
    /// The token comes from --token-file, is typed, or comes on standard input. It is tried before
    /// anything is kept. The first profile is the default where no server is named.
    #[command(after_help = "Examples:
  ledger-cli login --server https://bank.example:50051 --ca ca.pem --token-file 1001.token
  cat 1001.token | ledger-cli login --profile city --server https://bank.example:50051 \
    --prefix shapingba --output csv
  ledger-cli --profile city report activity
  ledger-cli --profile city balance shapingba:member:000123")]
    Login,
    /// Write a shell's completion script to standard output
    #[command(after_help = "Examples:
  ledger-cli completions bash > ~/.local/share/bash-completion/completions/ledger-cli
  ledger-cli completions zsh > ~/.zfunc/_ledger-cli")]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual pages, one for each command, into a directory
    #[command(after_help = "Examples:
  ledger-cli man ~/.local/share/man/man1
  man ledger-cli-transfer")]
    Man {
        /// The directory; it is made where it is missing
        #[arg(value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Form;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    fn examples_of(command: &clap::Command) -> Vec<String> {
        let help = command.get_after_long_help().or(command.get_after_help());
        let help = help.map(ToString::to_string).unwrap_or_default();
        let (_, examples) = help.split_once("Examples:\n").unwrap_or_default();
        let examples = examples.replace("\\\n", "");
        examples.lines().map(str::trim).map(str::to_owned).collect()
    }

    #[test]
    fn every_command_has_examples_that_parse() {
        fn check(command: &clap::Command) {
            let examples = examples_of(command);
            assert!(
                command.has_subcommands() || !examples.is_empty(),
                "{}",
                command.get_name()
            );
            for example in examples
                .iter()
                .filter(|line| line.starts_with("ledger-cli "))
            {
                let parsed = Args::try_parse_from(words(example));
                assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
            }
            command.get_subcommands().for_each(check);
        }
        check(&Args::command());
    }

    /// Splits at spaces outside quotes, up to a pipe or redirection.
    fn words(line: &str) -> Vec<String> {
        let line = line.split(['|', '>']).next().unwrap_or(line);
        line.split('\'')
            .enumerate()
            .flat_map(|(index, part)| match index % 2 {
                0 => part.split_whitespace().map(str::to_owned).collect(),
                _ => vec![part.to_owned()],
            })
            .collect()
    }

    #[test]
    fn global_flags_may_follow_the_command() {
        let args = Args::try_parse_from([
            "ledger-cli",
            "balance",
            "a:b",
            "--output",
            "json",
            "--server",
            "http://x",
            "--actor",
            "me",
        ])
        .unwrap();
        assert_eq!(args.global.output(), Form::Json);
        assert_eq!(args.global.server(), "http://x");
        assert_eq!(args.global.actor.as_deref(), Some("me"));
    }
}
