//! The server's configuration: a TOML file, of which every mistake is told at once.

use std::{
    fmt::{self, Write},
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use toml::de::DeValue;

use crate::{
    document::{Document, Mistakes, Read, Section, boolean, not, number_within, text},
    ledger::TimeZone,
    rpc::{LIMITS, Limits, TlsFiles},
};

const DATA: &str = "./timebank-data";
const LISTEN: ([u8; 4], u16) = ([127, 0, 0, 1], 50_051);

/// How a server is to serve. What no file says is as [`Config::default`] has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// The directory that the ledger is kept in.
    pub data: PathBuf,
    /// The folder for copies that `ledger-cli backup` has made. None is `backups` within `data`.
    pub backups: Option<PathBuf>,
    pub listen: SocketAddr,
    /// Whether other addresses than this machine's own are listened on without TLS.
    pub plaintext: bool,
    /// For a new ledger. None takes what TZ names, or else UTC.
    pub time_zone: Option<TimeZone>,
    pub tls: Option<TlsFiles>,
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: DATA.into(),
            backups: None,
            listen: LISTEN.into(),
            plaintext: false,
            time_zone: None,
            tls: None,
            limits: Limits::default(),
        }
    }
}

/// Why a configuration is none.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration {path}: {why}")]
    File { path: String, why: io::Error },
    #[error("the configuration {path} has mistakes:\n{mistakes}")]
    Mistakes { path: String, mistakes: Mistakes },
    /// What is listened on would be open to whoever listens on the network.
    #[error(
        "{listen} is not this machine's own, and without TLS whoever listens on the network reads \
         tokens: give --tls-cert and --tls-key, or ask for it with --plaintext (in the \
         configuration file: [tls], or plaintext = true)"
    )]
    Plaintext { listen: SocketAddr },
}

impl Config {
    /// Reads a file. Paths in it begin at its folder.
    ///
    /// # Errors
    /// Where it cannot be read, or has mistakes: all of them.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let shown = path.display().to_string();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(why) => return Err(ConfigError::File { path: shown, why }),
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, folder).map_err(|mistakes| ConfigError::Mistakes {
            path: shown,
            mistakes,
        })
    }

    /// Reads the text of a file in a folder.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, Mistakes> {
        let (mut document, table) = Document::parse("configuration", text)?;
        let mut top = Section::top(&mut document, &table);
        let config = config(&mut top, folder);
        top.end();
        document.end(Some(config))
    }

    /// The folder for copies.
    pub fn backups(&self) -> PathBuf {
        let own = || self.data.join("backups");
        self.backups.clone().unwrap_or_else(own)
    }

    /// The certificate to serve with. None where nothing is encrypted.
    ///
    /// # Errors
    /// [`ConfigError::Plaintext`] where that is to be asked for, and is not.
    pub fn certificate(&self) -> Result<Option<&TlsFiles>, ConfigError> {
        match &self.tls {
            None if !self.plaintext && !self.listen.ip().is_loopback() => {
                Err(ConfigError::Plaintext {
                    listen: self.listen,
                })
            }
            tls => Ok(tls.as_ref()),
        }
    }
}

fn config(top: &mut Section<'_, '_>, folder: &Path) -> Config {
    let default = Config::default();
    let path = |value: &DeValue<'_>| Ok(folder.join(text(value)?));
    Config {
        data: top.or("data", default.data, path),
        backups: top.optional("backups", path),
        listen: top.or("listen", default.listen, address),
        plaintext: top.or("plaintext", default.plaintext, boolean),
        time_zone: top.optional("time_zone", zone),
        tls: top.section("tls", |section| tls(section, folder)),
        limits: top.section("limits", limits),
    }
}

fn tls(section: &mut Section<'_, '_>, folder: &Path) -> Option<TlsFiles> {
    if section.is_empty() {
        return None;
    }
    let path = |value: &DeValue<'_>| Ok(folder.join(text(value)?));
    let certificate = section.required("cert", path);
    let key = section.required("key", path);
    let client_ca = section.optional("client_ca", path);
    Some(TlsFiles {
        certificate: certificate?,
        key: key?,
        client_ca,
    })
}

fn limits(section: &mut Section<'_, '_>) -> Limits {
    let mut limits = Limits::default();
    for limit in LIMITS {
        let within = |value: &DeValue<'_>| number_within(value, limit.range.clone());
        (limit.set)(&mut limits, section.or(limit.key, limit.default, within));
    }
    limits
}

fn address(value: &DeValue<'_>) -> Read<SocketAddr> {
    let hint = "write an address and a port, such as \"0.0.0.0:50051\" or \"[::1]:50051\"";
    let given = text(value)?.parse();
    given.map_err(|_| not("an address to listen on", hint))
}

fn zone(value: &DeValue<'_>) -> Read<TimeZone> {
    let hint = "write an IANA name, such as \"Asia/Shanghai\"";
    TimeZone::parse(text(value)?).map_err(|_| not("a time zone", hint))
}

/// As a file has it: every key, with what it means.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("# How `timebank` serves: `timebank check --config FILE` looks through it.\n")?;
        line(
            f,
            "The directory that the ledger is kept in.",
            "data",
            quoted(self.data.display()),
        )?;
        let meaning = "The folder for copies that `ledger-cli backup` has made. Default: backups, \
                       within data.";
        match &self.backups {
            Some(folder) => line(f, meaning, "backups", quoted(folder.display()))?,
            None => line(f, meaning, "# backups", quoted("/mnt/backup"))?,
        }
        line(
            f,
            "The address to listen on; port 0 takes a free one.",
            "listen",
            quoted(self.listen),
        )?;
        let meaning = "Listen on an address that is not this machine's own without TLS.";
        line(f, meaning, "plaintext", self.plaintext)?;
        let meaning = "The time zone of a new ledger. Default: TZ, or else UTC.";
        match self.time_zone {
            Some(zone) => line(f, meaning, "time_zone", quoted(zone))?,
            None => line(f, meaning, "# time_zone", quoted("Asia/Shanghai"))?,
        }
        self.write_tls(f)?;
        f.write_str("\n\n[limits]\n")?;
        for limit in LIMITS {
            let (least, most) = (limit.range.start(), limit.range.end());
            let value = format!("{} # {least} to {most}", (limit.get)(&self.limits));
            line(f, limit.meaning.trim(), limit.key, value)?;
        }
        Ok(())
    }
}

impl Config {
    fn write_tls(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = |path: &Path| quoted(path.display());
        let (head, files) = match &self.tls {
            Some(files) => ("", files),
            None => (
                "# ",
                &TlsFiles {
                    certificate: "server.pem".into(),
                    key: "server.key".into(),
                    client_ca: Some("clients.pem".into()),
                },
            ),
        };
        write!(f, "\n\n{head}[tls]\n")?;
        let meaning = "PEM: the server's certificate, then those between it and the root. It is \
                       read again when it changes.";
        line(f, meaning, &format!("{head}cert"), path(&files.certificate))?;
        line(
            f,
            "PEM: its private key.",
            &format!("{head}key"),
            path(&files.key),
        )?;
        let meaning = "PEM: the roots of clients' certificates, whose DNS names stand for tokens.";
        match &files.client_ca {
            Some(roots) => line(f, meaning, &format!("{head}client_ca"), path(roots)),
            None => line(f, meaning, "# client_ca", quoted("clients.pem")),
        }
    }
}

fn line(
    f: &mut fmt::Formatter<'_>,
    meaning: &str,
    key: &str,
    value: impl fmt::Display,
) -> fmt::Result {
    writeln!(f, "\n# {meaning}\n{key} = {value}")
}

/// A text as TOML has it.
fn quoted(text: impl fmt::Display) -> String {
    let mut quoted = String::from("\"");
    for letter in text.to_string().chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
