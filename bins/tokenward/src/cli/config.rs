//! `tokenward config …`

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use crate::config::{Config, ConfigError, Effective};
use crate::output::{self, Format};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read all settings and show each with where it came from; without passwords
    Check,
}

/// Shows the settings in force, or everything that is wrong with them; touches nothing else.
pub(super) fn check(read: Result<Config, ConfigError>, format: Format) -> ExitCode {
    let config = match read {
        Ok(config) => config,
        Err(ConfigError(lines)) => {
            output::error(&lines, format);
            return ExitCode::FAILURE;
        }
    };
    output::warning(&config.warnings, format);
    let settings = config.effective();
    match format {
        Format::Table => {
            let row = |setting: Effective| vec![setting.key.to_owned(), setting.value, setting.source.to_string()];
            output::table(&["key", "value", "from"], settings.into_iter().map(row));
        }
        Format::Json => {
            let object = |setting: &Effective| json!({ "key": setting.key, "value": setting.value, "from": setting.source.to_string() });
            output::json(&json!({ "settings": settings.iter().map(object).collect::<Vec<_>>() }));
        }
    }
    ExitCode::SUCCESS
}
