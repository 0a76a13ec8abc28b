//! The body of a bulk change.

use std::collections::BTreeSet;

use token_core::limits::BULK;
use token_core::{Reason, RoleId, TokenId, TokenStateFilter};

use crate::fields::{Fields, Member, Nullable};
use crate::{Object, RequestError};

/// What happens to the tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BulkActionRequest {
    /// `"revoke"`.
    Revoke,
    /// `"delete"`.
    Delete,
}

/// Which tokens: `ids`, or `filter` and `expected_count`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum BulkChoiceRequest {
    /// These, in this order, each once; one more than a bulk change takes stands for any larger number.
    Ids(Vec<TokenId>),
    /// All that match, if there are exactly so many.
    Filter(BulkFilterRequest, u64),
}

/// The filter of a bulk change: as that of the list, all members together.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BulkFilterRequest {
    /// A piece of the name, 1 to 100 characters.
    pub name: Option<String>,
    /// In this state.
    pub state: Option<TokenStateFilter>,
    /// Holding this role explicitly.
    pub role: Option<RoleId>,
}

/// `POST /tokens/bulk`: `{ids}` or `{filter, expected_count}`, and `{action, reason}`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BulkRequest {
    /// Which.
    pub choice: BulkChoiceRequest,
    /// What happens to them.
    pub action: BulkActionRequest,
    /// Why.
    pub reason: Option<Reason>,
}

impl BulkRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong, and the action if that was good.
    pub fn read(body: Object) -> Result<Self, RequestError<Option<BulkActionRequest>>> {
        let mut fields = Fields::new(body);
        let action = fields.parsed("action", Nullable::No, action);
        let action = fields.required("action", action);
        let reason = fields.text("reason", Nullable::Yes).given();
        let (named, filtered, counted) = (fields.has("ids"), fields.has("filter"), fields.has("expected_count"));
        let ids = ids(&mut fields).given().map(BulkChoiceRequest::Ids);
        let filter = fields.object("filter", BulkFilterRequest::read).given();
        let count = fields.count("expected_count");
        let choice = match (named, filtered) {
            (true, false) if !counted => ids,
            (true, false) => fields.refuse("expected_count", "goes with `filter`".to_owned()).given(),
            (false, true) => {
                let count = fields.required("expected_count", count);
                filter.zip(count).map(|(filter, count)| BulkChoiceRequest::Filter(filter, count))
            }
            (true, true) => {
                fields.refuse("filter", "give either `ids`, or `filter` and `expected_count`".to_owned()).given()
            }
            (false, false) => fields.refuse("ids", "must be given, or `filter`".to_owned()).given(),
        };
        let request = choice.zip(action).map(|(choice, action)| Self { choice, action, reason });
        fields.finish_with(request, action)
    }
}

impl BulkFilterRequest {
    fn read(fields: &mut Fields) -> Self {
        Self {
            name: fields.parsed("name", Nullable::No, needle).given(),
            state: fields.parsed("state", Nullable::No, state).given(),
            role: fields.text("role", Nullable::No).given(),
        }
    }
}

fn ids(fields: &mut Fields) -> Member<Vec<TokenId>> {
    let texts = match fields.texts("ids", Nullable::No, usize::MAX) {
        Member::Given(texts) => texts,
        Member::Null | Member::Absent => return Member::Absent,
    };
    if texts.is_empty() {
        return fields.refuse("ids", "must name a token".to_owned());
    }
    let mut known = BTreeSet::new();
    let mut all = Vec::new();
    let mut good = true;
    for (index, text) in texts.iter().enumerate().take(BULK.saturating_add(1)) {
        let place = format!("ids/{index}");
        match text.parse::<TokenId>() {
            Ok(id) if known.insert(id) => all.push(id),
            Ok(_) => {
                fields.refuse::<()>(&place, "is in the list twice".to_owned());
                good = false;
            }
            Err(error) => {
                fields.refuse::<()>(&place, error.to_string());
                good = false;
            }
        }
    }
    if good { Member::Given(all) } else { Member::Absent }
}

fn action(text: &str) -> Result<BulkActionRequest, &'static str> {
    match text {
        "revoke" => Ok(BulkActionRequest::Revoke),
        "delete" => Ok(BulkActionRequest::Delete),
        _ => Err("expected `revoke` or `delete`"),
    }
}

fn state(text: &str) -> Result<TokenStateFilter, &'static str> {
    match text {
        "active" => Ok(TokenStateFilter::Active),
        "expired" => Ok(TokenStateFilter::Expired),
        "revoked" => Ok(TokenStateFilter::Revoked),
        _ => Err("expected `active`, `expired` or `revoked`"),
    }
}

fn needle(text: &str) -> Result<String, &'static str> {
    let good = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    good.then(|| text.to_owned()).ok_or("expected 1 to 100 characters without control characters")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_object;

    const ID: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";

    fn read(body: &str) -> Result<BulkRequest, (u16, Vec<String>)> {
        let places = |errors: Vec<crate::FieldError>| errors.into_iter().map(|error| error.pointer).collect();
        BulkRequest::read(parse_object(body.as_bytes()).unwrap()).map_err(|error| match error {
            RequestError::Shape(errors) => (400, places(errors)),
            RequestError::Refused(errors, _) => (422, places(errors)),
        })
    }

    #[test]
    fn ids_or_a_filter_with_its_count() {
        let ids = read(&format!(r#"{{"ids":["{ID}"],"action":"revoke","reason":"left"}}"#)).unwrap();
        assert_eq!(ids.choice, BulkChoiceRequest::Ids(vec![ID.parse().unwrap()]));
        let all = read(r#"{"filter":{},"expected_count":0,"action":"delete"}"#).unwrap();
        assert_eq!(all.choice, BulkChoiceRequest::Filter(BulkFilterRequest::default(), 0));
        let some = format!(
            r#"{{"filter":{{"name":"ci","state":"expired","role":"{ID}"}},"expected_count":12,"action":"delete"}}"#
        );
        let Ok(BulkRequest { choice: BulkChoiceRequest::Filter(filter, 12), .. }) = read(&some) else { panic!() };
        assert_eq!((filter.name.as_deref(), filter.state), (Some("ci"), Some(TokenStateFilter::Expired)));
    }

    #[test]
    fn atk_a22_everything_wrong_with_a_bulk_body_is_told() {
        let ids = format!(r#""ids":["{ID}"]"#);
        let filter = r#""filter":{}"#;
        for (body, status, places) in [
            ("{}".to_owned(), 422, vec!["/action", "/ids"]),
            (r#"{"action":"unrevoke","ids":[]}"#.to_owned(), 422, vec!["/action", "/ids"]),
            (format!(r#"{{"action":"revoke","ids":["{ID}","x","{ID}"]}}"#), 422, vec!["/ids/1", "/ids/2"]),
            (format!(r#"{{"action":"revoke",{ids},{filter},"expected_count":1}}"#), 422, vec!["/filter"]),
            (format!(r#"{{"action":"revoke",{ids},"expected_count":1}}"#), 422, vec!["/expected_count"]),
            (format!(r#"{{"action":"revoke",{filter}}}"#), 422, vec!["/expected_count"]),
            (r#"{"action":"revoke","expected_count":1}"#.to_owned(), 422, vec!["/ids"]),
            (format!(r#"{{"action":"revoke",{filter},"expected_count":-1}}"#), 400, vec!["/expected_count"]),
            (format!(r#"{{"action":"revoke",{filter},"expected_count":1e3}}"#), 400, vec!["/expected_count"]),
            (format!(r#"{{"action":"revoke",{filter},"expected_count":"1"}}"#), 400, vec!["/expected_count"]),
            (
                format!(r#"{{"action":"revoke",{filter},"expected_count":18446744073709551616}}"#),
                400,
                vec!["/expected_count"],
            ),
            (r#"{"action":"revoke","filter":[],"expected_count":1}"#.to_owned(), 400, vec!["/filter"]),
            (
                r#"{"action":"revoke","filter":{"state":"x","sort":"name"},"expected_count":1}"#.to_owned(),
                400,
                vec!["/filter/sort", "/filter/state"],
            ),
        ] {
            let Err((found, mut pointers)) = read(&body) else { panic!("{body}") };
            pointers.sort();
            assert_eq!((found, pointers.iter().map(String::as_str).collect::<Vec<_>>()), (status, places), "{body}");
        }
    }
}
