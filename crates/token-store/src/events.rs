//! The log: rows, their canonical bytes, and appending.

use diesel::prelude::*;
use serde_json::{Value, json};
use token_core::{
    Author, Change, Detail, DetailValue, Details, Digest, Epoch, Event, EventKind, Head, Mac, Origin, RequestId, Seq,
    StoreError, Subject, SubjectKind, TokenName, Touches, UnixMicros,
};
use token_seal::{ChainKey, link};

use crate::connection::{Conn, each};
use crate::error::{corrupt, failed};
use crate::follow;
use crate::load::{actor, bytes16};
use crate::schema::{event_head, events};

/// One row of `events`, as it is stored.
#[derive(Clone, Insertable, Queryable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub(crate) struct EventRow {
    pub(crate) seq: i64,
    at: i64,
    actor_kind: String,
    actor_id: Option<Vec<u8>>,
    actor_name: String,
    kind: String,
    subject_kind: String,
    subject_id: String,
    subject_name: String,
    details: String,
    touches: String,
    origin_address: Option<String>,
    origin_request: Option<Vec<u8>>,
    message_folded: String,
    pub(crate) digest: Vec<u8>,
    pub(crate) mac: Option<Vec<u8>>,
}

/// The row of `event_head`.
pub(crate) struct HeadRow {
    pub(crate) head: Head,
    pub(crate) sealed_through: i64,
}

impl EventRow {
    /// Every column but digest and MAC, and but the message that follows from the others, in a fixed order, each with its length: what the digest is made of.
    pub(crate) fn canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512);
        let mut field = |value: Option<&[u8]>| {
            bytes.push(u8::from(value.is_some()));
            let value = value.unwrap_or_default();
            bytes.extend((value.len() as u64).to_be_bytes());
            bytes.extend(value);
        };
        field(Some(&self.seq.to_be_bytes()));
        field(Some(&self.at.to_be_bytes()));
        field(Some(self.actor_kind.as_bytes()));
        field(self.actor_id.as_deref());
        field(Some(self.actor_name.as_bytes()));
        field(Some(self.kind.as_bytes()));
        field(Some(self.subject_kind.as_bytes()));
        field(Some(self.subject_id.as_bytes()));
        field(Some(self.subject_name.as_bytes()));
        field(Some(self.details.as_bytes()));
        field(Some(self.touches.as_bytes()));
        field(self.origin_address.as_deref().map(str::as_bytes));
        field(self.origin_request.as_deref());
        bytes
    }

    /// Whether it tells that the master key was replaced, so that events before it have MACs of a key that is lost.
    pub(crate) fn is_replacement(&self) -> bool {
        self.kind == EventKind::MasterKeyReplaced.as_str()
    }

    /// The event as the domain knows it.
    pub(crate) fn event(self) -> Result<Event, StoreError> {
        const T: &str = "events";
        let seq = self.seq;
        let wrong = |what: &str| corrupt(T, seq, what);
        let kind: EventKind = self.kind.parse().map_err(|_| wrong("kind"))?;
        if message_folded(kind, &self.actor_name, &self.subject_name) != self.message_folded {
            return Err(wrong("message_folded"));
        }
        let subject_kind = SubjectKind::ALL.into_iter().find(|kind| kind.as_str() == self.subject_kind);
        let request = self.origin_request.as_deref().map(|id| bytes16(T, id)).transpose()?;
        let request = request.map(RequestId::from_bytes).transpose().map_err(|_| wrong("origin_request"))?;
        let address =
            self.origin_address.as_deref().map(str::parse).transpose().map_err(|_| wrong("origin_address"))?;
        Ok(Event {
            seq: Seq::new(seq.unsigned_abs()),
            at: UnixMicros::new(self.at).map_err(|_| wrong("at"))?,
            actor: actor(T, &self.actor_kind, self.actor_id.as_deref(), &self.actor_name)?,
            kind,
            subject: Subject {
                kind: subject_kind.ok_or_else(|| wrong("subject_kind"))?,
                id: self.subject_id,
                name: self.subject_name,
            },
            details: read_details(&self.details).ok_or_else(|| wrong("details"))?,
            touches: read_touches(&self.touches).ok_or_else(|| wrong("touches"))?,
            origin: Origin { address, request },
            digest: digest(&self.digest).ok_or_else(|| wrong("digest"))?,
            mac: self.mac.map(|mac| mac.try_into().map(Mac)).transpose().map_err(|_| wrong("mac"))?,
        })
    }
}

#[cfg(test)]
impl EventRow {
    /// An event of the command line about the role `name`, for tests of lists.
    pub(crate) fn sample(seq: i64, at: i64, kind: EventKind, name: &str) -> Self {
        Self {
            seq,
            at,
            actor_kind: "command line".to_owned(),
            actor_id: None,
            actor_name: "command line".to_owned(),
            kind: kind.as_str().to_owned(),
            subject_kind: "role".to_owned(),
            subject_id: name.to_owned(),
            subject_name: name.to_owned(),
            details: write_details(&Details::default()),
            touches: write_touches(&Touches::default()),
            origin_address: None,
            origin_request: None,
            message_folded: message_folded(kind, "command line", name),
            digest: vec![0; 32],
            mac: None,
        }
    }
}

/// The sentence for people, folded as searched texts are.
fn message_folded(kind: EventKind, actor: &str, subject: &str) -> String {
    TokenName::fold_needle(&kind.message(actor, subject))
}

/// A digest from 32 bytes.
pub(crate) fn digest(bytes: &[u8]) -> Option<Digest> {
    bytes.try_into().ok().map(Digest)
}

/// Reads how far the log has come.
pub(crate) fn read_head(conn: &mut Conn) -> Result<HeadRow, StoreError> {
    type Row = (i64, Vec<u8>, i64, Vec<u8>, i64);
    let row: Row = each!(conn, c => event_head::table.first(c.as_mut())).map_err(failed)?;
    head_of(row)
}

/// Takes the lock every write takes first, and reads how far the log has come. On SQLite the transaction holds it
/// already.
pub(crate) fn lock_head(conn: &mut Conn) -> Result<HeadRow, StoreError> {
    match conn {
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(_) => read_head(conn),
        #[cfg(feature = "postgres")]
        Conn::Postgres(c) => head_of(event_head::table.for_update().first(c.as_mut()).map_err(failed)?),
    }
}

fn head_of(row: (i64, Vec<u8>, i64, Vec<u8>, i64)) -> Result<HeadRow, StoreError> {
    const T: &str = "event_head";
    let (_, epoch, seq, last, sealed_through) = row;
    let head = Head {
        epoch: Epoch(bytes16(T, &epoch)?),
        seq: Seq::new(u64::try_from(seq).map_err(|error| corrupt(T, 1, error))?),
        digest: digest(&last).ok_or_else(|| corrupt(T, 1, "digest"))?,
    };
    Ok(HeadRow { head, sealed_through })
}

/// Appends the event of a change. The head row is written by [`write_head`], in the same transaction.
pub(crate) fn append(
    conn: &mut Conn,
    head: &mut HeadRow,
    chain: Option<&ChainKey>,
    (author, change, at): (&Author, &Change, UnixMicros),
) -> Result<(), StoreError> {
    let row = next_row(head, chain, (author, change, at))?;
    each!(conn, c => diesel::insert_into(events::table).values(&row).execute(c.as_mut())).map_err(failed)?;
    Ok(())
}

/// Appends the events of many changes in one statement, linked one to the other as if each were written alone.
pub(crate) fn append_all(
    conn: &mut Conn,
    head: &mut HeadRow,
    chain: Option<&ChainKey>,
    (author, changes, at): (&Author, &[Change], UnixMicros),
) -> Result<(), StoreError> {
    let rows = changes.iter().map(|change| next_row(head, chain, (author, change, at)));
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let stored = each!(conn, c => diesel::insert_into(events::table).values(&rows).execute(c.as_mut()));
    if stored.map_err(failed)? == rows.len() {
        Ok(())
    } else {
        Err(StoreError::NotApplied("not every event was stored"))
    }
}

/// The row of the next event; `head` counts it.
fn next_row(
    head: &mut HeadRow,
    chain: Option<&ChainKey>,
    (author, change, at): (&Author, &Change, UnixMicros),
) -> Result<EventRow, StoreError> {
    let seq = head.head.seq.next().ok_or(StoreError::NotApplied("the log is full"))?;
    let number = i64::try_from(seq.get()).map_err(|_| StoreError::NotApplied("the log is full"))?;
    let subject = change.subject();
    let mut row = EventRow {
        seq: number,
        at: at.get(),
        actor_kind: author.actor.kind().to_owned(),
        actor_id: author.actor.id().map(|id| id.to_vec()),
        actor_name: author.actor.name().to_owned(),
        kind: change.kind().as_str().to_owned(),
        subject_kind: subject.kind.as_str().to_owned(),
        subject_id: subject.id,
        subject_name: subject.name,
        details: write_details(&change.details()),
        touches: write_touches(&change.touches()),
        origin_address: author.origin.address.map(|address| address.to_string()),
        origin_request: author.origin.request.map(|request| request.as_bytes().to_vec()),
        message_folded: String::new(),
        digest: Vec::new(),
        mac: None,
    };
    row.message_folded = message_folded(change.kind(), &row.actor_name, &row.subject_name);
    let linked = link(&head.head.digest, &row.canonical());
    row.digest = linked.0.to_vec();
    if let Some(chain) = chain {
        row.mac = Some(chain.mac(&linked).0.to_vec());
        if head.sealed_through == number - 1 {
            head.sealed_through = number;
        }
    }
    (head.head.seq, head.head.digest) = (seq, linked);
    if let Change::RestoreAccepted { epoch } = change {
        head.head.epoch = *epoch;
    }
    Ok(row)
}

/// Writes how far the log has come.
pub(crate) fn write_head(conn: &mut Conn, head: &HeadRow) -> Result<(), StoreError> {
    let seq = i64::try_from(head.head.seq.get()).map_err(|_| StoreError::NotApplied("the log is full"))?;
    let values = (
        event_head::epoch.eq(head.head.epoch.0.to_vec()),
        event_head::seq.eq(seq),
        event_head::digest.eq(head.head.digest.0.to_vec()),
        event_head::sealed_through.eq(head.sealed_through),
    );
    let rows = each!(conn, c => diesel::update(event_head::table).set(values).execute(c.as_mut())).map_err(failed)?;
    if rows == 1 { follow::wake(conn) } else { Err(StoreError::NotApplied("the log has no head")) }
}

fn write_value(value: &DetailValue) -> Value {
    match value {
        DetailValue::Text(text) => json!(text),
        DetailValue::Integer(number) => json!(number),
        DetailValue::List(texts) => json!(texts),
    }
}

fn write_details(details: &Details) -> String {
    let value = |value: &Option<DetailValue>| value.as_ref().map(write_value);
    let rows = details.0.iter().map(|d| json!([d.field, value(&d.before), value(&d.after)]));
    Value::Array(rows.collect()).to_string()
}

#[expect(clippy::option_option, reason = "unreadable, nothing, or a value")]
fn read_value(value: &Value) -> Option<Option<DetailValue>> {
    match value {
        Value::Null => Some(None),
        Value::String(text) => Some(Some(DetailValue::Text(text.clone()))),
        Value::Number(number) => number.as_i64().map(|number| Some(DetailValue::Integer(number))),
        Value::Array(texts) => {
            let texts = texts.iter().map(|text| text.as_str().map(ToOwned::to_owned));
            texts.collect::<Option<Vec<_>>>().map(|texts| Some(DetailValue::List(texts)))
        }
        Value::Bool(_) | Value::Object(_) => None,
    }
}

fn read_details(text: &str) -> Option<Details> {
    let rows: Vec<(String, Value, Value)> = serde_json::from_str(text).ok()?;
    let detail = |(field, before, after): (String, Value, Value)| {
        Some(Detail { field, before: read_value(&before)?, after: read_value(&after)? })
    };
    rows.into_iter().map(detail).collect::<Option<Vec<_>>>().map(Details)
}

fn write_touches(touches: &Touches) -> String {
    fn texts<T: ToString>(things: &[T]) -> Vec<String> {
        things.iter().map(ToString::to_string).collect()
    }
    let [tokens, roles, keys] = [texts(&touches.tokens), texts(&touches.roles), texts(&touches.keys)];
    // The digest is over this very text, and older rows have four members: more stand only where they say something.
    match (touches.users.is_empty(), touches.routes) {
        (true, false) => json!([touches.everything, tokens, roles, keys]),
        (false, false) => json!([touches.everything, tokens, roles, keys, texts(&touches.users)]),
        (_, true) => json!([touches.everything, tokens, roles, keys, texts(&touches.users), true]),
    }
    .to_string()
}

pub(crate) fn read_touches(text: &str) -> Option<Touches> {
    fn things<T: core::str::FromStr>(texts: &[String]) -> Option<Vec<T>> {
        texts.iter().map(|text| text.parse().ok()).collect()
    }
    type Four = (bool, Vec<String>, Vec<String>, Vec<String>);
    type Five = (bool, Vec<String>, Vec<String>, Vec<String>, Vec<String>);
    type Six = (bool, Vec<String>, Vec<String>, Vec<String>, Vec<String>, bool);
    let four = |(everything, tokens, roles, keys): Four| (everything, tokens, roles, keys, Vec::new(), false);
    let five = |(everything, tokens, roles, keys, users): Five| (everything, tokens, roles, keys, users, false);
    // Each in the one spelling it has.
    let six: Option<Six> = serde_json::from_str(text).ok().filter(|six: &Six| six.5);
    let six = six.or_else(|| serde_json::from_str(text).ok().filter(|five: &Five| !five.4.is_empty()).map(five));
    let (everything, tokens, roles, keys, users, routes) = six.or_else(|| serde_json::from_str(text).ok().map(four))?;
    let (tokens, roles, keys, users) = (things(&tokens)?, things(&roles)?, things(&keys)?, things(&users)?);
    Some(Touches { everything, tokens, roles, keys, users, routes })
}

#[cfg(test)]
mod tests {
    use core::str::FromStr as _;
    use proptest::prelude::*;
    use token_core::{Level, TokenId};

    use super::*;

    fn row() -> EventRow {
        EventRow {
            seq: 7,
            at: 1_900_000_000_000_000,
            actor_kind: "token".to_owned(),
            actor_id: Some(TokenId::from_str("0192f3c1-7a52-7c11-8d4e-0242ac120002").unwrap().as_bytes().to_vec()),
            actor_name: "ada".to_owned(),
            kind: "token.revoked".to_owned(),
            subject_kind: "token".to_owned(),
            subject_id: "x".to_owned(),
            subject_name: "CI".to_owned(),
            details: "[]".to_owned(),
            touches: "[false,[],[],[]]".to_owned(),
            origin_address: None,
            origin_request: None,
            message_folded: "ada revoked token ci".to_owned(),
            digest: Vec::new(),
            mac: None,
        }
    }

    #[test]
    fn x08_nothing_and_an_empty_text_are_not_the_same_bytes_and_no_text_runs_into_the_next() {
        let with = |change: fn(&mut EventRow)| {
            let mut row = row();
            change(&mut row);
            row.canonical()
        };
        let all = [
            with(|_| {}),
            with(|row| row.origin_address = Some(String::new())),
            with(|row| row.origin_request = Some(Vec::new())),
            with(|row| row.actor_id = None),
            with(|row| (row.subject_kind, row.subject_id) = ("tokenx".to_owned(), String::new())),
            with(|row| (row.actor_name, row.kind) = ("adatoken".to_owned(), ".revoked".to_owned())),
            with(|row| (row.details, row.touches) = ("[][".to_owned(), "false,[],[],[]]".to_owned())),
            with(|row| row.seq = 8),
            with(|row| row.at += 1),
        ];
        for (index, bytes) in all.iter().enumerate() {
            assert!(!all[..index].contains(bytes), "case {index}");
        }
    }

    #[test]
    fn t08_a_message_that_does_not_follow_from_its_event_is_corrupt() {
        let mut event = row();
        event.digest = vec![0; 32];
        assert_eq!(event.clone().event().unwrap().kind.level(), Level::Notice);
        event.message_folded.push('x');
        assert!(matches!(event.event(), Err(StoreError::Corrupt { table: "events", .. })));
    }

    proptest! {
        #[test]
        fn details_and_touches_round_trip(
            fields in proptest::collection::vec((".{0,20}", ".{0,20}", any::<i64>(), proptest::collection::vec(".{0,9}", 0..4)), 0..5),
            everything: bool,
        ) {
            let details = fields.into_iter().fold(Details::default(), |details, (name, text, number, list)| {
                details
                    .changed(&name, Some(text.into()), Some(number.into()))
                    .changed(&name, None, Some(list.into_iter().collect()))
            });
            prop_assert_eq!(read_details(&write_details(&details)), Some(details));
            let touches = Touches { everything, ..Touches::default() };
            prop_assert_eq!(write_touches(&touches), format!("[{everything},[],[],[]]"), "as in older rows");
            prop_assert_eq!(read_touches(&write_touches(&touches)), Some(touches));
            let person = "0192f3c1-7a52-7c11-8d4e-0242ac120002".parse().unwrap();
            for (users, routes) in [(vec![person], false), (vec![person], true), (Vec::new(), true)] {
                let touches = Touches { everything, users, routes, ..Touches::default() };
                prop_assert_eq!(read_touches(&write_touches(&touches)), Some(touches));
            }
        }
    }
}
