//! `timebank check`: what is wrong with a configuration, before a server is started by it.

use std::{fs, io::Write, os::unix::fs::PermissionsExt, process::ExitCode};

use timebank::config::Config;

use crate::Serve;

/// The files that a server has open beside its connections: the database's, the log, sockets.
const OTHER_FILES: u64 = 100;
/// Others than the owner may read or write.
const OPEN_TO_OTHERS: u32 = 0o077;

/// Prints the configuration, or what is wrong with it: 0, or 1.
pub(crate) fn check(serve: &Serve) -> ExitCode {
    let config = match serve.config() {
        Ok(config) => config,
        Err(error) => {
            eprintln!("timebank: {error}");
            return ExitCode::FAILURE;
        }
    };
    let wrong = wrong_with(&config);
    if wrong.is_empty() {
        // Whoever asked may not be reading.
        let _ = write!(std::io::stdout(), "{config}");
        return ExitCode::SUCCESS;
    }
    for what in wrong {
        eprintln!("timebank: {what}");
    }
    ExitCode::FAILURE
}

fn wrong_with(config: &Config) -> Vec<String> {
    let mut wrong = Vec::new();
    match config.certificate() {
        Err(error) => wrong.push(error.to_string()),
        Ok(None) => {}
        Ok(Some(files)) => {
            wrong.extend(files.check().err().map(|error| error.to_string()));
            let key = fs::metadata(&files.key).map(|meta| meta.permissions().mode());
            if key.is_ok_and(|mode| mode & OPEN_TO_OTHERS != 0) {
                let key = files.key.display();
                wrong.push(format!(
                    "others than its owner may read {key}: run `chmod 600 {key}`"
                ));
            }
        }
    }
    wrong.extend(wrong_with_data(config));
    wrong.extend(too_few_files(config.limits.connections));
    wrong
}

fn wrong_with_data(config: &Config) -> Option<String> {
    let data = config.data.display();
    match fs::metadata(&config.data) {
        Ok(meta) if !meta.is_dir() => Some(format!("{data} is no directory")),
        Ok(_) => None,
        // It is made.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => Some(format!("cannot look at {data}: {error}")),
    }
}

fn too_few_files(connections: u32) -> Option<String> {
    let may_open = rustix::process::getrlimit(rustix::process::Resource::Nofile).current?;
    let wanted = u64::from(connections) + OTHER_FILES;
    (may_open < wanted).then(|| {
        format!(
            "limits.connections is {connections}, for which a process has to open {wanted} files, \
             and it may open {may_open} here: lower it, or raise that (`ulimit -n`, or \
             LimitNOFILE in a systemd unit)"
        )
    })
}
