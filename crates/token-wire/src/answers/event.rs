//! The changelog.

use serde::{Deserialize, Serialize};
use token_core::{Detail, DetailValue, Event, LogVerdict};

use super::ActorView;
use crate::format_micros;

/// What an event is about; the name as it was then.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = EventSubject))]
pub struct SubjectView {
    /// `installation`, `token`, `role` or `key`.
    pub kind: String,
    /// Which; empty for the installation.
    pub id: String,
    /// Its name; empty where it has none.
    pub name: String,
}

/// Where a change came from.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = EventOrigin))]
pub struct OriginView {
    /// The client's address, if it came over the network.
    pub address: Option<String>,
    /// The request, if it was one.
    pub request_id: Option<String>,
}

/// One value of a field.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = EventValue))]
#[serde(untagged)]
pub enum DetailValueView {
    /// A number, e.g. a time in seconds.
    Integer(i64),
    /// A text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
}

impl From<&DetailValue> for DetailValueView {
    fn from(value: &DetailValue) -> Self {
        match value {
            DetailValue::Integer(number) => Self::Integer(*number),
            DetailValue::Text(text) => Self::Text(text.clone()),
            DetailValue::List(texts) => Self::List(texts.clone()),
        }
    }
}

/// One field, before and after; `null` where there was or is nothing.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = EventDetail))]
pub struct DetailView {
    /// Its name in the contract.
    pub field: String,
    /// What it was.
    pub before: Option<DetailValueView>,
    /// What it is.
    pub after: Option<DetailValueView>,
}

impl From<&Detail> for DetailView {
    fn from(detail: &Detail) -> Self {
        Self {
            field: detail.field.clone(),
            before: detail.before.as_ref().map(DetailValueView::from),
            after: detail.after.as_ref().map(DetailValueView::from),
        }
    }
}

/// One entry of the changelog.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Event))]
pub struct EventView {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// When, to the microsecond.
    pub at: String,
    /// `info`, `notice` or `warning`.
    pub level: String,
    /// What happened, e.g. `token.revoked`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Who.
    pub actor: ActorView,
    /// To what.
    pub subject: SubjectView,
    /// The same in a sentence.
    pub message: String,
    /// Fields before and after.
    pub details: Vec<DetailView>,
    /// From where.
    pub origin: OriginView,
    /// The SHA-256 that links it to the one before, in hexadecimal.
    pub digest: String,
    /// Whether it carries its keyed seal.
    pub sealed: bool,
}

impl From<&Event> for EventView {
    fn from(event: &Event) -> Self {
        let subject = &event.subject;
        Self {
            seq: event.seq.get(),
            at: format_micros(event.at),
            level: event.kind.level().as_str().to_owned(),
            kind: event.kind.as_str().to_owned(),
            actor: (&event.actor).into(),
            subject: SubjectView {
                kind: subject.kind.as_str().to_owned(),
                id: subject.id.clone(),
                name: subject.name.clone(),
            },
            message: event.message(),
            details: event.details.0.iter().map(DetailView::from).collect(),
            origin: OriginView {
                address: event.origin.address.map(|address| address.to_string()),
                request_id: event.origin.request.map(|request| request.to_string()),
            },
            digest: event.digest.to_string(),
            sealed: event.mac.is_some(),
        }
    }
}

/// What a check of the whole changelog found.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = LogVerdict))]
pub struct VerdictView {
    /// `valid`, `unsealed n..m` or `broken at n`, in one line.
    pub verdict: String,
    /// Whether every event is what was written.
    pub valid: bool,
    /// How many events there are.
    pub events: u64,
    /// The first event that is not what was written.
    pub broken_at: Option<u64>,
    /// Why it is not.
    pub reason: Option<String>,
    /// First and last of each range of events without a seal.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Vec<u64>>))]
    pub unsealed: Vec<(u64, u64)>,
    /// Whether seals were checked, or links alone.
    pub seals_checked: bool,
    /// The last event's digest, to be kept elsewhere as a checkpoint.
    pub head_digest: String,
    /// Which life of the log it is.
    pub epoch: String,
}

impl From<&LogVerdict> for VerdictView {
    fn from(found: &LogVerdict) -> Self {
        let ranges = || found.unsealed.iter().map(|(from, to)| format!("{from}..{to}")).collect::<Vec<_>>().join(", ");
        let verdict = match &found.broken {
            Some((seq, _)) => format!("broken at {seq}"),
            None if found.unsealed.is_empty() => "valid".to_owned(),
            None => format!("unsealed {}", ranges()),
        };
        Self {
            verdict,
            valid: found.broken.is_none(),
            events: found.events,
            broken_at: found.broken.as_ref().map(|(seq, _)| seq.get()),
            reason: found.broken.as_ref().map(|(_, why)| why.clone()),
            unsealed: found.unsealed.iter().map(|(from, to)| (from.get(), to.get())).collect(),
            seals_checked: found.macs_checked,
            head_digest: found.head.digest.to_string(),
            epoch: found.head.epoch.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use token_core::{
        Actor, Details, Digest, Epoch, EventKind, Head, Origin, Seq, Subject, SubjectKind, Touches, UnixMicros,
    };

    use super::*;

    #[test]
    fn shape_of_an_event() {
        let event = Event {
            seq: Seq::new(7),
            at: UnixMicros::new(1_500_000).unwrap(),
            actor: Actor::CommandLine,
            kind: EventKind::TokenRevoked,
            subject: Subject { kind: SubjectKind::Token, id: "x".to_owned(), name: "CI".to_owned() },
            details: Details::default().with("name", "CI").with("expires_at", 5),
            touches: Touches::default(),
            origin: Origin { address: Some("10.0.0.1".parse().unwrap()), request: None },
            digest: Digest([0xab; 32]),
            mac: None,
        };
        let view = EventView::from(&event);
        let json = serde_json::to_string(&view).unwrap();
        assert!(json.starts_with(concat!(
            r#"{"seq":7,"at":"1970-01-01T00:00:01.500000Z","level":"notice","type":"token.revoked","#,
            r#""actor":{"kind":"command line","id":null,"name":"command line"},"#,
            r#""subject":{"kind":"token","id":"x","name":"CI"},"message":"command line revoked token CI","#,
            r#""details":[{"field":"name","before":null,"after":"CI"},{"field":"expires_at","before":null,"after":5}],"#,
            r#""origin":{"address":"10.0.0.1","request_id":null},"digest":"abab"#
        )));
        assert_eq!(serde_json::from_str::<EventView>(&json).unwrap(), view);
    }

    #[test]
    fn verdicts_in_words() {
        let head = Head { epoch: Epoch([1; 16]), seq: Seq::new(9), digest: Digest([0; 32]) };
        let mut found = LogVerdict { events: 9, broken: None, unsealed: Vec::new(), macs_checked: true, head };
        assert_eq!(VerdictView::from(&found).verdict, "valid");
        found.unsealed = vec![(Seq::new(3), Seq::new(4)), (Seq::new(8), Seq::new(9))];
        assert_eq!(VerdictView::from(&found).verdict, "unsealed 3..4, 8..9");
        found.broken = Some((Seq::new(2), "its digest differs".to_owned()));
        let broken = VerdictView::from(&found);
        assert_eq!((broken.verdict.as_str(), broken.valid, broken.broken_at), ("broken at 2", false, Some(2)));
    }
}
