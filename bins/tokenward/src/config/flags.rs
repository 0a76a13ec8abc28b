//! Settings on the command line, made from the table.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, ValueHint, value_parser};

use super::table::{Setting, TABLE};

const HEADING: &str = "Settings, also `TOKENWARD_<KEY>` in the environment and keys of `tokenward.toml`";

/// The flags that were given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    /// The settings file, if one is named.
    pub(super) config: Option<PathBuf>,
    /// Values by key.
    pub(super) values: BTreeMap<&'static str, OsString>,
}

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_hint(ValueHint::FilePath)
            .value_parser(value_parser!(PathBuf))
            .help("A file of settings, also TOKENWARD_CONFIG; without it `tokenward.toml` is read, if it is there");
        command.args([config].into_iter().chain(TABLE.iter().map(argument)).map(global))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let value = |setting: &Setting| Some((setting.key, matches.get_one::<OsString>(setting.key)?.clone()));
        Ok(Self { config: matches.get_one("config").cloned(), values: TABLE.iter().filter_map(value).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn argument(setting: &'static Setting) -> Arg {
    let default = if setting.default.is_empty() { "none" } else { setting.default };
    let argument = Arg::new(setting.key)
        .long(setting.flag().trim_start_matches('-').to_owned())
        .value_name(setting.hint)
        .value_parser(value_parser!(OsString))
        .help(format!("{} [default: {default}]", setting.help));
    // The key as it is written elsewhere is understood too.
    if setting.key.contains('_') { argument.alias(setting.key) } else { argument }
}

/// Everywhere on the command line; told by `--help`, not by `-h`.
fn global(argument: Arg) -> Arg {
    argument.global(true).hide_short_help(true).help_heading(HEADING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_a_flag_in_both_spellings() {
        for setting in TABLE {
            for flag in [setting.flag(), format!("--{}", setting.key)] {
                let command = Flags::augment_args(Command::new("t"));
                let matches = command.try_get_matches_from(["t", flag.as_str(), "v"]).unwrap();
                let flags = Flags::from_arg_matches(&matches).unwrap();
                assert_eq!(flags.values, BTreeMap::from([(setting.key, OsString::from("v"))]), "{flag}");
            }
        }
    }
}
