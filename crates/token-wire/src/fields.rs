//! Members of a body, read one by one, so that everything wrong with it is told at once.

use core::fmt;
use core::str::FromStr;
use std::collections::BTreeSet;

use crate::{FieldError, Object, Value};

/// Why a body was not understood, or not accepted. `P` is what of a refused body was good: whoever answers looks at it,
/// too, and tells everything that is wrong at once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RequestError<P = ()> {
    /// Members of a wrong type or unknown ones, and refused values beside them: 400.
    Shape(Vec<FieldError>),
    /// Right shape, refused values: 422.
    Refused(Vec<FieldError>, Box<P>),
}

/// A member that may be left out, and may be `null` where that means something.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Member<T> {
    /// Not there, or not good; then there is an error.
    Absent,
    /// `null`.
    Null,
    /// A good value.
    Given(T),
}

impl<T> Member<T> {
    /// The value, where `null` and absence are the same.
    pub(crate) fn given(self) -> Option<T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The value, where `null` takes something away and absence leaves it.
    #[expect(clippy::option_option, reason = "left alone, taken away, or given: what use cases take")]
    pub(crate) fn change(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Given(value) => Some(Some(value)),
        }
    }
}

/// Whether `null` means something for a member.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Nullable {
    Yes,
    No,
}

/// The members not read yet, and everything wrong so far.
pub(crate) struct Fields {
    members: Object,
    prefix: String,
    shape: Vec<FieldError>,
    refused: Vec<FieldError>,
}

impl Fields {
    pub(crate) fn new(members: Object) -> Self {
        Self { members, prefix: String::new(), shape: Vec::new(), refused: Vec::new() }
    }

    /// A text that one of the domain's types reads.
    pub(crate) fn text<T>(&mut self, name: &str, null: Nullable) -> Member<T>
    where
        T: FromStr<Err: fmt::Display>,
    {
        self.parsed(name, null, str::parse::<T>)
    }

    /// A text that `parse` reads.
    pub(crate) fn parsed<T, E: fmt::Display>(
        &mut self,
        name: &str,
        null: Nullable,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Member<T> {
        match self.take(name) {
            None => Member::Absent,
            Some(Value::Null) if null == Nullable::Yes => Member::Null,
            Some(Value::Text(text)) => match parse(&text) {
                Ok(value) => Member::Given(value),
                Err(error) => self.refuse(name, error.to_string()),
            },
            Some(_) => self
                .misshapen(name, if null == Nullable::Yes { "expected a text or `null`" } else { "expected a text" }),
        }
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, name: &str) -> Member<bool> {
        match self.take(name) {
            None => Member::Absent,
            Some(Value::Bool(value)) => Member::Given(value),
            Some(_) => self.misshapen(name, "expected `true` or `false`"),
        }
    }

    /// Whether a member is there and was not read yet.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// A number of things, 0 or more.
    pub(crate) fn count(&mut self, name: &str) -> Member<u64> {
        match self.take(name) {
            None => Member::Absent,
            Some(Value::Count(count)) => Member::Given(count),
            Some(_) => self.misshapen(name, "expected a whole number"),
        }
    }

    /// An object, read by `read`.
    pub(crate) fn object<T>(&mut self, name: &str, mut read: impl FnMut(&mut Self) -> T) -> Member<T> {
        let members = match self.take(name) {
            None => return Member::Absent,
            Some(Value::Object(members)) => members,
            Some(_) => return self.misshapen(name, "expected an object"),
        };
        let before = self.shape.len() + self.refused.len();
        let value = self.inner(name, members, &mut |inner| Some(read(inner)));
        let good = self.shape.len() + self.refused.len() == before;
        value.filter(|_| good).map_or(Member::Absent, Member::Given)
    }

    /// A list of texts, as they are; at most `max`, and no more is looked at.
    pub(crate) fn texts(&mut self, name: &str, null: Nullable, max: usize) -> Member<Vec<String>> {
        let items = match self.take(name) {
            None => return Member::Absent,
            Some(Value::Null) if null == Nullable::Yes => return Member::Null,
            Some(Value::List(items)) => items,
            Some(_) => return self.misshapen(name, "expected a list of texts"),
        };
        let wrong = items.iter().position(|item| !matches!(item, Value::Text(_)));
        if let Some(index) = wrong {
            return self.misshapen(&format!("{name}/{index}"), "expected a text");
        }
        if max < items.len() {
            return self.refuse(name, format!("at most {max} of them"));
        }
        let text = |item| if let Value::Text(text) = item { Some(text) } else { None };
        Member::Given(items.into_iter().filter_map(text).collect())
    }

    /// A list of different texts that one of the domain's types reads.
    pub(crate) fn set<T>(&mut self, name: &str, max: usize) -> Member<BTreeSet<T>>
    where
        T: FromStr<Err: fmt::Display> + Ord,
    {
        let Some(texts) = self.texts(name, Nullable::No, max).given() else { return Member::Absent };
        let before = self.refused.len();
        let mut set = BTreeSet::new();
        for (index, text) in texts.iter().enumerate() {
            match text.parse::<T>() {
                Ok(value) => {
                    if !set.insert(value) {
                        self.refuse_at(&format!("{name}/{index}"), "is in the list twice".to_owned());
                    }
                }
                Err(error) => self.refuse_at(&format!("{name}/{index}"), error.to_string()),
            }
        }
        if self.refused.len() == before { Member::Given(set) } else { Member::Absent }
    }

    /// A list of objects, each read by `read`; at most `max`, and no more is looked at.
    pub(crate) fn objects<T>(
        &mut self,
        name: &str,
        max: usize,
        mut read: impl FnMut(&mut Self) -> Option<T>,
    ) -> Member<Vec<T>> {
        let items = match self.take(name) {
            None => return Member::Absent,
            Some(Value::List(items)) => items,
            Some(_) => return self.misshapen(name, "expected a list of objects"),
        };
        if max < items.len() {
            return self.refuse(name, format!("at most {max} of them"));
        }
        let before = self.shape.len() + self.refused.len();
        let mut all = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            match item {
                Value::Object(members) => all.extend(self.inner(&format!("{name}/{index}"), members, &mut read)),
                _ => {
                    let _: Member<T> = self.misshapen(&format!("{name}/{index}"), "expected an object");
                }
            }
        }
        if self.shape.len() + self.refused.len() == before { Member::Given(all) } else { Member::Absent }
    }

    /// A text or an object, each read by its own.
    pub(crate) fn either<T>(
        &mut self,
        name: &str,
        text: impl FnOnce(&str) -> Result<T, &'static str>,
        mut object: impl FnMut(&mut Self) -> Result<T, &'static str>,
        expected: &str,
    ) -> Member<T> {
        let errors = self.shape.len() + self.refused.len();
        let read = match self.take(name) {
            None => return Member::Absent,
            Some(Value::Text(value)) => text(&value),
            Some(Value::Object(members)) => {
                let read = self.inner(name, members, &mut |inner| Some(object(inner)));
                if errors < self.shape.len() + self.refused.len() {
                    return Member::Absent;
                }
                read.unwrap_or(Err("expected an object"))
            }
            Some(_) => return self.misshapen(name, expected),
        };
        match read {
            Ok(value) => Member::Given(value),
            Err(why) => self.refuse(name, why.to_owned()),
        }
    }

    /// A member that must be there.
    pub(crate) fn required<T>(&mut self, name: &str, member: Member<T>) -> Option<T> {
        let pointer = self.pointer(name);
        let inside = format!("{pointer}/");
        let of_it = |error: &FieldError| error.pointer == pointer || error.pointer.starts_with(&inside);
        if matches!(member, Member::Absent) && !self.shape.iter().any(of_it) && !self.refused.iter().any(of_it) {
            self.refuse_at(name, "must be given".to_owned());
        }
        member.given()
    }

    /// The request, if everything was good and nothing is left over.
    pub(crate) fn finish<T>(self, request: Option<T>) -> Result<T, RequestError> {
        self.finish_with(request, ())
    }

    /// The same; of a refused body what was good goes with the errors.
    pub(crate) fn finish_with<T, P>(mut self, request: Option<T>, good: P) -> Result<T, RequestError<P>> {
        self.leave_nothing();
        match request {
            Some(request) if self.shape.is_empty() && self.refused.is_empty() => Ok(request),
            _ if self.shape.is_empty() => Err(RequestError::Refused(self.refused, Box::new(good))),
            _ => {
                self.shape.append(&mut self.refused);
                Err(RequestError::Shape(self.shape))
            }
        }
    }

    /// Notes a refused value.
    pub(crate) fn refuse<T>(&mut self, name: &str, detail: String) -> Member<T> {
        self.refuse_at(name, detail);
        Member::Absent
    }

    fn refuse_at(&mut self, name: &str, detail: String) {
        self.refused.push(FieldError::new(self.pointer(name), detail));
    }

    fn misshapen<T>(&mut self, name: &str, detail: &str) -> Member<T> {
        self.shape.push(FieldError::new(self.pointer(name), detail));
        Member::Absent
    }

    fn inner<T>(&mut self, place: &str, members: Object, read: &mut impl FnMut(&mut Self) -> Option<T>) -> Option<T> {
        let prefix = format!("{}/{place}", self.prefix);
        let outer_prefix = core::mem::replace(&mut self.prefix, prefix);
        let outer = core::mem::replace(&mut self.members, members);
        let value = read(self);
        self.leave_nothing();
        (self.members, self.prefix) = (outer, outer_prefix);
        value
    }

    fn leave_nothing(&mut self) {
        for name in core::mem::take(&mut self.members).into_keys() {
            // A name that is spelled like ours is worth telling; anything else could be a secret in the wrong place.
            let ours = name.len() <= 32 && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'_'));
            let pointer = if ours { self.pointer(&name) } else { self.prefix.clone() };
            self.shape.push(FieldError::new(pointer, "there is no such member here"));
        }
    }

    /// The one way to a member, so that tests know which of them are read.
    fn take(&mut self, name: &str) -> Option<Value> {
        #[cfg(test)]
        asked::note(self.pointer(name));
        self.members.remove(name)
    }

    fn pointer(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }
}

/// Which members a test's reading asked for, there or not.
#[cfg(test)]
pub(crate) mod asked {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    thread_local! {
        static ASKED: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
    }

    pub(super) fn note(pointer: String) {
        ASKED.with_borrow_mut(|asked| asked.insert(pointer));
    }

    /// All since the last call, as JSON pointers.
    #[cfg(feature = "openapi")]
    pub(crate) fn take() -> BTreeSet<String> {
        ASKED.take()
    }
}
