//! What an event says beside who, when and what kind: fields before and after. Never a secret.

/// One value of a field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DetailValue {
    /// A text.
    Text(String),
    /// A number, e.g. a time in seconds.
    Integer(i64),
    /// Several texts, e.g. rules.
    List(Vec<String>),
}

/// One field, before and after a change; `None` where there was or is nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Detail {
    /// The field's name in the HTTP contract.
    pub field: String,
    /// What it was.
    pub before: Option<DetailValue>,
    /// What it is.
    pub after: Option<DetailValue>,
}

/// The changed fields of one event, in a fixed order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Details(pub Vec<Detail>);

impl Details {
    /// Notes a field if it changed.
    #[must_use]
    pub fn changed(mut self, field: &str, before: Option<DetailValue>, after: Option<DetailValue>) -> Self {
        if before != after {
            self.0.push(Detail { field: field.to_owned(), before, after });
        }
        self
    }

    /// Notes a field that has come into being.
    #[must_use]
    pub fn with(self, field: &str, after: impl Into<DetailValue>) -> Self {
        self.changed(field, None, Some(after.into()))
    }
}

impl From<&str> for DetailValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for DetailValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for DetailValue {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl FromIterator<String> for DetailValue {
    fn from_iter<I: IntoIterator<Item = String>>(texts: I) -> Self {
        Self::List(texts.into_iter().collect())
    }
}
