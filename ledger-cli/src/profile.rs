//! Profiles: servers that this user has logged in to, kept in the configuration folder.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, IsTerminal, Read},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{error::Failure, secret::write_private};

const FILE: &str = "profiles.toml";
/// Longer than any token.
const MAX_TOKEN_BYTES: u64 = 4_096;

/// A server, and how this user calls it.
#[derive(Clone, Default, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    pub(crate) server: Option<String>,
    pub(crate) token_file: Option<PathBuf>,
    pub(crate) ca: Option<PathBuf>,
    pub(crate) cert: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
    /// The branch that reports are of where none is named.
    pub(crate) prefix: Option<String>,
    /// `table`, `json` or `csv`.
    pub(crate) output: Option<String>,
}

/// All profiles.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profiles {
    /// The one that holds where none is named, nor a server.
    default: Option<String>,
    #[serde(default)]
    profile: BTreeMap<String, Profile>,
}

/// The configuration folder of this program.
fn folder() -> Result<PathBuf, Failure> {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let folder = match (named("XDG_CONFIG_HOME"), named("HOME")) {
        (Some(folder), _) => PathBuf::from(folder),
        (None, Some(home)) => Path::new(&home).join(".config"),
        (None, None) => {
            let why = "there is no HOME and no XDG_CONFIG_HOME, so no place for profiles";
            return Err(Failure::Usage(why.into()));
        }
    };
    Ok(folder.join("ledger-cli"))
}

fn failed(what: &str, path: &Path) -> impl FnOnce(io::Error) -> Failure {
    let what = format!("{what} {}", path.display());
    move |source| Failure::File { what, source }
}

impl Profiles {
    fn read(path: &Path) -> Result<Self, Failure> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            read => read.map_err(failed("reading", path))?,
        };
        toml::from_str(&text)
            .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
    }

    fn write(&self, path: &Path) -> Result<(), Failure> {
        let text = toml::to_string(self).map_err(|error| Failure::Usage(error.to_string()))?;
        fs::write(path, text).map_err(failed("writing", path))
    }
}

/// A profile by its name; without one, the default, or none.
///
/// # Errors
/// [`Failure::Usage`] where there is none of that name.
pub(crate) fn find(name: Option<&str>) -> Result<Option<Profile>, Failure> {
    let folder = match (folder(), name) {
        (Ok(folder), _) => folder,
        (Err(_), None) => return Ok(None),
        (Err(failure), Some(_)) => return Err(failure),
    };
    let mut profiles = Profiles::read(&folder.join(FILE))?;
    let Some(name) = name.map(str::to_owned).or_else(|| profiles.default.take()) else {
        return Ok(None);
    };
    match profiles.profile.remove(&name) {
        Some(profile) => Ok(Some(profile)),
        None => {
            let known: Vec<_> = profiles.profile.into_keys().collect();
            Err(Failure::Usage(format!(
                "there is no profile {name}; `ledger-cli login --profile {name}` makes one, and \
                 there are: {}",
                known.join(", ")
            )))
        }
    }
}

/// The token that a user types, or that comes on standard input. It is in no argument, where others
/// on the machine would see it.
pub(crate) fn asked_token() -> Result<String, Failure> {
    if io::stdin().is_terminal() {
        let typed = rpassword::prompt_password("Token: ");
        return typed.map_err(|source| Failure::File {
            what: "reading the token".into(),
            source,
        });
    }
    let mut text = String::new();
    let read = io::stdin().take(MAX_TOKEN_BYTES).read_to_string(&mut text);
    read.map_err(|source| Failure::File {
        what: "reading the token from standard input".into(),
        source,
    })?;
    Ok(text)
}

/// The file that a profile's token is kept in, written for this user alone.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn keep_token(name: &str, text: &str) -> Result<PathBuf, Failure> {
    let folder = folder()?;
    fs::create_dir_all(&folder).map_err(failed("making", &folder))?;
    let path = folder.join(format!("{name}.token"));
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(failed("replacing", &path)(error));
        }
        _ => {}
    }
    write_private(&path, text.trim()).map_err(failed("writing", &path))?;
    Ok(path)
}

/// Keeps a profile; the first one is the default.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn keep(name: &str, profile: Profile) -> Result<(), Failure> {
    let path = folder()?.join(FILE);
    let mut profiles = Profiles::read(&path)?;
    profiles.default.get_or_insert_with(|| name.to_owned());
    profiles.profile.insert(name.to_owned(), profile);
    profiles.write(&path)
}

/// The name of a profile as an argument: it is part of the name of a file.
///
/// # Errors
/// A text that says what it may be.
pub(crate) fn name(given: &str) -> Result<String, String> {
    let fits = (1..=32).contains(&given.len())
        && given
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match fits {
        true => Ok(given.to_owned()),
        false => Err("a profile's name is 1 to 32 characters A-Z a-z 0-9 '-'".into()),
    }
}
