//! The administrators' client of a time bank's ledger. It speaks only gRPC:
//! data goes to standard output, everything else to standard error.

mod amount;
mod args;
mod client;
mod commands;
mod error;
mod export;
mod import;
mod progress;
mod render;
mod rows;
mod time;

use std::{io, process::ExitCode};

use clap::{CommandFactory, Parser};

use crate::{
    args::{Args, Command},
    client::Client,
    commands::Session,
    error::Failure,
    render::{Form, Output},
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
    match run(args) {
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
        Command::Ledger(command) => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(async {
                let client = Client::new(&args.global.server, args.global.actor.as_deref())?;
                let offset = args.global.utc_offset;
                let output = Output::new(args.global.output, client.clone(), offset);
                let session = Session {
                    client,
                    output,
                    offset,
                };
                commands::run(command, session).await
            }),
    }
}
