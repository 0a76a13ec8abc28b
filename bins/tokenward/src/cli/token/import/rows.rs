//! Rows of a file, one after the other, each with the number of its line. Nothing of a file is kept.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};

use super::FileFormat;
use super::lines::UnixLines;
use crate::failure::Failure;

/// Most bytes of one row.
const MOST: usize = 64 * 1_024;
/// What a row may say; only the first must be there.
const COLUMNS: [&str; 5] = ["name", "description", "roles", "expires_at", "allowed_networks"];

/// A row as it stands in the file; nothing of it is judged yet.
#[derive(Debug, Default, Eq, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) roles: Option<Vec<String>>,
    #[serde(default)]
    pub(super) expires_at: Option<String>,
    #[serde(default)]
    pub(super) allowed_networks: Option<Vec<String>>,
}

/// A row and the number of its line, or why there is no row to read in it.
type Numbered = (u64, Result<Row, String>);

/// The rows of a file.
pub(super) enum Rows {
    Csv { reader: Box<csv::Reader<UnixLines<Source>>>, columns: Vec<usize> },
    Lines { reader: Source, line: u64, bytes: u64 },
}

type Source = Box<dyn BufRead>;

impl Rows {
    /// Opens a file, and tells how many bytes it has.
    pub(super) fn open(path: &Path, format: Option<FileFormat>) -> Result<(Self, Option<u64>), Failure> {
        let stdin = path.as_os_str() == "-";
        let suffix = path.extension().map(|suffix| suffix.to_string_lossy().to_lowercase());
        let format = match (format, suffix.as_deref()) {
            (Some(format), _) => format,
            (None, Some("csv")) => FileFormat::Csv,
            (None, Some("jsonl" | "ndjson")) => FileFormat::Jsonl,
            (None, _) => return Err(Failure::Usage("say how the file is written: `--format csv` or `jsonl`".into())),
        };
        if stdin {
            return Ok((Self::new(Box::new(BufReader::new(std::io::stdin())), format)?, None));
        }
        let file = File::open(path).map_err(|error| Failure::file(path, error))?;
        let size = file.metadata().map_err(|error| Failure::file(path, error))?.len();
        Ok((Self::new(Box::new(BufReader::new(file)), format)?, Some(size)))
    }

    fn new(mut reader: Source, format: FileFormat) -> Result<Self, Failure> {
        // A mark of byte order is no part of the first word.
        if reader.fill_buf()?.starts_with(&[0xEF, 0xBB, 0xBF]) {
            reader.consume(3);
        }
        match format {
            FileFormat::Jsonl => Ok(Self::Lines { reader, line: 0, bytes: 0 }),
            FileFormat::Csv => {
                let mut reader = ReaderBuilder::new().flexible(true).from_reader(UnixLines::new(reader));
                let heading = reader.byte_headers().map_err(|error| Failure::NotDone(error.to_string()))?;
                let columns = columns(heading).map_err(Failure::NotDone)?;
                Ok(Self::Csv { reader: Box::new(reader), columns })
            }
        }
    }

    /// How many bytes are read.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Csv { reader, .. } => reader.position().byte(),
            Self::Lines { bytes, .. } => *bytes,
        }
    }

    /// The next row.
    pub(super) fn next(&mut self) -> std::io::Result<Option<Numbered>> {
        match self {
            Self::Csv { reader, columns } => {
                let mut record = ByteRecord::new();
                if !reader.read_byte_record(&mut record).map_err(std::io::Error::other)? {
                    return Ok(None);
                }
                let line = record.position().map_or(0, csv::Position::line);
                Ok(Some((line, of_record(&record, columns))))
            }
            Self::Lines { reader, line, bytes } => loop {
                let mut text = Vec::new();
                let most = MOST as u64 + 1;
                let mut read = reader.by_ref().take(most).read_until(b'\n', &mut text)?;
                let long = MOST < text.len();
                while long && !text.ends_with(b"\n") {
                    text.clear();
                    let more = reader.by_ref().take(most).read_until(b'\n', &mut text)?;
                    if more == 0 {
                        break;
                    }
                    read += more;
                }
                if read == 0 {
                    return Ok(None);
                }
                (*line, *bytes) = (*line + 1, *bytes + read as u64);
                if long {
                    return Ok(Some((*line, Err(too_long()))));
                }
                if !text.trim_ascii().is_empty() {
                    let row = serde_json::from_slice(&text).map_err(|error| error.to_string());
                    return Ok(Some((*line, row)));
                }
            },
        }
    }
}

fn too_long() -> String {
    format!("a row has at most {MOST} bytes")
}

/// Which column each field of a row belongs to.
fn columns(heading: &ByteRecord) -> Result<Vec<usize>, String> {
    let mut found = Vec::new();
    for name in heading {
        let name = String::from_utf8_lossy(name).trim().to_lowercase();
        let Some(column) = COLUMNS.iter().position(|column| *column == name) else {
            let known = COLUMNS.join("`, `");
            return Err(format!("line 1: `{}` is no column; there are `{known}`", name.escape_debug()));
        };
        if found.contains(&column) {
            return Err(format!("line 1: column `{name}` is there twice"));
        }
        found.push(column);
    }
    if found.contains(&0) { Ok(found) } else { Err("line 1: the heading has no column `name`".to_owned()) }
}

fn of_record(record: &ByteRecord, columns: &[usize]) -> Result<Row, String> {
    if MOST < record.as_slice().len() {
        return Err(too_long());
    }
    if record.len() != columns.len() {
        return Err(format!("has {} fields where the heading has {}", record.len(), columns.len()));
    }
    let mut fields: [Option<String>; 5] = Default::default();
    for (field, column) in record.iter().zip(columns) {
        let text = core::str::from_utf8(field).map_err(|_| "is not in UTF-8".to_owned())?;
        if let Some(place) = fields.get_mut(*column) {
            *place = Some(text.to_owned());
        }
    }
    let [name, description, roles, expires_at, networks] = fields;
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let list = |text: String| {
        text.split(';').map(str::trim).filter(|item| !item.is_empty()).map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    Ok(Row {
        name: name.unwrap_or_default(),
        description,
        roles: given(roles).map(list),
        expires_at: given(expires_at).map(|text| text.trim().to_owned()),
        allowed_networks: given(networks).map(list),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(format: FileFormat, text: &[u8]) -> Vec<Numbered> {
        let mut rows = Rows::new(Box::new(std::io::Cursor::new(text.to_vec())), format).unwrap();
        core::iter::from_fn(|| rows.next().unwrap()).collect()
    }

    #[test]
    fn atk_a27_marks_line_ends_and_formulas_are_read_as_text() {
        let text = b"\xEF\xBB\xBFname,roles\r\n=1+1,a; b\r\n\"two\r\nlines\",\nlast,x";
        let read = rows(FileFormat::Csv, text);
        let names: Vec<(u64, &str)> =
            read.iter().map(|(line, row)| (*line, row.as_ref().unwrap().name.as_str())).collect();
        assert_eq!(names, [(2, "=1+1"), (3, "two\nlines"), (5, "last")]);
        assert_eq!(read[0].1.as_ref().unwrap().roles, Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(read[1].1.as_ref().unwrap().roles, None);
    }

    #[test]
    fn atk_a27_what_is_no_field_of_a_new_token_is_refused() {
        for heading in ["name,id", "name,jti", "name,state", "name,revoked", "name,name", "roles", ""] {
            let text = format!("{heading}\nx,y\n");
            let opened = Rows::new(Box::new(std::io::Cursor::new(text.into_bytes())), FileFormat::Csv);
            assert!(opened.is_err(), "{heading}");
        }
        for line in [
            r#"{"name":"x","id":"0192f3c1-7a52-7c11-8d4e-0242ac120002"}"#,
            r#"{"name":"x","revoked":null}"#,
            r#"{"name":"x","name":"y"}"#,
            r#"{"name":1}"#,
            r#"{"description":"x"}"#,
            r"[]",
            r#"{"name":"x"} {"name":"y"}"#,
            "{\"name\":\"\u{1}\"}",
        ] {
            let read = rows(FileFormat::Jsonl, format!("\n{line}\n").as_bytes());
            assert!(matches!(read.as_slice(), [(2, Err(_))]), "{line}: {read:?}");
        }
    }

    #[test]
    fn rows_are_bounded() {
        let long = [b"{\"name\":\"".as_slice(), &b"x".repeat(200_000), b"\"}\n{\"name\":\"next\"}"].concat();
        let read = rows(FileFormat::Jsonl, &long);
        assert!(matches!(read.as_slice(), [(1, Err(_)), (2, Ok(_))]), "{}", read.len());
        let long = [b"name\n".as_slice(), &b"x".repeat(200_000), b"\nnext\n"].concat();
        assert!(matches!(rows(FileFormat::Csv, &long).as_slice(), [(2, Err(_)), (3, Ok(_))]));
        assert!(matches!(
            rows(FileFormat::Csv, b"name,roles\nx\ny,z,1\n\xff,\n").as_slice(),
            [(2, Err(_)), (3, Err(_)), (4, Err(_))]
        ));
    }
}
