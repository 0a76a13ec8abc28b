//! Parameters of queries, and header fields of requests.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{SchemaFormat, SchemaType, Type};
use utoipa::openapi::{Object, ObjectBuilder, Required};

pub(super) fn text(name: &str, about: &str) -> Parameter {
    parameter(name, about, string().build())
}

/// A piece of text to look for.
pub(super) fn needle(name: &str, about: &str) -> Parameter {
    parameter(name, about, string().min_length(Some(1)).max_length(Some(100)).build())
}

/// One of these.
pub(super) fn one_of(name: &str, values: &[&str], about: &str) -> Parameter {
    parameter(name, about, string().enum_values(Some(values.iter().copied())).build())
}

/// An id.
pub(super) fn id(name: &str, about: &str) -> Parameter {
    parameter(name, about, uuid())
}

/// A time or a date.
pub(super) fn time(name: &str, about: &str) -> Parameter {
    parameter(name, about, string().examples(["2027-05-31", "2027-05-31T12:00:00Z"]).build())
}

/// A number of things.
pub(super) fn number(name: &str, min: u32, max: usize, about: &str) -> Parameter {
    let number = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer));
    parameter(name, about, number.minimum(Some(min)).maximum(Some(max)).build())
}

pub(super) fn cursor() -> Parameter {
    text("cursor", "The `next` of the page before; only with the same filters, and only for the same caller.")
}

pub(super) fn limit() -> Parameter {
    let about = "How many items the page has at most; 50 if left out. A server may be set to less than 500.";
    number("limit", 1, token_core::limits::PAGE, about)
}

/// A part of the path.
pub(super) fn in_path(name: &str) -> Parameter {
    let schema = if name == "id" { uuid() } else { string().build() };
    build(name, ParameterIn::Path, "Which.", schema, Required::True)
}

/// The same parameter, which cannot be left out.
pub(super) fn required(mut parameter: Parameter) -> Parameter {
    parameter.required = Required::True;
    parameter
}

pub(super) fn if_match() -> Parameter {
    let schema = string().pattern(Some("^\"(0|[1-9][0-9]{0,19})\"$")).examples(["\"1\""]).build();
    let about = "The `ETag` of what is changed, so that nobody's save is lost.";
    // Without it the answer is 428, which is documented, too.
    build("If-Match", ParameterIn::Header, about, schema, Required::True)
}

pub(super) fn idempotency_key() -> Parameter {
    let schema = string().pattern(Some("^[!-~]{1,255}$")).examples(["8e03978e-40d5-43dd-bc93-6894a57f9324"]).build();
    let about = "What you call this request: sent again with it within 24 hours, it makes nothing and is answered with \
                 what it made before, and with `Idempotency-Replayed: true`.";
    build("Idempotency-Key", ParameterIn::Header, about, schema, Required::False)
}

fn parameter(name: &str, about: &str, schema: Object) -> Parameter {
    build(name, ParameterIn::Query, about, schema, Required::False)
}

fn build(name: &str, place: ParameterIn, about: &str, schema: Object, required: Required) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(about))
        .schema(Some(schema))
        .build()
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String))
}

fn uuid() -> Object {
    string().format(Some(SchemaFormat::Custom("uuid".to_owned()))).build()
}
