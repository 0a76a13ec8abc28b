//! Where the values of settings come from, and which of several counts.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use super::file::File;
use super::parse::Parsed;
use super::redacted::redacted;
use super::table::{Setting, Shape, TABLE};

/// Where a value came from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Source {
    /// The command line; the flag.
    Flag(String),
    /// The environment; the variable.
    Environment(String),
    /// The settings file; its path.
    File(PathBuf),
    /// Nobody gave one.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "flag `{flag}`"),
            Self::Environment(variable) => write!(f, "environment variable `{variable}`"),
            Self::File(path) => write!(f, "file `{}`", path.display().to_string().escape_debug()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Everything that was given, by all sources.
#[derive(Default)]
pub(crate) struct Given {
    /// By key.
    pub(crate) flags: BTreeMap<&'static str, OsString>,
    /// By the variable's name.
    pub(crate) environment: BTreeMap<String, OsString>,
    /// What was read of the settings file, if there is one.
    pub(crate) file: File,
}

impl Given {
    /// The value that counts, and where it came from.
    fn find(&self, setting: &Setting) -> Option<(OsString, Source)> {
        let (flag, variable) = (setting.flag(), setting.variable());
        let flag = self.flags.get(setting.key).map(|value| (value.clone(), Source::Flag(flag)));
        let environment =
            || self.environment.get(&variable).map(|value| (value.clone(), Source::Environment(variable.clone())));
        let file = || {
            let value = self.file.values.get(setting.key)?;
            Some((OsString::from(value), Source::File(self.file.path.clone())))
        };
        flag.or_else(environment).or_else(file)
    }
}

/// Reads settings one by one, and remembers what they are and what is wrong with them.
pub(crate) struct Reader {
    given: Given,
    /// What was read, as people are shown it, and where it came from.
    pub(super) found: BTreeMap<&'static str, (String, Source)>,
    /// What is wrong, each in a line.
    pub(super) errors: Vec<String>,
}

impl Reader {
    pub(super) fn new(mut given: Given) -> Self {
        let errors = std::mem::take(&mut given.file.errors);
        Self { given, found: BTreeMap::new(), errors }
    }

    /// A setting with a default of its own.
    pub(super) fn fixed<T>(&mut self, key: &str, default: &str, parse: impl Fn(&str) -> Parsed<T>) -> Option<T> {
        let setting = TABLE.iter().find(|setting| setting.key == key)?;
        let (value, source) = self.given.find(setting).unwrap_or_else(|| (default.into(), Source::Default));
        self.parse(setting, value, source, parse)
    }

    /// A setting whose default follows from something else: `Some(None)` when it is not given.
    #[expect(clippy::option_option, reason = "outside: whether it is good; inside: whether it is given")]
    pub(super) fn derived<T>(&mut self, key: &str, _: &str, parse: impl Fn(&str) -> Parsed<T>) -> Option<Option<T>> {
        let setting = TABLE.iter().find(|setting| setting.key == key)?;
        match self.given.find(setting) {
            None => Some(None),
            Some((value, source)) => self.parse(setting, value, source, parse).map(Some),
        }
    }

    /// Notes that a setting does not go with others.
    pub(super) fn refuse(&mut self, key: &str, why: &str) {
        let source = self.found.get(key).map_or(&Source::Default, |(_, source)| source);
        let line = line(key, source, why);
        self.errors.push(line);
    }

    fn parse<T>(
        &mut self,
        setting: &Setting,
        value: OsString,
        source: Source,
        parse: impl Fn(&str) -> Parsed<T>,
    ) -> Option<T> {
        let text = value.into_string().map_err(|_| "text in UTF-8".to_owned());
        match text.and_then(|text| parse(&text).map(|value| (value, text))) {
            Ok((value, text)) => {
                let shown = if setting.shape == Shape::Secret { redacted(&text) } else { text };
                self.found.insert(setting.key, (shown, source));
                Some(value)
            }
            Err(expected) => {
                self.errors.push(line(setting.key, &source, &format!("expected {expected}")));
                None
            }
        }
    }
}

/// One error: the setting, where it came from, what is wrong.
pub(super) fn line(key: &str, source: &Source, why: &str) -> String {
    format!("setting `{key}` ({source}): {why}")
}
