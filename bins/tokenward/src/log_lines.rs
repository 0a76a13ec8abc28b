//! The server's own log: one line for each thing worth knowing, on standard error.

mod outlet;

use std::io::IsTerminal as _;

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Config, LogFormat};
pub(crate) use outlet::offer;
use outlet::{Outlet, lost};

/// Where the parser of requests speaks. It tells each malformed one as an error: a stranger could fill the log with
/// them, and they are answered and need nobody.
const PARSER: &str = "actix_http";

/// Logs from now on as the settings say.
pub(crate) fn begin(config: &Config) {
    let level = config.settings.log_level;
    let parser = if Level::DEBUG <= level { LevelFilter::from_level(level) } else { LevelFilter::OFF };
    let lines = tracing_subscriber::registry().with(Targets::new().with_default(level).with_target(PARSER, parser));
    let layer = fmt::layer().with_writer(Outlet).with_target(false);
    // What else is installed already, in a process that logs for us, stays.
    let _ = match config.log_format() {
        LogFormat::Json => lines.with(layer.json().flatten_event(true)).try_init(),
        LogFormat::Text => lines.with(layer.with_ansi(std::io::stderr().is_terminal())).try_init(),
    };
}

/// Tells of lines that nobody took, once somebody takes lines again.
#[derive(Debug, Default)]
pub(crate) struct LostLines(u64);

impl LostLines {
    /// To be called now and then.
    pub(crate) fn look(&mut self) {
        let Some(lost) = lost().filter(|lost| *lost != self.0) else { return };
        tracing::warn!(log.lost = lost - self.0, "lines of this log were lost, because nobody took them");
        self.0 = lost;
    }
}
