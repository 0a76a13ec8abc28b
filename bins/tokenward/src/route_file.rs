//! Route rules in a file of this node alone: read once, everything wrong with it told at once.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;
use token_core::RouteRules;

use crate::config::{Config, ConfigError};
use crate::failure::Failure;

/// More than any rules need.
const MOST: u64 = 16 * 1_024 * 1_024;

/// The rules of the file that the setting `route_rules` names; `None` where it names none.
pub(crate) fn rules(config: &Config) -> Result<Option<RouteRules>, Failure> {
    let Some(path) = &config.settings.route_rules else { return Ok(None) };
    let told = |lines: Vec<String>| {
        let line = |line: String| format!("setting `route_rules` (file `{}`): {line}", path.display());
        Failure::Config(ConfigError(lines.into_iter().map(line).collect()))
    };
    let text = read(path).map_err(|error| told(vec![error.to_string()]))?;
    lines(&text).map(Some).map_err(told)
}

/// Rules from a text with one a line, or a line for each that is wrong.
pub(crate) fn lines(text: &str) -> Result<RouteRules, Vec<String>> {
    let line = |(number, error): (usize, token_core::RouteLineError)| format!("line {number}: {error}");
    RouteRules::from_lines(text).map_err(|errors| errors.into_iter().map(line).collect())
}

/// The text of a file. A pipe does not hang us, and a device does not fill the memory.
pub(crate) fn read(path: &Path) -> std::io::Result<String> {
    let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(nonblocking).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("it is no file"));
    }
    let mut text = String::new();
    file.take(MOST + 1).read_to_string(&mut text)?;
    if MOST < text.len() as u64 {
        return Err(std::io::Error::other("it is larger than any rules"));
    }
    Ok(text)
}
