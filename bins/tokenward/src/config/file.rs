//! The settings file: TOML, known keys alone, each of the shape its setting has.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::source::{Source, line};
use super::table::{Setting, Shape, TABLE};

/// What a settings file says, and what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct File {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Values as text, by key.
    pub(super) values: BTreeMap<&'static str, String>,
    /// What is wrong, each in a line.
    pub(super) errors: Vec<String>,
}

impl File {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Self {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(error) => {
                let mut file = Self { path: path.to_owned(), ..Self::default() };
                file.refuse(None, &format!("cannot be read: {error}"));
                file
            }
        }
    }

    /// Reads the text of a file.
    pub(super) fn parse(path: &Path, text: &str) -> Self {
        let mut file = Self { path: path.to_owned(), ..Self::default() };
        match text.parse::<Table>() {
            Ok(table) => table.iter().for_each(|(key, value)| file.add(key, value)),
            Err(error) => {
                // The parser's own text shows the line, and a password could stand in it.
                let row =
                    error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
                let place = row.map_or_else(String::new, |row| format!(" in line {row}"));
                file.refuse(None, &format!("is no TOML{place}; a setting is written `key = \"value\"`"));
            }
        }
        file
    }

    fn add(&mut self, key: &str, value: &Value) {
        let Some(setting) = TABLE.iter().find(|setting| setting.key == key) else {
            let nearest = nearest(key);
            let key: String = key.chars().take(64).collect();
            return self.refuse(None, &format!("unknown key `{}`; did you mean `{nearest}`?", key.escape_debug()));
        };
        match as_text(setting, value) {
            Ok(text) => {
                self.values.insert(setting.key, text);
            }
            Err(expected) => self.refuse(Some(setting), &format!("expected {expected}, found {}", value.type_str())),
        }
    }

    fn refuse(&mut self, setting: Option<&Setting>, why: &str) {
        let source = Source::File(self.path.clone());
        self.errors.push(match setting {
            Some(setting) => line(setting.key, &source, why),
            None => format!("settings {source}: {why}"),
        });
    }
}

fn as_text(setting: &Setting, value: &Value) -> Result<String, &'static str> {
    match (setting.shape, value) {
        (Shape::Text | Shape::Secret, Value::String(text)) => Ok(text.clone()),
        (Shape::Text | Shape::Secret, _) => Err("a string"),
        (Shape::Number, Value::Integer(number)) => Ok(number.to_string()),
        (Shape::Number, _) => Err("a whole number"),
        (Shape::List, Value::Array(values)) => {
            let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
            texts.map(|texts| texts.join(",")).ok_or("an array of strings")
        }
        (Shape::List, _) => Err("an array of strings"),
    }
}

/// The known key most like this one.
pub(super) fn nearest(key: &str) -> &'static str {
    let key = key.to_lowercase();
    let like = |setting: &&Setting| strsim::damerau_levenshtein(&key, setting.key);
    TABLE.iter().min_by_key(like).map_or("listen", |setting| setting.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> File {
        File::parse(Path::new("t.toml"), text)
    }

    #[test]
    fn each_shape_is_read() {
        let file = read("listen = '127.0.0.1:1'\nworkers = 3\ntrusted_proxies = ['10.0.0.0/8', 'fd00::/8']\n");
        assert!(file.errors.is_empty(), "{:?}", file.errors);
        let value = |key| file.values.get(key).map(String::as_str);
        assert_eq!(value("listen"), Some("127.0.0.1:1"));
        assert_eq!(value("workers"), Some("3"));
        assert_eq!(value("trusted_proxies"), Some("10.0.0.0/8,fd00::/8"));
    }

    #[test]
    fn unknown_keys_name_the_nearest() {
        for (key, known) in [("listn", "listen"), ("max-body", "max_body"), ("DATABASE_URL", "database_url")] {
            let told = format!("settings file `t.toml`: unknown key `{key}`; did you mean `{known}`?");
            assert_eq!(read(&format!("{key} = 'x'")).errors, [told]);
        }
        assert_eq!(read("[server]\nlisten = 'x'").errors.len(), 1, "a section is a key like any other");
    }

    #[test]
    fn wrong_types_are_told_with_the_key() {
        for (text, told) in [
            ("listen = 8080", "setting `listen` (file `t.toml`): expected a string, found integer"),
            ("max_body = '1024'", "setting `max_body` (file `t.toml`): expected a whole number, found string"),
            ("max_body = 1024.0", "setting `max_body` (file `t.toml`): expected a whole number, found float"),
            ("head_timeout = 5", "setting `head_timeout` (file `t.toml`): expected a string, found integer"),
            (
                "trusted_proxies = '10.0.0.0/8'",
                "setting `trusted_proxies` (file `t.toml`): expected an array of strings, found string",
            ),
            (
                "trusted_proxies = [1]",
                "setting `trusted_proxies` (file `t.toml`): expected an array of strings, found array",
            ),
        ] {
            assert_eq!(read(text).errors, [told]);
        }
    }

    #[test]
    fn a_broken_file_is_told_without_its_content() {
        for text in [
            "# one\ndatabase_url = postgres://u:sesame@h/d",
            "# one\ndatabase_url = 'postgres://u:sesame@h/d",
            "# one\ndatabase_url 'sesame'",
            "listen = 'a'\nlisten = 'sesame'",
        ] {
            let told = read(text).errors.join("\n");
            assert!(told.contains("is no TOML in line 2") && !told.contains("sesame"), "{told}");
        }
        let missing = File::read(Path::new("/nowhere/t.toml")).errors.join("\n");
        assert!(missing.starts_with("settings file `/nowhere/t.toml`: cannot be read: "), "{missing}");
    }
}
