//! The administrators' client of a time bank's ledger. It speaks only gRPC:
//! data goes to standard output, everything else to standard error.

mod account_kind;
mod amount;
mod args;
mod client;
mod commands;
mod error;
mod local;
mod paper;
mod progress;
mod render;
mod rows;
mod secret;
mod session;
mod time;
mod week;

use std::{io, process::ExitCode};

use clap::{CommandFactory, Parser};

use crate::{
    args::{Args, Command},
    error::Failure,
    render::Form,
    session::Session,
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
    let server = args.global.server.clone();
    let as_json = args.global.output == Form::Json;
    let done = match run(args) {
        // Whose token it is counts here: their own is at hand, or can be.
        Err(refused) => again(refused),
        done => done,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&server, as_json),
    }
}

fn run(args: Args) -> Result<(), Failure> {
    match args.command {
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
    runtime()?.block_on(async {
        match local::own_token(&args.global, &refused).await? {
            None => Err(refused),
            Some(secret) => commands::run(command, Session::of(&args.global, &secret)?).await,
        }
    })
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}
