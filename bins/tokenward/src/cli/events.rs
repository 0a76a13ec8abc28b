//! `tokenward events …`

use std::process::ExitCode;

use clap::Subcommand;
use token_admin::AdminError;
use token_core::{EventKind, EventQuery, Store as _};
use token_wire::{EventView, PageView, VerdictView};

use super::Format;
use crate::output;
use crate::parts::{Failure, Parts};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List events, newest first
    List {
        /// Only this kind, e.g. `token.revoked`
        #[arg(long = "type")]
        kind: Option<EventKind>,
        /// A piece of a name
        #[arg(long)]
        text: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
        limit: u16,
    },
    /// Check the whole log; exit code 3 when it is broken, 4 when events have no MAC
    Verify,
}

pub(crate) fn run(command: &Command, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    match command {
        Command::List { kind, text, limit } => {
            let query =
                EventQuery { kind: *kind, text: text.clone(), limit: usize::from(*limit), ..EventQuery::default() };
            let page = parts.store.list_events(&query).map_err(AdminError::Store)?;
            let items: Vec<EventView> = page.items.iter().map(EventView::from).collect();
            match format {
                Format::Json => output::json(&PageView { items, next: None }),
                Format::Table => {
                    let row = |view: EventView| vec![view.seq.to_string(), view.at, view.message];
                    output::table(&["seq", "time", "message"], items.into_iter().map(row));
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Verify => verify(parts, format),
    }
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
