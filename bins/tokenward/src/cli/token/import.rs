//! Imports tokens from a file: a batch of rows is written whole or not at all, and every refused row is told.

mod lines;
mod output;
mod row;
mod rows;

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use token_admin::{AdminError, EditToken, ImportMode, Imported, NewToken, Submitted};
use token_core::{Author, StoreError};

use self::output::Output;
use self::row::Reader;
use self::rows::Rows;
use crate::failure::Failure;
use crate::output::{self as print, Format};
use crate::parts::Parts;

/// How many rows are written at once: others wait for the log no longer than that takes.
const AT_ONCE: usize = 250;

/// How a file of tokens is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum FileFormat {
    /// A heading, then a row each; roles and networks are separated by `;`
    Csv,
    /// A JSON object in each line
    Jsonl,
}

#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The file, `-` for standard input. Its columns or members are `name`, `description`, `roles` (names or ids),
    /// `expires_at` and `allowed_networks`; only the name must be there
    file: PathBuf,
    /// How it is written; by default its name tells, `.csv`, `.jsonl` or `.ndjson`
    #[arg(long)]
    format: Option<FileFormat>,
    /// Judge every row, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave out all rows before this line, e.g. to go on after a break
    #[arg(long, value_name = "LINE", default_value_t = 1)]
    from_line: u64,
    /// Write line, id and text of every new token into this file, which must not be there yet and is for its owner
    /// alone
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    output: Option<PathBuf>,
}

/// How far an import came.
struct Progress<'a> {
    parts: &'a Parts,
    author: &'a Author,
    format: Format,
    dry_run: bool,
    output: Option<Output>,
    bar: Option<ProgressBar>,
    /// Rows that were written, or would be.
    good: u64,
    refused: u64,
    /// Behind the last line that was written.
    next_line: u64,
}

/// Rows to be written at once, and their lines.
#[derive(Default)]
struct Batch {
    lines: Vec<u64>,
    rows: Vec<Submitted<NewToken, EditToken>>,
}

pub(super) fn import(wanted: &Import, author: &Author, parts: &Parts, format: Format) -> Result<(), Failure> {
    let (mut rows, size) = Rows::open(&wanted.file, wanted.format)?;
    let output = wanted.output.as_deref().map(Output::create).transpose()?;
    let mut progress = Progress {
        parts,
        author,
        format,
        dry_run: wanted.dry_run,
        output,
        bar: bar(size, format),
        good: 0,
        refused: 0,
        next_line: wanted.from_line,
    };
    let mut reader = Reader::new(parts);
    let mut batch = Batch::default();
    while let Some((line, row)) = rows.next().map_err(|error| progress.broken_off(&error.to_string()))? {
        if line < wanted.from_line {
            continue;
        }
        batch.lines.push(line);
        batch.rows.push(reader.read(row)?);
        if batch.rows.len() == AT_ONCE {
            progress.write(&core::mem::take(&mut batch))?;
            if let Some(bar) = &progress.bar {
                bar.set_position(rows.bytes());
            }
        }
    }
    progress.write(&batch)?;
    progress.finish()
}

/// A bar for somebody who watches.
fn bar(size: Option<u64>, format: Format) -> Option<ProgressBar> {
    if format == Format::Json || !std::io::stderr().is_terminal() {
        return None;
    }
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}  {eta} to go");
    Some(ProgressBar::new(size?).with_style(style.ok()?))
}

impl Progress<'_> {
    fn write(&mut self, batch: &Batch) -> Result<(), Failure> {
        let Some(last) = batch.lines.last().copied() else { return Ok(()) };
        // Behind a refused row nothing is written any more, so that one line tells where to go on.
        let mode = match &self.output {
            _ if self.dry_run || 0 < self.refused => ImportMode::Judge,
            Some(_) => ImportMode::WriteWithTexts,
            None => ImportMode::Write,
        };
        let done = self.parts.admin.import_tokens(self.author, &batch.rows, mode);
        match done.map_err(|error| self.failed(error))?.value {
            Imported::Refused(rows) => {
                for (number, errors) in rows {
                    self.refused += 1;
                    let line = batch.lines.get(number).copied().unwrap_or(last);
                    self.tell(line, &errors);
                }
            }
            Imported::Good(made) if mode == ImportMode::Judge => {
                if self.dry_run {
                    self.good += made.len() as u64;
                }
            }
            Imported::Good(made) => {
                self.good += made.len() as u64;
                self.next_line = last + 1;
                if let Some(output) = &mut self.output {
                    output.write(&batch.lines, &made)?;
                }
            }
        }
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{} tokens", self.good));
        }
        Ok(())
    }

    fn tell(&self, line: u64, errors: &[token_admin::FieldError]) {
        let told = errors.iter().map(|error| {
            let field = error.pointer.trim_start_matches('/');
            if field.is_empty() { error.detail.clone() } else { format!("{field}: {}", error.detail) }
        });
        let told = format!("line {line}: {}", told.collect::<Vec<_>>().join("; "));
        match &self.bar {
            Some(bar) => bar.suspend(|| print::error(&[told], self.format)),
            None => print::error(&[told], self.format),
        }
    }

    fn failed(&self, error: AdminError) -> Failure {
        let unknown = matches!(error, AdminError::Store(StoreError::OutcomeUnknown(_)));
        if self.good == 0 && !unknown {
            return error.into();
        }
        let look = if unknown { "; look whether the rows behind them are there, too" } else { "" };
        self.broken_off(&format!("{}{look}", Failure::from(error).lines().join("; ")))
    }

    fn broken_off(&self, why: &str) -> Failure {
        Failure::NotDone(format!("{why}; {}", self.so_far()))
    }

    fn so_far(&self) -> String {
        match self.good {
            _ if self.dry_run => "nothing was imported".to_owned(),
            0 => "nothing was imported".to_owned(),
            good => format!("{good} tokens are imported; go on with `--from-line {}`", self.next_line),
        }
    }

    fn finish(self) -> Result<(), Failure> {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if 0 < self.refused {
            return Err(Failure::NotDone(format!("{} rows are refused; {}", self.refused, self.so_far())));
        }
        match (self.format, self.dry_run) {
            (Format::Json, dry_run) => print::json(&json!({ "tokens": self.good, "dry_run": dry_run })),
            (Format::Table, true) => print::line(&format!("{} rows are good; nothing was imported", self.good)),
            (Format::Table, false) => print::line(&format!("{} tokens are imported", self.good)),
        }
        Ok(())
    }
}
