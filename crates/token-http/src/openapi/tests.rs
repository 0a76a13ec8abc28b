use std::collections::BTreeSet;

use serde_json::Value;

use super::described::described;
use super::operation::Described;
use super::*;
use crate::routes::rows;

fn all() -> Vec<Described> {
    described().into_iter().flat_map(|(_, rows)| rows).collect()
}

fn document() -> Value {
    serde_json::from_str(&openapi()).unwrap()
}

#[test]
fn atk_n01_every_route_is_described_and_every_description_has_its_route() {
    let routes: BTreeSet<_> = rows().map(|row| (row.verb(), row.path())).collect();
    let written: BTreeSet<_> = all().iter().map(|row| (row.verb, row.path)).collect();
    let missing: Vec<_> = routes.difference(&written).collect();
    assert!(missing.is_empty(), "routes that `openapi/described` does not describe: {missing:?}");
    let left: Vec<_> = written.difference(&routes).collect();
    assert!(left.is_empty(), "descriptions without a route: {left:?}");
    assert_eq!(all().len(), written.len(), "a route is described twice");
    let names: BTreeSet<_> = all().iter().map(|row| row.name).collect();
    assert_eq!(all().len(), names.len(), "two operations share a name");
}

#[test]
fn a_body_and_parameters_are_described_where_the_handler_reads_them() {
    for row in all() {
        let parts = rows().find(|route| (route.verb(), route.path()) == (row.verb, row.path)).unwrap().parts();
        let body = [Part::Body, Part::OptionalBody, Part::Form].iter().any(|part| parts.contains(part));
        assert_eq!(row.body.is_some(), body, "{} {}", row.verb, row.path);
        let query =
            row.parameters.iter().any(|parameter| parameter.parameter_in == utoipa::openapi::path::ParameterIn::Query);
        assert_eq!(query, parts.contains(&Part::Query), "{} {}", row.verb, row.path);
        assert!(row.answers.iter().any(|(status, _)| *status < 300), "{} {}", row.verb, row.path);
    }
}

/// Every `$ref` of a value.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(ToOwned::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_reference_has_its_schema_and_every_schema_is_used() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
    let mut used = BTreeSet::new();
    references(&document, &mut used);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let known: BTreeSet<String> = schemas.keys().map(|name| format!("#/components/schemas/{name}")).collect();
    assert_eq!(used, known);
}
