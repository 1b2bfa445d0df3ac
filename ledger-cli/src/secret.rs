//! The token that calls come with, and where it is found.

use std::{
    env, fs,
    io::{self, Write},
    net::IpAddr,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use tonic::transport::Uri;

use crate::error::Failure;

/// Where a server on the same machine keeps its ledger, unless it is told otherwise.
const LOCAL_DATA: &str = "./timebank-data";
const FIRST_TOKEN: &str = "admin.token";
/// Where the tokens are that this client issued for those who act on the same machine.
const TOKENS: &str = "tokens";

/// A token.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    /// The value of the metadata `authorization`.
    pub(crate) fn header(&self) -> String {
        format!("Bearer {}", self.0)
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).map_err(|source| Failure::File {
            what: format!("reading a token from {}", path.display()),
            source,
        })?;
        Ok(Self(text.trim().to_owned()))
    }
}

/// The directory of a server on the same machine.
pub(crate) struct Local(PathBuf);

impl Local {
    /// The one that TIMEBANK_DATA names, or else ./timebank-data, where it has a token.
    pub(crate) fn find() -> Option<Self> {
        let dir = env::var_os("TIMEBANK_DATA").map_or_else(|| LOCAL_DATA.into(), PathBuf::from);
        dir.join(FIRST_TOKEN).is_file().then_some(Self(dir))
    }

    fn path_of(&self, actor: &str) -> PathBuf {
        self.0.join(TOKENS).join(format!("{actor}.token"))
    }

    /// The token that was issued for somebody here.
    pub(crate) fn token_of(&self, actor: &str) -> Option<Secret> {
        Secret::read(&self.path_of(actor)).ok()
    }

    /// Keeps the token of somebody, for whoever may read the directory of the ledger.
    pub(crate) fn keep(&self, actor: &str, text: &str) -> Result<Secret, Failure> {
        let path = self.path_of(actor);
        let dir = self.0.join(TOKENS);
        fs::create_dir_all(&dir)
            .and_then(|()| write_private(&path, text))
            .map_err(|source| Failure::File {
                what: format!("writing a token to {}", path.display()),
                source,
            })?;
        Ok(Secret(text.to_owned()))
    }
}

/// Writes a file that its owner alone may read. One that is there stays.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{text}")
}

/// The token that is to be sent: that of TIMEBANK_TOKEN, or of the file that is named, or that of a
/// server on the same machine. None where there is none.
pub(crate) fn find(file: Option<&Path>, server: &str) -> Result<Option<Secret>, Failure> {
    if let Some(path) = file {
        return Secret::read(path).map(Some);
    }
    if let Some(text) = env::var("TIMEBANK_TOKEN")
        .ok()
        .filter(|text| !text.is_empty())
    {
        return Ok(Some(Secret(text)));
    }
    match Local::find().filter(|_| is_this_machine(server)) {
        Some(local) => Secret::read(&local.0.join(FIRST_TOKEN)).map(Some),
        None => Ok(None),
    }
}

/// Whether a URL is of this machine.
pub(crate) fn is_this_machine(url: &str) -> bool {
    let url = match url.contains("://") {
        true => url.to_owned(),
        false => format!("http://{url}"),
    };
    let Ok(uri) = url.parse::<Uri>() else {
        return false;
    };
    // Who names a user may mean another host than it seems.
    let is_plain = uri.authority().is_some_and(|of| !of.as_str().contains('@'));
    let host = uri.host().filter(|_| is_plain).unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine() {
        for (url, is_this) in [
            ("http://127.0.0.1:50051", true),
            ("http://localhost:1", true),
            ("127.0.0.1:1", true),
            ("http://[::1]:50051", true),
            ("https://bank.example:50051", false),
            ("http://127.0.0.1.example", false),
            ("http://localhost.example:1", false),
            ("http://user@bank.example/127.0.0.1", false),
            ("http://localhost:1@bank.example", false),
            ("http://localhost@127.0.0.1:1", false),
            ("10.0.0.1:50051", false),
        ] {
            assert_eq!(is_this_machine(url), is_this, "{url}");
        }
    }
}
