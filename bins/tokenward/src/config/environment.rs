//! Settings in the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::file::nearest;
use super::table::TABLE;

const PREFIX: &str = "TOKENWARD_";

/// Names the settings file.
pub(super) const CONFIG: &str = "TOKENWARD_CONFIG";

/// Variables that are no settings and yet known.
#[cfg(feature = "failpoints")]
const OTHERS: &[&str] = &[
    CONFIG,
    "TOKENWARD_FAULTS",
    "TOKENWARD_CRASH_AT",
    "TOKENWARD_CLOCK_FILE",
    "TOKENWARD_DATABASE_CLOCK",
    "TOKENWARD_TRACEABLE",
];
#[cfg(not(feature = "failpoints"))]
const OTHERS: &[&str] = &[CONFIG];

/// The variables of the environment that are ours by name.
pub(super) fn ours(all: impl Iterator<Item = (OsString, OsString)>) -> BTreeMap<String, OsString> {
    let named = all.map(|(name, value)| (name.to_string_lossy().into_owned(), value));
    named.filter(|(name, _)| name.starts_with(PREFIX)).collect()
}

/// A line for each variable that looks like a setting and is none.
pub(super) fn unknown(environment: &BTreeMap<String, OsString>) -> Vec<String> {
    let known = |name: &str| OTHERS.contains(&name) || TABLE.iter().any(|setting| setting.variable() == name);
    let told = |name: &String| {
        let nearest = nearest(name.trim_start_matches(PREFIX)).to_uppercase();
        format!("environment variable `{}` is no setting; did you mean `{PREFIX}{nearest}`?", name.escape_debug())
    };
    environment.keys().filter(|name| !known(name)).map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_are_no_settings_are_told() {
        let names = ["TOKENWARD_LISTN", "TOKENWARD_CONFIG", "TOKENWARD_MAX_BODY", "PATH", "TOKENWARDEN"];
        let all = names.map(|name| (OsString::from(name), OsString::new()));
        assert_eq!(
            unknown(&ours(all.into_iter())),
            ["environment variable `TOKENWARD_LISTN` is no setting; did you mean `TOKENWARD_LISTEN`?"]
        );
    }
}
