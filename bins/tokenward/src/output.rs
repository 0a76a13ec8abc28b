//! What the command line prints: tables for people, JSON for programs. A closed pipe ends the output, not the program.
//! No control character reaches the terminal but the line breaks that are ours.

use std::io::Write as _;
use token_guard::Effective;

use comfy_table::{Table, presets};
use serde::Serialize;

/// How answers are printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    Table,
    Json,
}

/// One line.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{}", visible(text));
}

/// A value as JSON.
pub(crate) fn json(value: &impl Serialize) {
    let _ = writeln!(std::io::stdout().lock(), "{}", as_json(value));
}

/// Rows under a heading.
pub(crate) fn table(heading: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(heading);
    for row in rows {
        table.add_row(row.iter().map(|cell| visible(cell)));
    }
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    let _ = writeln!(std::io::stdout().lock(), "{}", table.trim_fmt());
}

/// Why nothing was done: a line each for people, one object for programs.
pub(crate) fn error(lines: &[String], format: Format) {
    said("error", lines, format);
}

/// What somebody should know, though it stops nothing.
pub(crate) fn warning(lines: &[String], format: Format) {
    if !lines.is_empty() {
        said("warning", lines, format);
    }
}

/// Says on standard error how many running nodes a change is in force on; nothing where none runs.
pub(crate) fn effective(effective: Option<&Effective>, format: Format) {
    let Some(Effective { nodes, waited, .. }) = effective.filter(|effective| 0 < effective.nodes) else { return };
    if format == Format::Table {
        let what = if *nodes == 1 { "the running node".to_owned() } else { format!("all {nodes} running nodes") };
        let _ = writeln!(std::io::stderr().lock(), "in force on {what} after {} ms", waited.as_millis());
    }
}

fn said(what: &str, lines: &[String], format: Format) {
    let mut err = std::io::stderr().lock();
    match format {
        Format::Table => lines.iter().for_each(|line| {
            let _ = writeln!(err, "{what}: {}", visible(line));
        }),
        Format::Json => {
            let value = serde_json::json!({ what: lines.join("; ") });
            let _ = writeln!(err, "{}", escaped(&value.to_string()));
        }
    }
}

/// Texts of people in one line each.
fn visible(text: &str) -> String {
    text.replace(char::is_control, " ")
}

fn as_json(value: &impl Serialize) -> String {
    escaped(&serde_json::to_string_pretty(value).unwrap_or_default())
}

/// JSON leaves DEL and the control characters behind it as they are, and some terminals obey them.
fn escaped(json: &str) -> String {
    let escape = |c: char| {
        if c.is_control() && c != '\n' { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }
    };
    if json.chars().any(|c| c.is_control() && c != '\n') { json.chars().map(escape).collect() } else { json.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let hostile = "a\u{1b}[31m\r\nb\u{7f}\u{9b}31m";
        for printed in [visible(hostile), as_json(&hostile)] {
            assert!(!printed.chars().any(char::is_control), "{printed:?}");
        }
        assert_eq!(serde_json::from_str::<String>(&as_json(&hostile)).unwrap(), hostile);
        assert_eq!(as_json(&serde_json::json!({"é": 1})), "{\n  \"é\": 1\n}");
    }
}
