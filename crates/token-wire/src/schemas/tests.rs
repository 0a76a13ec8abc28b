//! What the document tells of a body is what its reader reads: the same members, each required, `null` or bounded as
//! told.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use utoipa::PartialSchema;

use super::*;
use crate::fields::asked;
use crate::{
    BulkRequest, ChangePasswordRequest, EditRoleRequest, EditTokenRequest, EditUserRequest, FieldError,
    GuardFirstUseRequest, GuardLeaveRequest, GuardSyncRequest, GuardUsageRequest, ImportKeyRequest, NewRoleRequest,
    NewTokenRequest, NewUserRequest, Object, RequestError, RevealRequest, RevokeRequest, RotateKeyRequest,
    RotateRequest, RouteRulesRequest, SetupRequest, SignInRequest, Value, parse_object,
};

/// A body: its schema, its reader, what stands in its members, and one whose inner members are all there.
struct Case {
    name: &'static str,
    schema: Json,
    read: fn(Object) -> Vec<FieldError>,
    inner: Vec<(&'static str, Json)>,
    sample: &'static str,
}

macro_rules! case {
    ($body:ident, $request:ident) => {
        case!($body, $request, "{}", [])
    };
    ($body:ident, $request:ident, $sample:literal, $inner:expr) => {
        Case {
            name: stringify!($body),
            schema: json($body::schema()),
            read: |body| match $request::read(body) {
                Ok(_) => Vec::new(),
                Err(RequestError::Shape(errors) | RequestError::Refused(errors, _)) => errors,
            },
            inner: Vec::from($inner),
            sample: $sample,
        }
    };
}

fn json(schema: impl serde::Serialize) -> Json {
    serde_json::to_value(schema).unwrap()
}

fn rule() -> Json {
    json(RuleBody::schema())
}

/// A body that does not say which tokens it is about names one: it must have `ids` or `filter`, and needs neither.
fn read_bulk(mut body: Object) -> Vec<FieldError> {
    if !body.contains_key("ids") && !body.contains_key("filter") {
        let id = Value::Text("0192f3c1-7a52-7c11-8d4e-0242ac120002".to_owned());
        body.insert("ids".to_owned(), Value::List(vec![id]));
    }
    match BulkRequest::read(body) {
        Ok(_) => Vec::new(),
        Err(RequestError::Shape(errors) | RequestError::Refused(errors, _)) => errors,
    }
}

/// A body that arrives at some time.
fn read_usage(body: Object) -> Vec<FieldError> {
    match GuardUsageRequest::read(body, token_core::UnixSeconds::LAST) {
        Ok(_) => Vec::new(),
        Err(RequestError::Shape(errors) | RequestError::Refused(errors, _)) => errors,
    }
}

fn cases() -> Vec<Case> {
    vec![
        case!(NewTokenBody, NewTokenRequest),
        case!(EditTokenBody, EditTokenRequest),
        case!(RevokeBody, RevokeRequest),
        Case {
            read: read_bulk,
            ..case!(BulkBody, BulkRequest, r#"{"filter":{}}"#, [("/filter", json(BulkFilterBody::schema()))])
        },
        case!(RevealBody, RevealRequest),
        case!(RotateBody, RotateRequest, r#"{"old_ends":{}}"#, [("/old_ends", json(OldEndsBody::schema()))]),
        case!(NewRoleBody, NewRoleRequest, r#"{"rules":[{}]}"#, [("/rules/0", rule())]),
        case!(EditRoleBody, EditRoleRequest, r#"{"rules":[{}]}"#, [("/rules/0", rule())]),
        case!(RouteRulesBody, RouteRulesRequest, r#"{"rules":[{}]}"#, [("/rules/0", json(RouteRuleBody::schema()))]),
        case!(RotateKeyBody, RotateKeyRequest),
        case!(ImportKeyBody, ImportKeyRequest),
        case!(NewUserBody, NewUserRequest),
        case!(EditUserBody, EditUserRequest),
        case!(SignInBody, SignInRequest),
        case!(ChangePasswordBody, ChangePasswordRequest),
        case!(SetupBody, SetupRequest),
        case!(GuardSyncBody, GuardSyncRequest),
        case!(GuardFirstUseBody, GuardFirstUseRequest),
        case!(GuardLeaveBody, GuardLeaveRequest),
        Case {
            name: "GuardUsageBody",
            schema: json(GuardUsageBody::schema()),
            read: read_usage,
            inner: vec![
                ("/usage/0", json(GuardTokenUsageBody::schema())),
                ("/usage/0/addresses/0", json(GuardUsedFromBody::schema())),
            ],
            sample: r#"{"usage":[{"addresses":[{}]}]}"#,
        },
    ]
}

/// The members a schema tells of, as pointers below `prefix`.
fn told(prefix: &str, schema: &Json) -> BTreeSet<String> {
    let own = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| format!("{prefix}/{name}"));
    let either = schema["oneOf"].as_array().into_iter().flatten().flat_map(|one| told(prefix, one));
    own.chain(either).collect()
}

/// Whether a body that has this value for this member alone is told that something is wrong with the member itself.
fn refused(case: &Case, member: &str, value: &Json) -> bool {
    let body = parse_object(json!({ member: value }).to_string().as_bytes()).unwrap();
    (case.read)(body).iter().any(|error| error.pointer == format!("/{member}"))
}

#[test]
fn every_member_told_is_read_and_every_member_read_is_told() {
    for case in cases() {
        let _ = asked::take();
        let _ = (case.read)(parse_object(case.sample.as_bytes()).unwrap());
        let inner = case.inner.iter().flat_map(|(prefix, schema)| told(prefix, schema));
        let told: BTreeSet<String> = told("", &case.schema).into_iter().chain(inner).collect();
        assert_eq!(told, asked::take(), "{}", case.name);
        assert_eq!(case.schema["additionalProperties"], false, "{}", case.name);
        for error in (case.read)(parse_object(br#"{"nobody_reads_this":1}"#).unwrap()) {
            assert!(error.pointer != "/nobody_reads_this" || error.detail.contains("no such member"));
        }
    }
}

#[test]
fn members_are_required_and_may_be_null_as_told() {
    for case in cases() {
        let required: Vec<&str> =
            case.schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let missing: BTreeSet<String> = (case.read)(Object::new())
            .into_iter()
            .map(|error| error.pointer.trim_start_matches('/').to_owned())
            .collect();
        let expected: BTreeSet<String> = required.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(missing, expected, "{}", case.name);
        for (member, schema) in case.schema["properties"].as_object().unwrap() {
            let types = schema["type"].as_array().cloned().unwrap_or_default();
            let nullable = types.contains(&json!("null"));
            assert_eq!(refused(&case, member, &Json::Null), !nullable, "{}: {member} as null", case.name);
            assert!(refused(&case, member, &json!(1.5)), "{}: {member} as a number", case.name);
        }
    }
}

#[test]
fn lengths_and_numbers_of_items_end_where_told() {
    let mut seen = 0;
    for case in cases() {
        for (member, schema) in case.schema["properties"].as_object().unwrap() {
            // How long a private key in PEM may be is asked by whoever reads it.
            if let Some(max) = schema["maxLength"].as_u64().filter(|_| member != "pem") {
                let text = |length: u64| json!("x".repeat(usize::try_from(length).unwrap()));
                assert!(!refused(&case, member, &text(max)), "{}: {member} of {max}", case.name);
                assert!(refused(&case, member, &text(max + 1)), "{}: {member} of more than {max}", case.name);
                seen += 1;
            }
            // How long a new password is, is asked by the use case, after the one until now.
            let new_password = schema["format"] == "password";
            if let Some(min) = schema["minLength"].as_u64().filter(|_| !new_password) {
                let text = |length: u64| json!("x".repeat(usize::try_from(length).unwrap()));
                assert!(refused(&case, member, &text(min - 1)), "{}: {member} of less than {min}", case.name);
            }
            if schema["minItems"] == 1 {
                assert!(refused(&case, member, &json!([])), "{}: no {member}", case.name);
            }
            // How many tokens one change may name is asked by whoever makes it: more are 413.
            if let Some(max) = schema["maxItems"].as_u64().filter(|_| member != "ids") {
                let item = if schema["items"]["type"] == "string" { json!("") } else { json!({}) };
                let items = |number: u64| json!(vec![item.clone(); usize::try_from(number).unwrap()]);
                // The items themselves are refused; that there are too many is told of the list.
                assert!(!refused(&case, member, &items(max)), "{}: {max} {member}", case.name);
                assert!(refused(&case, member, &items(max + 1)), "{}: more than {max} {member}", case.name);
                seen += 1;
            }
        }
    }
    assert!(10 < seen, "{seen} bounds were looked at");
}
