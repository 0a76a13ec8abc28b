//! The view *Route rules*: which permission calls of programs behind a gateway need, all of them in one text, and a dry
//! run.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use token_admin::{FieldError, Refused, RouteCheck, RoutesInForce, RoutesSource, Submitted, rights};
use token_core::RouteRules;
use token_http::HttpState;
use token_http::pages::{Fields, PageError, Query, Visit, blocking, html, html_with, redirect};

use crate::counts::counted;
use crate::forms::{Field, Summary, asks_for, sentence};
use crate::looks::rendered;
use crate::notice::{Notice, done};
use crate::refusal::Refusal;
use crate::shell::{Shell, View};

const PATH: &str = "/admin/route-rules";

/// Most characters of a method or path that is asked about.
const MOST: usize = 4_096;

/// What was asked of the rules, and what they say.
#[derive(Default)]
struct Dry {
    method: String,
    path: String,
    /// Whether some rule is about the call, and which, or why none is.
    answer: Option<(bool, String)>,
}

#[derive(Template)]
#[template(path = "route_rules.html")]
#[expect(clippy::struct_excessive_bools, reason = "what a template asks, each by itself")]
struct RoutesPage {
    shell: Shell,
    summary: Summary,
    rules: Field,
    version: u64,
    count: String,
    in_file: bool,
    may_save: bool,
    may_read_log: bool,
    is_stale: bool,
    dry: Dry,
}

/// What stands in the form.
struct Typed {
    text: Option<String>,
    errors: Vec<FieldError>,
    is_stale: bool,
}

const UNTOUCHED: Typed = Typed { text: None, errors: Vec::new(), is_stale: false };

/// `GET /admin/route-rules?method=&path=`: the rules, and what they say of a call.
pub(crate) async fn page(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let mut query = Query::parse(request.query_string()).without_empty();
    let notice = done(&mut query);
    let mut asked = |name| query.text(name).map(|text| text.trim().chars().take(MOST).collect::<String>());
    let (method, path) = (asked("method"), asked("path"));
    let routes = blocking(&state, |state| state.admin.routes()).await?;
    let dry = match (method, path) {
        (Some(method), Some(path)) => {
            let asked = (method.clone(), path.clone());
            let found = blocking(&state, move |state| state.admin.check_route(&asked.0, &asked.1, None)).await?;
            Dry { method, path, answer: Some(told(&found)) }
        }
        (method, path) => Dry { method: method.unwrap_or_default(), path: path.unwrap_or_default(), answer: None },
    };
    Ok(html(shown(&visit, notice, &routes, UNTOUCHED, dry)))
}

/// `POST /admin/route-rules`: one save of all rules; a stale one saves nothing and keeps the input.
pub(crate) async fn save(visit: Visit, fields: Fields, state: Data<HttpState>) -> Result<HttpResponse, PageError> {
    let text = fields.text("rules").unwrap_or_default().to_owned();
    let version = fields.text("version").and_then(|text| text.parse::<u64>().ok());
    let mut typed = Typed { text: Some(text.clone()), ..UNTOUCHED };
    let (mut status, mut notice) = (StatusCode::OK, None);
    if asks_for(&fields, "save") {
        let (author, rules) = (visit.author(), read(&text));
        let saved = blocking(&state, move |state| state.admin.set_routes(&author, version, &rules)).await;
        let refusal = match saved {
            Ok(_) => return Ok(redirect(&format!("{PATH}?done=routes-saved"))),
            Err(error) => Refusal::of(error)?,
        };
        (status, notice) = (refusal.status, refusal.notice);
        (typed.errors, typed.is_stale) = (refusal.errors, refusal.current.is_some());
    }
    let routes = blocking(&state, |state| state.admin.routes()).await?;
    Ok(html_with(status, shown(&visit, notice, &routes, typed, Dry::default())))
}

/// Rules from lines; everything wrong by its line.
fn read(text: &str) -> Submitted<RouteRules> {
    RouteRules::from_lines(text).map_err(|errors| Refused {
        errors: errors.iter().map(|(line, why)| FieldError::new("/rules", format!("line {line}: {why}"))).collect(),
        good: Box::default(),
    })
}

fn shown(visit: &Visit, notice: Option<Notice>, routes: &RoutesInForce, typed: Typed, dry: Dry) -> String {
    let RoutesInForce { routes, source } = routes;
    let in_file = *source == RoutesSource::File;
    let text = typed.text.unwrap_or_else(|| routes.rules.to_string());
    let count = u64::try_from(routes.rules.len()).unwrap_or(u64::MAX);
    rendered(&RoutesPage {
        shell: Shell::new("Route rules", View::RouteRules, visit).saying(notice),
        summary: Summary::of(&typed.errors),
        rules: Field::with(text, &typed.errors, "rules"),
        version: routes.version,
        count: counted(count, "rule", "rules"),
        in_file,
        may_save: !in_file && visit.may(&rights::ROUTES_UPDATE),
        may_read_log: visit.may(&rights::EVENTS_READ),
        is_stale: typed.is_stale,
        dry,
    })
}

fn told(found: &RouteCheck) -> (bool, String) {
    match (&found.rule, found.refused) {
        (Some(rule), _) => (true, format!("Needs {}, by the rule {rule}.", rule.permission)),
        (None, Some(why)) => (false, sentence(&format!("refused: {why}"))),
        (None, None) => (false, "Refused: no rule is about this method and path.".to_owned()),
    }
}
