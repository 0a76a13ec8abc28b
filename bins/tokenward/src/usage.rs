//! Help, and what is told to whoever calls the program wrongly.

use std::io::Write as _;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::output::{self, Format};

/// Longer values are not repeated: they may be texts of tokens in the wrong place.
const LONGEST_ECHO: usize = 40;

/// Prints what the parser of the command line says. Help and version are answers, everything else is an error.
pub(crate) fn tell(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let told = without_values(error);
    if std::env::args_os().any(|argument| argument == "--json") {
        output::error(&[first_line(&told)], Format::Json);
    } else {
        let _ = write!(std::io::stderr().lock(), "{told}");
    }
    ExitCode::from(2)
}

/// The parser's text without long values and without control characters.
fn without_values(error: &clap::Error) -> String {
    let mut told = error.render().to_string();
    for (kind, value) in error.context() {
        let repeats =
            matches!(kind, ContextKind::InvalidValue | ContextKind::InvalidArg | ContextKind::InvalidSubcommand);
        if let (true, ContextValue::String(value)) = (repeats, value)
            && LONGEST_ECHO < value.len()
        {
            told = told.replace(value, "…");
        }
    }
    told.replace(|c: char| c.is_control() && c != '\n', " ")
}

/// What is wrong, without the reminder of how it is done.
fn first_line(told: &str) -> String {
    let first = told.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn a_token_in_the_wrong_place_is_not_repeated() {
        let text = format!("eyJhbGciOi{}", "sesame".repeat(20));
        for arguments in [vec!["token", "show", &text], vec![&text], vec!["token", "create", "--name", "x", &text]] {
            let error = Cli::try_parse_from([vec!["tokenward"], arguments].concat()).unwrap_err();
            let told = without_values(&error);
            assert!(!told.contains("sesame") && told.contains('…'), "{told}");
        }
    }

    #[test]
    fn control_characters_are_not_repeated() {
        let error = Cli::try_parse_from(["tokenward", "token", "show", "\u{1b}[31m\u{9b}2J\r"]).unwrap_err();
        assert!(!without_values(&error).chars().any(|c| c.is_control() && c != '\n'));
    }
}
