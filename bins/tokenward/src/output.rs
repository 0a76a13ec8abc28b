//! What the command line prints: tables for people, JSON for programs. A closed pipe ends the output, not the program.

use std::io::Write as _;

use comfy_table::{Table, presets};
use serde::Serialize;
use token_admin::AdminError;

use crate::parts::Failure;

/// One line.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A value as JSON.
pub(crate) fn json(value: &impl Serialize) {
    line(&serde_json::to_string_pretty(value).unwrap_or_default());
}

/// Rows under a heading. Texts of people are shown in one line each.
pub(crate) fn table(heading: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(heading);
    for row in rows {
        table.add_row(row.into_iter().map(|cell| cell.replace(char::is_control, " ")));
    }
    line(&table.to_string());
}

/// A failure, with every field that is wrong.
pub(crate) fn error(failure: &Failure) {
    let mut err = std::io::stderr().lock();
    let _ = writeln!(err, "error: {failure}");
    if let Failure::Admin(AdminError::Invalid(fields)) = failure {
        for field in fields {
            let _ = writeln!(err, "  {}: {}", field.pointer.trim_start_matches('/'), field.detail);
        }
    }
}
