//! The server's own log: one line for each thing worth knowing, on standard error.

use std::io::IsTerminal as _;

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Config, LogFormat};

/// Where the parser of requests speaks. It tells each malformed one as an error: a stranger could fill the log with
/// them, and they are answered and need nobody.
const PARSER: &str = "actix_http";

/// Logs from now on as the settings say.
pub(crate) fn begin(config: &Config) {
    let level = config.settings.log_level;
    let parser = if Level::DEBUG <= level { LevelFilter::from_level(level) } else { LevelFilter::OFF };
    let lines = tracing_subscriber::registry().with(Targets::new().with_default(level).with_target(PARSER, parser));
    let layer = fmt::layer().with_writer(std::io::stderr).with_target(false);
    // What else is installed already, in a process that logs for us, stays.
    let _ = match config.log_format() {
        LogFormat::Json => lines.with(layer.json().flatten_event(true)).try_init(),
        LogFormat::Text => lines.with(layer.with_ansi(std::io::stderr().is_terminal())).try_init(),
    };
}
