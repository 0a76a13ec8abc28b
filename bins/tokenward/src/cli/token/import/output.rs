//! The file of new tokens and their texts: for its owner alone, and never written over another one.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use token_core::TokenRecord;
use token_jwt::TokenText;

use crate::failure::Failure;

pub(super) struct Output {
    file: File,
    path: PathBuf,
}

impl Output {
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let mut file = opened.map_err(|error| failed(path, &error))?;
        file.write_all(b"line,id,token\n").map_err(|error| failed(path, &error))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Numbers, ids and texts of JWTs need no quotes.
    pub(super) fn write(&mut self, lines: &[u64], made: &[(TokenRecord, Option<TokenText>)]) -> Result<(), Failure> {
        let row = |(line, (record, text)): (&u64, &(TokenRecord, Option<TokenText>))| {
            let text = text.as_ref().map_or("", TokenText::expose);
            format!("{line},{},{text}\n", record.id())
        };
        let rows: String = lines.iter().zip(made).map(row).collect();
        self.file.write_all(rows.as_bytes()).map_err(|error| {
            let last = lines.last().copied().unwrap_or_default();
            let hint = "`tokenward token show --text` shows the texts of tokens that are not in it";
            Failure::NotDone(format!("{}; all rows up to line {last} are imported; {hint}", told(&self.path, &error)))
        })
    }
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("cannot write `{}`: {error}", path.display())
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::NotDone(told(path, error))
}
