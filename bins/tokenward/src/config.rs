//! Settings: one name everywhere. A flag counts before the environment, the environment before the file, the file
//! before the default. Everything that is wrong is told at once.

mod environment;
mod file;
mod flags;
mod parse;
mod redacted;
mod source;
mod table;

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use token_admin::SessionLimits;
use token_core::{Audience, Identity, Issuer};
use token_store::DatabaseUrl;

use file::File;
pub(crate) use flags::Flags;
pub(crate) use source::Source;
use source::{Given, Reader};
use table::{Settings, TABLE};

/// The form of the log.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl LogFormat {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

/// Settings that were read and make sense together.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// As they were given.
    pub(crate) settings: Settings,
    /// Where the database is.
    pub(crate) database: DatabaseUrl,
    /// Where clients reach the server.
    pub(crate) public_url: String,
    /// Issuer and audience of the first token.
    pub(crate) identity: Identity,
    /// What looks like a setting and is none, each in a line.
    pub(crate) warnings: Vec<String>,
    found: BTreeMap<&'static str, (String, Source)>,
}

/// Every setting that is wrong, each in a line.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub(crate) struct ConfigError(pub(crate) Vec<String>);

/// One setting as it is in force.
#[derive(Debug)]
pub(crate) struct Effective {
    pub(crate) key: &'static str,
    /// Without passwords.
    pub(crate) value: String,
    pub(crate) source: Source,
    /// What it is for.
    pub(crate) help: &'static str,
}

impl Config {
    /// Reads all settings.
    pub(crate) fn read(flags: &Flags) -> Result<Self, ConfigError> {
        let environment = environment::ours(std::env::vars_os());
        let named = flags.config.clone().or_else(|| environment.get(environment::CONFIG).map(PathBuf::from));
        let default = Path::new("tokenward.toml");
        let file = match &named {
            Some(path) => File::read(path),
            None if default.exists() => File::read(default),
            None => File::default(),
        };
        Self::from_given(Given { flags: flags.values.clone(), environment, file })
    }

    fn from_given(given: Given) -> Result<Self, ConfigError> {
        let warnings = environment::unknown(&given.environment);
        let mut reader = Reader::new(given);
        let settings = Settings::read(&mut reader);
        ensure_fitting(&mut reader);
        let Reader { found, errors, .. } = reader;
        let (Some(settings), true) = (settings, errors.is_empty()) else { return Err(ConfigError(errors)) };
        let embedded = || DatabaseUrl::sqlite(&settings.data_dir.join("tokenward.db"));
        let database = settings.database_url.clone().unwrap_or_else(embedded);
        let public_url = settings.public_url.clone().unwrap_or_else(|| settings.address());
        let from_url = |error| ConfigError(vec![format!("setting `public_url`: {error}")]);
        let issuer = settings.issuer.clone().map_or_else(|| public_url.parse::<Issuer>(), Ok).map_err(from_url)?;
        let audience =
            settings.audience.clone().map_or_else(|| public_url.parse::<Audience>(), Ok).map_err(from_url)?;
        let identity = Identity { issuer, audience };
        Ok(Self { settings, database, public_url, identity, warnings, found })
    }

    /// Every setting with its value in force and where it came from.
    pub(crate) fn effective(&self) -> Vec<Effective> {
        let row = |setting: &table::Setting| {
            let derived = || (setting.derived.map_or_else(String::new, |shown| shown(self)), Source::Default);
            let (mut value, source) = self.found.get(setting.key).cloned().unwrap_or_else(derived);
            if value.is_empty() {
                value.push_str("none");
            }
            Effective { key: setting.key, value, source, help: setting.help }
        };
        TABLE.iter().map(row).collect()
    }

    /// Threads that serve.
    pub(crate) fn workers(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.settings.workers.unwrap_or_else(cores)
    }

    /// How long people stay signed in.
    pub(crate) fn session_limits(&self) -> SessionLimits {
        let seconds = |time: Duration| u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        SessionLimits { idle: seconds(self.settings.session_idle), lifetime: seconds(self.settings.session_lifetime) }
    }

    /// The form of the log; where nobody said so, it depends on who reads it.
    pub(crate) fn log_format(&self) -> LogFormat {
        let fitting = || if std::io::stderr().is_terminal() { LogFormat::Text } else { LogFormat::Json };
        self.settings.log_format.unwrap_or_else(fitting)
    }

    /// Where the master key is, or is made; `None` with PostgreSQL where no file is named.
    pub(crate) fn master_key(&self) -> Option<PathBuf> {
        let beside = || self.database.is_embedded().then(|| self.settings.data_dir.join("master.key"));
        self.settings.master_key_file.clone().or_else(beside)
    }

    fn shown_master_key(&self) -> String {
        self.master_key().map_or_else(|| "none".to_owned(), |path| path.display().to_string())
    }
}

/// What no setting can say for itself. Says nothing where one of them is wrong anyway.
fn ensure_fitting(reader: &mut Reader) {
    let text = |key| reader.found.get(key).map(|(text, _)| text.as_str());
    let exposed = text("listen").and_then(|text| parse::listen(text).ok()).is_some_and(|at| !at.ip().is_loopback());
    let number = |key| text(key).and_then(|text| text.parse::<usize>().ok());
    let narrow = number("max_head").zip(number("max_token")).is_some_and(|(head, token)| head < token + 1_024);
    let (cert, key) = (text("tls_cert").is_some(), text("tls_key").is_some());
    if exposed && !(cert || key) && text("trusted_proxies") == Some("") {
        let why = "off loopback tokens would travel in clear; set `tls_cert` and `tls_key`, or name the proxies that \
                   end TLS in `trusted_proxies`";
        reader.refuse("listen", why);
    }
    if cert != key {
        let (given, missing) = if cert { ("tls_cert", "tls_key") } else { ("tls_key", "tls_cert") };
        reader.refuse(given, &format!("TLS needs `{missing}` too"));
    }
    // Else no call with a long token could pass: 1 KiB is what clients send beside it at least.
    if narrow {
        reader.refuse("max_head", "must leave room for `max_token` and 1024 bytes beside it");
    }
}

#[cfg(test)]
mod tests;
