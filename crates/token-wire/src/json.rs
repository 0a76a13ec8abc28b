//! Strict reading of JSON (RFC 8259): one object, no member twice, bounded depth, nothing behind it.

use core::fmt;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// Most levels of objects and lists, the outermost included.
pub const MAX_DEPTH: usize = 16;

/// Why a body is no JSON object of ours. Says where, never what was sent.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// Nothing at all.
    #[error("the body is empty; send a JSON object")]
    Empty,
    /// Not JSON, not UTF-8, cut, or with something behind the object.
    #[error("the body is no well-formed JSON: line {line}, column {column}")]
    Malformed {
        /// From 1.
        line: usize,
        /// From 1; 0 at the beginning of a line.
        column: usize,
    },
    /// One member twice: no telling which one counts.
    #[error("an object has the same member twice: line {line}, column {column}")]
    Repeated {
        /// From 1.
        line: usize,
        /// From 1; 0 at the beginning of a line.
        column: usize,
    },
    /// Objects and lists inside each other beyond the bound.
    #[error("objects and lists are nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// JSON, but a list, text, number, boolean or `null`.
    #[error("the body must be a JSON object")]
    NoObject,
}

/// The members of an object, in the order of their names.
pub type Object = BTreeMap<String, Value>;

/// One JSON value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number, not negative, as it is written without sign, point and exponent.
    Count(u64),
    /// Any other number; the contract has none, so its value is not kept.
    Number,
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// An object.
    Object(Object),
}

/// Reads a body that must be one JSON object.
///
/// # Errors
///
/// [`BodyError`].
pub fn parse_object(body: &[u8]) -> Result<Object, BodyError> {
    if body.trim_ascii().is_empty() {
        return Err(BodyError::Empty);
    }
    let mut fault = Fault::Syntax;
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = Level { depth: 0, fault: &mut fault }.deserialize(&mut reader);
    let value = match read.and_then(|value| reader.end().map(|()| value)) {
        Ok(value) => value,
        Err(error) => return Err(explain(fault, error.line(), error.column())),
    };
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(BodyError::NoObject),
    }
}

fn explain(fault: Fault, line: usize, column: usize) -> BodyError {
    match fault {
        Fault::Syntax => BodyError::Malformed { line, column },
        Fault::Repeated => BodyError::Repeated { line, column },
        Fault::TooDeep => BodyError::TooDeep,
    }
}

/// What the visitor found wrong, as serde's errors carry only text.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Syntax,
    Repeated,
    TooDeep,
}

/// A value so many levels inside others.
struct Level<'a> {
    depth: usize,
    fault: &'a mut Fault,
}

impl Level<'_> {
    fn inside<E: serde::de::Error>(&mut self) -> Result<usize, E> {
        if self.depth < MAX_DEPTH {
            return Ok(self.depth + 1);
        }
        *self.fault = Fault::TooDeep;
        Err(E::custom("too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value::Number)
    }

    fn visit_u64<E>(self, count: u64) -> Result<Value, E> {
        Ok(Value::Count(count))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Value, A::Error> {
        let depth = self.inside()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Level { depth, fault: &mut *self.fault })? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<Value, A::Error> {
        let depth = self.inside()?;
        let mut members = Object::new();
        while let Some(name) = object.next_key::<String>()? {
            let Entry::Vacant(free) = members.entry(name) else {
                *self.fault = Fault::Repeated;
                return Err(A::Error::custom("twice"));
            };
            free.insert(object.next_value_seed(Level { depth, fault: &mut *self.fault })?);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn atk_a02_a_body_is_one_object() {
        for empty in ["", " ", "\r\n\t"] {
            assert_eq!(parse_object(empty.as_bytes()), Err(BodyError::Empty), "{empty:?}");
        }
        for other in ["null", "[]", "\"name\"", "5", "true", "-1e3"] {
            assert_eq!(parse_object(other.as_bytes()), Err(BodyError::NoObject), "{other}");
        }
        for bad in [
            b"{} {}".as_slice(),
            b"{}x",
            b"{} null",
            b"{",
            b"{\"a\":1",
            b"{\"a\":1,}",
            b"{'a':1}",
            b"{a:1}",
            b"{\"a\":01}",
            b"{\"a\":+1}",
            b"{\"a\":NaN}",
            b"{\"a\":1e999}",
            b"{\"a\":\"\xff\"}",
            b"{\"a\":\"\\ud800\"}",
            b"{\"a\":\"\x01\"}",
            b"\xef\xbb\xbf{}",
            b"\xff\xfe{\0}\0",
            b"{\"a\":\"\xc0\xaf\"}",
            b"{}\0",
            b"// {}\n{}",
        ] {
            assert!(matches!(parse_object(bad), Err(BodyError::Malformed { .. })), "{bad:?}: {:?}", parse_object(bad));
        }
    }

    #[test]
    fn atk_a04_no_member_twice_at_any_level() {
        for bad in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"a":1}}"#,
            r#"{"x":[{"a":null,"b":1,"a":null}]}"#,
        ] {
            assert!(matches!(parse_object(bad.as_bytes()), Err(BodyError::Repeated { .. })), "{bad}");
        }
        assert!(parse_object(br#"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}"#).is_ok());
    }

    #[test]
    fn depth_is_bounded_and_a_million_levels_do_no_harm() {
        let nested = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        assert!(parse_object(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(parse_object(nested(MAX_DEPTH + 1).as_bytes()), Err(BodyError::TooDeep));
        assert_eq!(parse_object("{\"a\":".repeat(1_000_000).as_bytes()), Err(BodyError::TooDeep));
    }

    #[test]
    fn errors_do_not_echo_what_was_sent() {
        for secret in [&br#"{"sesame":1,"sesame":1}"#[..], b"{\"a\":sesame}", b"sesame", b"\"sesame\""] {
            assert!(!parse_object(secret).unwrap_err().to_string().contains("sesame"));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_object(&bytes);
        }

        #[test]
        fn json_like_texts_agree_with_serde(text in r#"\{("[ab]":([0-9]|"[a-z]"|null|\[\]|\{\}),?){0,4}\}"#) {
            let strict = parse_object(text.as_bytes());
            let lenient: Result<BTreeMap<String, serde_json::Value>, _> = serde_json::from_str(&text);
            match strict {
                Ok(members) => prop_assert!(lenient.unwrap().keys().eq(members.keys())),
                Err(BodyError::Repeated { .. }) => {}
                Err(_) => prop_assert!(lenient.is_err()),
            }
        }
    }
}
