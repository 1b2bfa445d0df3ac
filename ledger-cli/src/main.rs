//! The administrators' client of a time bank's ledger. It speaks only gRPC:
//! data goes to standard output, everything else to standard error.

mod account_kind;
mod amount;
mod args;
mod client;
mod commands;
mod error;
#[cfg(test)]
#[path = "../../fuzz/inputs.rs"]
mod fuzz;
mod local;
mod paper;
mod profile;
mod progress;
mod render;
mod rows;
mod secret;
mod seen;
mod session;
mod time;
mod week;

use std::{io, path::PathBuf, process::ExitCode};

use clap::{CommandFactory, Parser, ValueEnum};

use crate::{
    args::{Args, Command},
    commands::LedgerCommand,
    error::Failure,
    profile::Profile,
    render::Form,
    session::{Global, Session},
};

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help on a closed pipe is no error either.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let as_json = args.global.output == Some(Form::Json);
    let server = args.global.server().to_owned();
    match with_profile(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err((server_of_profile, failure)) => {
            failure.report(server_of_profile.as_ref().unwrap_or(&server), as_json)
        }
    }
}

/// Runs a command with what a profile says; of what fails, also which server was asked.
fn with_profile(args: Args) -> Result<(), (Option<String>, Failure)> {
    if let Command::Login = args.command {
        return login(args.global).map_err(|failure| (None, failure));
    }
    let global = args
        .global
        .with_profile()
        .map_err(|failure| (None, failure))?;
    let server = global.server().to_owned();
    let done = match run(Args { global, ..args }) {
        // Whose token it is counts here: their own is at hand, or can be.
        Err(refused) => again(refused),
        done => done,
    };
    done.map_err(|failure| (Some(server), failure))
}

/// Keeps a profile, once its token was tried.
fn login(global: Global) -> Result<(), Failure> {
    let name = global.profile.clone().unwrap_or_else(|| "default".into());
    let token_file = match &global.token_file {
        Some(path) => std::path::absolute(path)?,
        None => profile::keep_token(&name, &profile::asked_token()?)?,
    };
    let global = Global {
        token_file: Some(token_file),
        ..global
    };
    runtime()?
        .block_on(async { commands::run(LedgerCommand::WhoAmI, Session::new(&global)?).await })?;
    let whole = |path: &Option<PathBuf>| path.as_deref().map(std::path::absolute).transpose();
    let word = |form: Form| {
        form.to_possible_value()
            .map(|value| value.get_name().to_owned())
    };
    profile::keep(
        &name,
        Profile {
            server: Some(global.server().to_owned()),
            ca: whole(&global.ca)?,
            cert: whole(&global.cert)?,
            key: whole(&global.key)?,
            prefix: global.prefix,
            output: global.output.and_then(word),
            token_file: global.token_file,
        },
    )
}

fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        // It has no session of its own.
        Command::Login => login(args.global),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "ledger-cli", &mut script);
            Ok(io::Write::write_all(&mut io::stdout(), &script)?)
        }
        Command::Man { dir } => {
            let failed = |source| Failure::File {
                what: format!("writing manual pages to {}", dir.display()),
                source,
            };
            std::fs::create_dir_all(&dir).map_err(failed)?;
            clap_mangen::generate_to(Args::command(), &dir).map_err(failed)
        }
        Command::Ledger(command) => runtime()?.block_on(async {
            let session = Session::new(&args.global)?;
            commands::run(command, session).await
        }),
    }
}

/// Does a refused command again, by the actor's own token where that is what the refusal asks for.
fn again(refused: Failure) -> Result<(), Failure> {
    let Ok(args) = Args::try_parse() else {
        return Err(refused);
    };
    let Command::Ledger(command) = args.command else {
        return Err(refused);
    };
    let global = args.global.with_profile()?;
    runtime()?.block_on(async {
        match local::own_token(&global, &refused).await? {
            None => Err(refused),
            Some(secret) => commands::run(command, Session::of(&global, &secret)?).await,
        }
    })
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}
