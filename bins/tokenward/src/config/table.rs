//! The one list of settings: flags, environment, file, defaults, `config check` and the README follow it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use token_admin::ShowToken;
use token_core::{Algorithm, Audience, Issuer};
use token_store::DatabaseUrl;

use super::{Config, Reader, parse};
use crate::metrics::MetricsListen;

/// How a setting is written in the file; flags and the environment have the same as text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shape {
    /// A string.
    Text,
    /// A string that may hold a password, so it is shown without it.
    Secret,
    /// A whole number.
    Number,
    /// Strings; joined with commas outside the file.
    List,
}

/// What people are told of one setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its name in the file.
    pub(crate) key: &'static str,
    /// What its value stands for in the help.
    pub(crate) hint: &'static str,
    /// What it is for.
    pub(crate) help: &'static str,
    /// Its default: a value, or words where it follows from something else.
    pub(crate) default: &'static str,
    /// How the file has it.
    pub(crate) shape: Shape,
    /// The value in force when nobody gave one and it follows from something else.
    pub(crate) derived: Option<fn(&Config) -> String>,
}

impl Setting {
    /// `--max-body`
    pub(crate) fn flag(&self) -> String {
        format!("--{}", self.key.replace('_', "-"))
    }

    /// `TOKENWARD_MAX_BODY`
    pub(crate) fn variable(&self) -> String {
        format!("TOKENWARD_{}", self.key.to_uppercase())
    }
}

macro_rules! derived {
    () => {
        None
    };
    ($shown:expr) => {
        Some($shown)
    };
}

/// A row: `key: type = fixed("default")` or `derived("words", value in force)`, shape, hint, help, parser.
macro_rules! settings {
    ($($key:ident: $type:ty = $default:ident($text:literal $(, $shown:expr)?),
       $shape:ident $hint:literal, $help:literal, $parse:expr;)+) => {
        /// Every setting, read; each makes sense by itself. `None` where the default follows from something else.
        #[derive(Clone, Debug)]
        pub(crate) struct Settings {
            $(#[doc = $help] pub(crate) $key: $type,)+
        }

        /// Every setting, in the order people are told of them.
        pub(crate) static TABLE: &[Setting] = &[$(Setting {
            key: stringify!($key),
            hint: $hint,
            help: $help,
            default: $text,
            shape: Shape::$shape,
            derived: derived!($($shown)?),
        }),+];

        impl Settings {
            /// Reads every setting; `None` if one of them is wrong, which the reader then tells.
            pub(super) fn read(reader: &mut Reader) -> Option<Self> {
                $(let $key = reader.$default(stringify!($key), $text, $parse);)+
                Some(Self { $($key: $key?,)+ })
            }
        }
    };
}

settings! {
    listen: SocketAddr = fixed("127.0.0.1:8080"), Text "ADDRESS:PORT",
        "Address and port of the server; off loopback it needs `tls_cert` and `tls_key`, or `trusted_proxies`", parse::listen;
    metrics_listen: Option<MetricsListen> =
        derived("the same as `listen` on loopback, else `127.0.0.1:9090`", crate::metrics::shown), Text "ADDRESS:PORT",
        "Address and port of `GET /metrics`, which needs no credential; `off` for none", parse::metrics_listen;
    data_dir: PathBuf = fixed("./tokenward-data"), Text "FOLDER",
        "Folder of the embedded database, the master key and the lock of the server", parse::path;
    database_url: Option<DatabaseUrl> = derived("the embedded database", |_| "embedded, in `data_dir`".to_owned()),
        Secret "URL", "`postgres://…` for a server; other users of the machine can read it where it is given as a flag",
        parse::database;
    master_key_file: Option<PathBuf> = derived("`master.key` in `data_dir`", Config::shown_master_key), Text "FILE",
        "File of the master key, made on first start; with PostgreSQL it must be given to issue and show tokens",
        parse::path;
    public_url: Option<String> = derived("from `listen`", |config| config.public_url.clone()), Text "URL",
        "Address by which clients reach the server", parse::public_url;
    issuer: Option<Issuer> = derived("from `public_url`", |config| config.identity.issuer.to_string()), Text "TEXT",
        "Claim `iss` of all tokens, fixed with the first one", parse::issuer;
    audience: Option<Audience> = derived("from `public_url`", |config| config.identity.audience.to_string()),
        Text "TEXT", "Claim `aud` of all tokens, fixed with the first one", parse::audience;
    workers: Option<usize> = derived("cores", |config| config.workers().to_string()), Number "N",
        "Threads that serve", parse::number(1, 1_024);
    show_token: ShowToken = fixed("always"), Text "WHEN",
        "`always`, or `never` to show the text of a token only when it is created", parse::show_token;
    signing_algorithm: Algorithm = fixed("EdDSA"), Text "NAME",
        "`EdDSA` or `ES256`, of the first signing key; RSA keys are imported", parse::signing_algorithm;
    key_publication: Duration = fixed("300s"), Text "TIME",
        "How long others may cache public keys, and a new signing key is published before it signs; `0s` is at once",
        parse::whole_seconds("0s", "86400s");
    trusted_proxies: Vec<IpNet> = fixed(""), List "CIDR,…",
        "Networks of the proxies that end TLS, whose `X-Forwarded-For` counts, and of the gateways that ask at `/authz`", parse::networks;
    route_rules: Option<PathBuf> = derived("those in the database", |_| "those in the database".to_owned()), Text "FILE",
        "File with route rules for gateways, a line each; this node goes by them alone, whatever the database has", parse::path;
    tls_cert: Option<PathBuf> = derived("none, so no TLS", |_| "none".to_owned()), Text "FILE",
        "Certificate in PEM, the server's own first, then those between it and the root; read again on SIGHUP",
        parse::path;
    tls_key: Option<PathBuf> = derived("none", |_| "none".to_owned()), Text "FILE",
        "Its private key in PEM, readable for its owner alone", parse::path;
    max_head: usize = fixed("16384"), Number "BYTES",
        "Most bytes of request line and header fields; a longer head is answered 431", parse::number(1_024, 65_536);
    max_body: usize = fixed("65536"), Number "BYTES",
        "Most bytes of a body; a longer one is answered 413", parse::number(1_024, 1 << 24);
    max_token: usize = fixed("4096"), Number "BYTES",
        "Most bytes of a token's text; a longer one is refused unread", parse::number(512, 16_384);
    signature_checks_per_second: u32 = fixed("2000"), Number "N",
        "Most signature checks per address (IPv6: per /64) and second for tokens not seen before, else 429; 0 is no limit",
        parse::count(1_000_000);
    max_page: usize = fixed("500"), Number "N",
        "Most items of one page of a list", parse::number(1, token_core::limits::PAGE);
    lease: Option<Duration> = derived("what the database has, else `1s`", |_| "what the database has, else 1s".to_owned()),
        Text "TIME",
        "How long a node goes by what it has read, one value for all nodes of a database; a change waits for a silent node that long",
        parse::duration("100ms", "60s");
    poll: Duration = fixed("250ms"), Text "TIME",
        "How often a node looks for changes where nothing tells it of one; at most a quarter of `lease` counts",
        parse::duration("10ms", "10s");
    cached_tokens: usize = fixed("100000"), Number "N",
        "Most tokens, and most texts of tokens, that are kept in memory", parse::number(1, 10_000_000);
    head_timeout: Duration = fixed("5s"), Text "TIME",
        "Longest time for the head of a request to arrive, to half a second", parse::duration("1s", "60s");
    request_timeout: Duration = fixed("30s"), Text "TIME",
        "Longest time for the body of a request to arrive", parse::duration("100ms", "600s");
    keep_alive: Duration = fixed("15s"), Text "TIME",
        "How long an idle connection stays open, to half a second", parse::duration("1s", "600s");
    shutdown_timeout: Duration = fixed("10s"), Text "TIME",
        "How long running requests may go on when the server is told to stop; whole seconds",
        parse::whole_seconds("1s", "600s");
    max_connections: usize = fixed("10000"), Number "N",
        "Most open connections, shared out evenly to the workers", parse::number(1, 1_000_000);
    session_idle: Duration = fixed("1800s"), Text "TIME",
        "How long a person stays signed in without a request", parse::whole_seconds("60s", "604800s");
    session_lifetime: Duration = fixed("43200s"), Text "TIME",
        "How long a person stays signed in at most", parse::whole_seconds("60s", "2592000s");
    max_connections_per_address: usize = fixed("1000"), Number "N",
        "Most open connections of one address (IPv6: /64) that is none of `trusted_proxies`; more are closed at once; 0 is no limit",
        parse::number(0, 1_000_000);
    log_format: Option<super::LogFormat> =
        derived("`text` on a terminal, else `json`", |config| config.log_format().as_str().to_owned()), Text "NAME",
        "`text` or `json`", parse::log_format;
    log_level: tracing::Level = fixed("info"), Text "NAME",
        "`error`, `warn`, `info`, `debug` or `trace`", parse::log_level;
}

impl Settings {
    /// Where the server itself answers.
    pub(crate) fn address(&self) -> String {
        let scheme = if self.tls_cert.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.listen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_told_well() {
        for (index, setting) in TABLE.iter().enumerate() {
            let key = setting.key;
            assert!(TABLE[..index].iter().all(|other| other.key != key), "{key} stands twice");
            assert!(key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{key}");
            assert!(!setting.help.ends_with('.') && !setting.help.contains(['\n', '|']), "{key}");
            assert!(!setting.hint.is_empty() && setting.hint.to_uppercase() == setting.hint, "{key}");
            assert!(setting.derived.is_none() || !setting.default.is_empty(), "{key}");
        }
    }

    /// The table of the README.
    fn markdown() -> Vec<String> {
        let default = |setting: &Setting| match (setting.derived, setting.default) {
            (None, "") => "none".to_owned(),
            (None, value) => format!("`{value}`"),
            (Some(_), words) => words.to_owned(),
        };
        let row = |setting: &Setting| format!("| `{}` | {} | {} |", setting.key, default(setting), setting.help);
        let heading = ["| key | default | what it is |".to_owned(), "| --- | --- | --- |".to_owned()];
        heading.into_iter().chain(TABLE.iter().map(row)).collect()
    }

    #[test]
    fn the_readme_has_this_table() {
        let readme = include_str!("../../../../README.md");
        let told = readme.split("\n## Settings\n").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
        let rows: Vec<&str> = told.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows, markdown(), "write this table into the README:\n{}", markdown().join("\n"));
    }
}
