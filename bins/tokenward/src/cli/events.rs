//! `tokenward events …`

use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use token_admin::AdminError;
use token_core::{EventKind, EventQuery, Level, Store as _, SubjectKind, TokenName};
use token_wire::{EventView, VerdictView, parse_from, parse_until};

use super::amount::{Amount, tell_more};
use super::{field, needle};
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::parts::Parts;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List events, newest first; filters add up
    List(List),
    /// Check the whole log; exit code 3 when it is broken, 4 when events have no MAC
    Verify,
}

#[derive(Args, Debug)]
pub(crate) struct List {
    /// At least this level
    #[arg(long, value_parser = PossibleValuesParser::new(Level::ALL.map(Level::as_str)))]
    level: Option<String>,
    /// Only this type, e.g. `token.revoked`
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<EventKind>,
    /// Only about this kind of thing
    #[arg(long, value_parser = PossibleValuesParser::new(SubjectKind::ALL.map(SubjectKind::as_str)))]
    subject: Option<String>,
    /// Only about the thing with this id
    #[arg(long, value_name = "ID", value_parser = needle)]
    subject_id: Option<String>,
    /// Not before: a date (its beginning, UTC) or an RFC 3339 time
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before: a date (its end, UTC) or an RFC 3339 time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// A piece of the message, in any letter case
    #[arg(long, value_parser = needle)]
    text: Option<String>,
    #[command(flatten)]
    amount: Amount,
}

pub(crate) fn run(command: Command, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    match command {
        Command::List(wanted) => list(wanted, parts, format),
        Command::Verify => verify(parts, format),
    }
}

fn list(wanted: List, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    let level = |text: String| Level::ALL.into_iter().find(|level| level.as_str() == text);
    let subject = |text: String| SubjectKind::ALL.into_iter().find(|kind| kind.as_str() == text);
    let query = EventQuery {
        level: wanted.level.and_then(level),
        kind: wanted.kind,
        subject_kind: wanted.subject.and_then(subject),
        subject_id: wanted.subject_id,
        from: wanted.from.map(|text| field("from", parse_from(&text))).transpose()?,
        until: wanted.until.map(|text| field("until", parse_until(&text))).transpose()?,
        text: wanted.text.map(|text| TokenName::fold_needle(&text)),
        ..EventQuery::default()
    };
    if query.from.zip(query.until).is_some_and(|(from, until)| until <= from) {
        return Err(Failure::Usage("until: must lie after `from`".to_owned()));
    }
    let listed = wanted.amount.collect(|before, limit| {
        let page = EventQuery { before, limit, ..query.clone() };
        Ok(parts.store.list_events(&page).map_err(AdminError::Store)?)
    })?;
    let listed = listed.map(|event| EventView::from(&event));
    match format {
        Format::Json => output::json(&listed),
        Format::Table => {
            let row = |view: EventView| vec![view.seq.to_string(), view.at, view.level, view.kind, view.message];
            output::table(&["seq", "time", "level", "type", "message"], listed.items.into_iter().map(row));
            tell_more(listed.more);
        }
    }
    Ok(ExitCode::SUCCESS)
}
fn verify(parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    let verdict = parts.store.verify_log().map_err(AdminError::Store)?;
    if format == Format::Json {
        output::json(&VerdictView::from(&verdict));
    } else {
        match (&verdict.broken, verdict.unsealed.as_slice()) {
            (Some((seq, why)), _) => output::line(&format!("broken at {seq}: {why}")),
            (None, []) => output::line("valid"),
            (None, ranges) => ranges.iter().for_each(|(from, to)| output::line(&format!("unsealed {from}..{to}"))),
        }
        let macs = if verdict.macs_checked { "links and MACs" } else { "links alone, for want of the master key" };
        output::line(&format!("{} events, {macs} checked; head {}", verdict.events, verdict.head.digest));
    }
    Ok(match (&verdict.broken, verdict.unsealed.is_empty()) {
        (Some(_), _) => ExitCode::from(3),
        (None, false) => ExitCode::from(4),
        (None, true) => ExitCode::SUCCESS,
    })
}
