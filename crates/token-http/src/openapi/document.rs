//! Puts the document together.

use token_wire::Problem;
use utoipa::openapi::path::{Operation, OperationBuilder, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Paths,
    Required, ResponsesBuilder, ServerBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use super::described::described;
use super::extracted::Part;
use super::operation::Described;
use super::parameter;
use super::problems::problems;
use crate::routes::{Accepts, Need, Route, Verb, rows};
use crate::sign_in::SESSION;

const ABOUT: &str = "Tokens that programs present, and what they may do.\n\n\
    - Times are RFC 3339 in UTC, ids are lower-case UUIDs, bodies are JSON objects in UTF-8. Unknown members and \
    parameters are refused.\n\
    - Every error is a problem (RFC 9457); its `type` is the address of a page that explains it.\n\
    - Where there is `GET`, there is `HEAD`. Other methods are answered with 405 and `Allow`.\n\
    - An answer that holds a token's text, like every other unless it says otherwise, is not to be stored: \
    `Cache-Control: no-store`.";

/// The whole document.
pub(super) fn document() -> OpenApi {
    let mut schemas = vec![(Problem::name().into_owned(), Problem::schema())];
    Problem::schemas(&mut schemas);
    let mut paths = Paths::new();
    for (tag, operations) in described() {
        for described in operations {
            schemas.extend(described.schemas.iter().cloned());
            // A description without its route is what a test looks for; here it is left out.
            let Some(route) = rows().find(|row| (row.verb(), row.path()) == (described.verb, described.path)) else {
                continue;
            };
            let (path, method) = (described.path, method(described.verb));
            let item = PathItem::new(method, operation(tag, route, described));
            match paths.paths.get_mut(path) {
                Some(known) => known.merge_operations(item),
                None => drop(paths.paths.insert(path.to_owned(), item)),
            }
        }
    }
    let components = ComponentsBuilder::new().schemas_from_iter(schemas);
    let components = schemes().into_iter().fold(components, |all, (name, scheme)| all.security_scheme(name, scheme));
    let info =
        InfoBuilder::new().title("Tokenward").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT)).license(
            Some(LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build()),
        );
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([ServerBuilder::new().url("/").description(Some("This server")).build()]))
        .paths(paths)
        .components(Some(components.build()))
        .build()
}

fn operation(tag: &str, route: &Route, described: Described) -> Operation {
    let parts = route.parts();
    let mut operation = OperationBuilder::new()
        .tag(tag)
        .operation_id(Some(described.name))
        .summary(Some(described.summary))
        .description(Some(text(route.need(), described.text)));
    for name in in_path(described.path) {
        operation = operation.parameter(parameter::in_path(name));
    }
    if parts.contains(&Part::RequestKey) {
        operation = operation.parameter(parameter::idempotency_key());
    }
    if parts.contains(&Part::Version) {
        operation = operation.parameter(parameter::if_match());
    }
    operation = described.parameters.into_iter().fold(operation, OperationBuilder::parameter);
    if let Some(schema) = described.body {
        let needed = if parts.contains(&Part::OptionalBody) { Required::False } else { Required::True };
        let form = parts.contains(&Part::Form);
        let media = if form { "application/x-www-form-urlencoded" } else { "application/json" };
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let body = RequestBodyBuilder::new().content(media, content).required(Some(needed));
        operation = operation.request_body(Some(body.build()));
    }
    let mut responses = ResponsesBuilder::new();
    let refused = problems(described.verb, (route.need(), route.accepts()), &parts, &described.problems);
    for (status, (_, response)) in refused {
        responses = responses.response(status.to_string(), response);
    }
    for (status, response) in described.answers {
        responses = responses.response(status.to_string(), response);
    }
    operation.securities(Some(securities(route.need(), route.accepts()))).responses(responses.build()).build()
}

fn text(need: &Need, more: Option<&str>) -> String {
    let needed = match need {
        Need::Public => "For everybody.".to_owned(),
        Need::Caller => "For every good credential.".to_owned(),
        Need::Token => "For every good token; a session is not looked at.".to_owned(),
        Need::Session => "For signed-in people.".to_owned(),
        Need::Permission(permission) => format!("Needs the permission `{permission}`."),
    };
    match more {
        Some(more) => format!("{more}\n\n{needed}"),
        None => needed,
    }
}

fn schemes() -> Vec<(&'static str, SecurityScheme)> {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
    let bearer = bearer.description(Some("The text of a token, behind `Bearer `."));
    let session = "The session of a signed-in person, from `POST /api/v1/session`. Everything but `GET` also needs the \
                   headers `Origin`, with the address of this server, and `X-CSRF-Token`, with the `csrf_token` of the \
                   session.";
    let session = ApiKey::Cookie(ApiKeyValue::with_description(SESSION, session));
    let client = HttpBuilder::new().scheme(HttpAuthScheme::Basic);
    let client =
        client.description(Some("An OAuth client (RFC 6749 §2.3.1): its id is a token's id, its secret the text."));
    vec![
        ("bearer", SecurityScheme::Http(bearer.build())),
        ("client", SecurityScheme::Http(client.build())),
        ("session", SecurityScheme::ApiKey(session)),
    ]
}

fn securities(need: &Need, accepts: Accepts) -> Vec<SecurityRequirement> {
    let bearer = || SecurityRequirement::new("bearer", [] as [&str; 0]);
    let client = || SecurityRequirement::new("client", [] as [&str; 0]);
    let session = || SecurityRequirement::new("session", [] as [&str; 0]);
    match need {
        Need::Public => Vec::new(),
        Need::Token => vec![bearer()],
        Need::Session => vec![session()],
        Need::Caller | Need::Permission(_) if accepts == Accepts::Clients => vec![bearer(), client()],
        Need::Caller | Need::Permission(_) => vec![bearer(), session()],
    }
}

/// The names between braces.
fn in_path(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

const fn method(verb: Verb) -> HttpMethod {
    match verb {
        // One of all methods stands for the others.
        Verb::Get | Verb::Any => HttpMethod::Get,
        Verb::Put => HttpMethod::Put,
        Verb::Post => HttpMethod::Post,
        Verb::Patch => HttpMethod::Patch,
        Verb::Delete => HttpMethod::Delete,
    }
}
