//! *Rotate*: a new text for the same token (X04).

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use token_admin::{FieldError, Issued, OldEnds, Refused, RotateToken, Submitted};
use token_core::{IdempotencyKey, TokenId, TokenRecord, UnixSeconds};
use token_http::HttpState;
use token_http::pages::{Fields, PageError, Visit, blocking, html, html_with, in_path, parse_end};

use super::form::Form;
use super::panel::{Panel, TokensPage};
use super::reveal::Secret;
use super::save::fresh_key;
use super::{PATH, list};
use crate::console::Console;
use crate::forms::{Field, Summary, asks_for};
use crate::looks::rendered;
use crate::moment;
use crate::notice::Notice;
use crate::panels::Place;
use crate::refusal::Refusal;

const DAY: i64 = 86_400;
/// How long older texts may go on unless somebody says otherwise, in days.
const USUAL_DAYS: i64 = 7;

/// The form of a rotation.
pub(super) struct Rotation {
    pub(super) name: String,
    pub(super) action: String,
    pub(super) back: String,
    pub(super) summary: Summary,
    pub(super) expires: Field,
    pub(super) expires_exactly: String,
    pub(super) today: String,
    /// `on_first_use`, `at` or `now`.
    pub(super) old_ends: String,
    pub(super) until: Field,
    pub(super) key: String,
}

#[derive(Clone, Debug)]
struct Typed {
    expires: String,
    expires_exactly: String,
    old_ends: String,
    until: String,
    key: String,
}

impl Typed {
    fn sent(fields: &Fields) -> Self {
        let text = |name| fields.text(name).unwrap_or_default().trim().to_owned();
        Self {
            expires: text("expires_at"),
            expires_exactly: text("expires_exactly"),
            old_ends: text("old_ends"),
            until: text("until"),
            key: text("key"),
        }
    }

    fn command(&self) -> Submitted<RotateToken> {
        let mut errors = Vec::new();
        let mut end = |text: &str, pointer: &str| {
            parse_end(text).map_err(|error| errors.push(FieldError::new(pointer, error.to_string()))).ok()
        };
        let exactly = parse_end(&self.expires_exactly).ok().filter(|end| moment::end_field(*end) == self.expires);
        let expires = match (self.expires.as_str(), exactly) {
            ("", _) => Some(None),
            (_, Some(exactly)) => Some(Some(exactly)),
            (text, None) => end(text, "/expires_at").map(Some),
        };
        let old = match self.old_ends.as_str() {
            "now" => Some(OldEnds::Now),
            "at" => end(&self.until, "/until").map(OldEnds::At),
            _ => end(&self.until, "/until").map(|latest| OldEnds::OnFirstUse { latest }),
        };
        match (expires, old) {
            (Some(expires_at), Some(old_ends)) => Ok(RotateToken { expires_at: Some(expires_at), old_ends }),
            _ => Err(Refused { errors, good: Box::default() }),
        }
    }
}

impl Rotation {
    fn new(record: &TokenRecord, typed: Typed, errors: &[FieldError], filters: &str, now: UnixSeconds) -> Self {
        Self {
            name: record.token.grant().name.to_string(),
            action: format!("{PATH}/{}/rotate{filters}", record.id()),
            back: format!("{PATH}/{}{filters}", record.id()),
            summary: Summary::of(errors),
            expires: Field::with(typed.expires, errors, "expires_at"),
            expires_exactly: typed.expires_exactly,
            today: moment::date_field(now.get()),
            old_ends: typed.old_ends,
            until: Field::with(typed.until, errors, "until"),
            key: typed.key,
        }
    }
}

/// `GET /admin/api-tokens/{id}/rotate`: when the new text ends, and the older ones.
pub(crate) async fn rotate_page(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
    console: Data<Console>,
) -> Result<HttpResponse, PageError> {
    let id: TokenId = in_path(&request, "id", "token")?;
    let place = list::place(&request);
    let filters = place.filters();
    let now = visit.now();
    let rotation = blocking(&state, move |state| {
        let record = state.admin.token(id)?;
        let end = record.token.grant().expires_at.filter(|end| now < *end);
        let typed = Typed {
            expires: end.map(moment::end_field).unwrap_or_default(),
            expires_exactly: end.map(token_http::pages::format_seconds).unwrap_or_default(),
            old_ends: "on_first_use".to_owned(),
            until: moment::date_field(now.get().saturating_add(USUAL_DAYS * DAY)),
            key: fresh_key(state)?,
        };
        Ok(Rotation::new(&record, typed, &[], &filters, now))
    })
    .await?;
    let listing = list::load(place, &visit, &state, &console, Some(id)).await?;
    Ok(html(rendered(&TokensPage::new(&visit, None, listing, Panel::Rotation(Box::new(rotation))))))
}

/// `POST /admin/api-tokens/{id}/rotate`: the token's page with its new text.
pub(crate) async fn rotate(
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
    state: Data<HttpState>,
    console: Data<Console>,
) -> Result<HttpResponse, PageError> {
    let id: TokenId = in_path(&request, "id", "token")?;
    let place = list::place(&request);
    let typed = Typed::sent(&fields);
    if !asks_for(&fields, "rotate") {
        return again(&visit, &state, &console, place, id, (StatusCode::OK, None, Vec::new()), typed).await;
    }
    let (author, asked) = (visit.author(), typed.clone());
    let done = blocking(&state, move |state| {
        let key = asked.key.parse::<IdempotencyKey>().ok();
        let command: Submitted<RotateToken> = asked.command();
        state.admin.rotate_once(&author, id, &command, key.as_ref())
    })
    .await;
    let (status, notice, errors) = match done.map(|done| done.value) {
        Ok(Issued::Now(created) | Issued::Again(created)) => {
            let secret = Secret::new(created.text.expose(), state.sign_in.origin());
            return with_text(&visit, &state, &console, place, created.record, Some(secret)).await;
        }
        Ok(Issued::WithoutText(record)) => return with_text(&visit, &state, &console, place, record, None).await,
        Err(error) => {
            let Refusal { status, notice, errors, .. } = Refusal::of(error)?;
            (status, notice, pointed(errors))
        }
    };
    again(&visit, &state, &console, place, id, (status, notice, errors), typed).await
}

/// The form as it was typed.
async fn again(
    visit: &Visit,
    state: &Data<HttpState>,
    console: &Data<Console>,
    place: Place,
    id: TokenId,
    (status, notice, errors): (StatusCode, Option<Notice>, Vec<FieldError>),
    typed: Typed,
) -> Result<HttpResponse, PageError> {
    let (now, filters) = (visit.now(), place.filters());
    let rotation = blocking(state, move |state| {
        let record = state.admin.token(id)?;
        Ok(Rotation::new(&record, typed, &errors, &filters, now))
    })
    .await?;
    let listing = list::load(place, visit, state, console, Some(id)).await?;
    let page = TokensPage::new(visit, notice, listing, Panel::Rotation(Box::new(rotation)));
    Ok(html_with(status, rendered(&page)))
}

async fn with_text(
    visit: &Visit,
    state: &Data<HttpState>,
    console: &Data<Console>,
    place: Place,
    record: TokenRecord,
    secret: Option<Secret>,
) -> Result<HttpResponse, PageError> {
    let (id, filters, seen) = (record.id(), place.filters(), visit.clone());
    let listing = list::load(place, visit, state, console, Some(id)).await?;
    let form = blocking(state, move |state| Form::of(&record, &seen, state, &filters)).await?;
    let form = Form { secret, ..form };
    let told = "The token has a new text. Hand it over; the older ones end as you chose.";
    let page = TokensPage::new(visit, Some(Notice::good(told)), listing, Panel::Form(Box::new(form)));
    Ok(html(rendered(&page)))
}

/// The end of older texts has one field here.
fn pointed(errors: Vec<FieldError>) -> Vec<FieldError> {
    let pointed = |error: FieldError| {
        if error.pointer.starts_with("/old_ends") { FieldError::new("/until", error.detail) } else { error }
    };
    errors.into_iter().map(pointed).collect()
}
