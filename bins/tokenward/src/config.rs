//! Settings: one name everywhere. A flag counts before the environment, the environment before the file, the file
//! before the default. Everything that is wrong is told at once.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use ipnet::IpNet;
use serde::Deserialize;
use token_admin::ShowToken;
use token_core::{Algorithm, Identity};
use token_store::DatabaseUrl;

/// Settings as flags and as variables of the environment.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Settings")]
pub(crate) struct Flags {
    /// A file of settings; without it `tokenward.toml` is read, if it is there
    #[arg(long, global = true, env = "TOKENWARD_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address and port of the server [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "TOKENWARD_LISTEN")]
    listen: Option<String>,
    /// Folder of the embedded database and the master key [default: ./tokenward-data]
    #[arg(long, global = true, env = "TOKENWARD_DATA_DIR", value_name = "FOLDER")]
    data_dir: Option<String>,
    /// `postgres://…`; without it the embedded database in the data folder
    #[arg(long, global = true, env = "TOKENWARD_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<String>,
    /// File of the master key; with PostgreSQL it must be given to issue and show tokens
    #[arg(long, global = true, env = "TOKENWARD_MASTER_KEY_FILE", value_name = "FILE")]
    master_key_file: Option<String>,
    /// Address by which clients reach the server [default: from `listen`]
    #[arg(long, global = true, env = "TOKENWARD_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Claim `iss` of all tokens, fixed with the first one [default: from `public_url`]
    #[arg(long, global = true, env = "TOKENWARD_ISSUER")]
    issuer: Option<String>,
    /// Claim `aud` of all tokens, fixed with the first one [default: from `public_url`]
    #[arg(long, global = true, env = "TOKENWARD_AUDIENCE")]
    audience: Option<String>,
    /// Threads that serve [default: cores]
    #[arg(long, global = true, env = "TOKENWARD_WORKERS", value_name = "N")]
    workers: Option<String>,
    /// `always`, or `never` to show the text of a token only when it is created [default: always]
    #[arg(long, global = true, env = "TOKENWARD_SHOW_TOKEN")]
    show_token: Option<String>,
    /// `EdDSA` or `ES256`, of the first signing key [default: `EdDSA`]
    #[arg(long, global = true, env = "TOKENWARD_SIGNING_ALGORITHM", value_name = "NAME")]
    signing_algorithm: Option<String>,
    /// Networks, joined with commas, whose `X-Forwarded-For` counts
    #[arg(long, global = true, env = "TOKENWARD_TRUSTED_PROXIES", value_name = "CIDR,…")]
    trusted_proxies: Option<String>,
    /// Most bytes of a body [default: 65536]
    #[arg(long, global = true, env = "TOKENWARD_MAX_BODY", value_name = "BYTES")]
    max_body: Option<String>,
    /// Most bytes of a token's text [default: 4096]
    #[arg(long, global = true, env = "TOKENWARD_MAX_TOKEN", value_name = "BYTES")]
    max_token: Option<String>,
    /// `text` or `json` [default: `text` on a terminal, else `json`]
    #[arg(long, global = true, env = "TOKENWARD_LOG_FORMAT")]
    log_format: Option<String>,
    /// `error`, `warn`, `info`, `debug` or `trace` [default: `info`]
    #[arg(long, global = true, env = "TOKENWARD_LOG_LEVEL")]
    log_level: Option<String>,
}

/// Settings as a file has them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    listen: Option<String>,
    data_dir: Option<String>,
    database_url: Option<String>,
    master_key_file: Option<String>,
    public_url: Option<String>,
    issuer: Option<String>,
    audience: Option<String>,
    workers: Option<u16>,
    show_token: Option<String>,
    signing_algorithm: Option<String>,
    trusted_proxies: Option<Vec<String>>,
    max_body: Option<u32>,
    max_token: Option<u32>,
    log_format: Option<String>,
    log_level: Option<String>,
}

/// Settings that were read and make sense.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) data_dir: PathBuf,
    pub(crate) database: DatabaseUrl,
    pub(crate) master_key_file: Option<PathBuf>,
    pub(crate) public_url: String,
    pub(crate) identity: Identity,
    pub(crate) issuer_given: bool,
    pub(crate) audience_given: bool,
    pub(crate) workers: Option<usize>,
    pub(crate) show_token: ShowToken,
    pub(crate) signing_algorithm: Algorithm,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) max_body: usize,
    pub(crate) max_token: usize,
    pub(crate) log_json: Option<bool>,
    pub(crate) log_level: tracing::Level,
}

/// Every setting that is wrong, each in a line.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub(crate) struct ConfigError(Vec<String>);

/// Reads settings and remembers what is wrong with them.
#[derive(Default)]
struct Reader(Vec<String>);

impl Reader {
    fn read<T>(
        &mut self,
        key: &str,
        given: Option<String>,
        default: T,
        parse: impl Fn(&str) -> Option<T>,
        expected: &str,
    ) -> T {
        match given {
            None => default,
            Some(text) => parse(&text).unwrap_or_else(|| {
                self.0.push(format!("setting `{key}`: expected {expected}"));
                default
            }),
        }
    }
}

fn parsed<T: core::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn bounded(least: usize, most: usize) -> impl Fn(&str) -> Option<usize> {
    move |text| text.parse().ok().filter(|number| (least..=most).contains(number))
}

impl Config {
    /// Reads all settings.
    pub(crate) fn read(flags: &Flags) -> Result<Self, ConfigError> {
        let file = read_file(flags.config.as_ref())?;
        let flags = flags.clone();
        let mut reader = Reader::default();
        let listen = reader.read(
            "listen",
            flags.listen.or(file.listen),
            SocketAddr::from(([127, 0, 0, 1], 8080)),
            parsed,
            "an address and a port, e.g. `127.0.0.1:8080`",
        );
        let data_dir = PathBuf::from(flags.data_dir.or(file.data_dir).unwrap_or_else(|| "tokenward-data".to_owned()));
        let embedded = DatabaseUrl::sqlite(&data_dir.join("tokenward.db"));
        let url = flags.database_url.or(file.database_url);
        let database = reader.read("database_url", url, embedded, parsed, "`postgres://…` or `sqlite://` and a path");
        let public_url = flags.public_url.or(file.public_url).unwrap_or_else(|| format!("http://{listen}"));
        let (issuer, audience) = (flags.issuer.or(file.issuer), flags.audience.or(file.audience));
        let (issuer_given, audience_given) = (issuer.is_some(), audience.is_some());
        let identity = identity(&mut reader, &public_url, issuer, audience);
        let workers = flags.workers.or(file.workers.map(|n| n.to_string()));
        let workers = reader.read("workers", workers, None, |text| bounded(1, 1_024)(text).map(Some), "1 to 1024");
        let show = |text: &str| match text {
            "always" => Some(ShowToken::Always),
            "never" => Some(ShowToken::Never),
            _ => None,
        };
        let show_token = flags.show_token.or(file.show_token);
        let show_token = reader.read("show_token", show_token, ShowToken::Always, show, "`always` or `never`");
        let made = |text: &str| text.parse().ok().filter(|algorithm| *algorithm != Algorithm::Rs256);
        let algorithm = flags.signing_algorithm.or(file.signing_algorithm);
        let signing_algorithm = reader.read(
            "signing_algorithm",
            algorithm,
            Algorithm::EdDsa,
            made,
            "`EdDSA` or `ES256`; RSA keys are imported",
        );
        let networks = |text: &str| text.split(',').map(|network| network.trim().parse().ok()).collect();
        let proxies = flags.trusted_proxies.or(file.trusted_proxies.map(|networks| networks.join(",")));
        let trusted_proxies: Vec<IpNet> =
            reader.read("trusted_proxies", proxies, Vec::new(), networks, "networks in CIDR notation");
        let max_body = flags.max_body.or(file.max_body.map(|n| n.to_string()));
        let max_body = reader.read("max_body", max_body, 64 * 1_024, bounded(1_024, 1 << 24), "1024 to 16777216");
        let max_token = flags.max_token.or(file.max_token.map(|n| n.to_string()));
        let max_token = reader.read("max_token", max_token, 4_096, bounded(512, 16_384), "512 to 16384");
        let format = |text: &str| match text {
            "json" => Some(Some(true)),
            "text" => Some(Some(false)),
            _ => None,
        };
        let log_json =
            reader.read("log_format", flags.log_format.or(file.log_format), None, format, "`text` or `json`");
        let level = flags.log_level.or(file.log_level);
        let log_level = reader.read("log_level", level, tracing::Level::INFO, parsed, "`error` … `trace`");
        if !listen.ip().is_loopback() && trusted_proxies.is_empty() {
            reader.0.push(
                "setting `listen`: off loopback tokens would travel in clear; name the proxies that end TLS in \
                 `trusted_proxies`"
                    .to_owned(),
            );
        }
        let (Some(identity), true) = (identity, reader.0.is_empty()) else { return Err(ConfigError(reader.0)) };
        let master_key_file = flags.master_key_file.or(file.master_key_file).map(PathBuf::from);
        Ok(Self {
            listen,
            data_dir,
            database,
            master_key_file,
            public_url,
            identity,
            issuer_given,
            audience_given,
            workers,
            show_token,
            signing_algorithm,
            trusted_proxies,
            max_body,
            max_token,
            log_json,
            log_level,
        })
    }
}

fn identity(
    reader: &mut Reader,
    public_url: &str,
    issuer: Option<String>,
    audience: Option<String>,
) -> Option<Identity> {
    let issuer = issuer.unwrap_or_else(|| public_url.to_owned()).parse();
    let audience = audience.unwrap_or_else(|| public_url.to_owned()).parse();
    if let Err(error) = &issuer {
        reader.0.push(format!("setting `issuer`: {error}"));
    }
    if let Err(error) = &audience {
        reader.0.push(format!("setting `audience`: {error}"));
    }
    Some(Identity { issuer: issuer.ok()?, audience: audience.ok()? })
}

fn read_file(named: Option<&PathBuf>) -> Result<Written, ConfigError> {
    let default = PathBuf::from("tokenward.toml");
    let path = match named {
        Some(path) => path,
        None if default.exists() => &default,
        None => return Ok(Written::default()),
    };
    let tell =
        |error: &dyn core::fmt::Display| ConfigError(vec![format!("settings file `{}`: {error}", path.display())]);
    let text = std::fs::read_to_string(path).map_err(|error| tell(&error))?;
    toml::from_str(&text).map_err(|error| tell(&error))
}
