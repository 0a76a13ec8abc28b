//! *Add* and *Save*.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use token_admin::{AdminError, FieldError, Issued};
use token_core::{IdempotencyKey, RandomnessFailed, SubjectKind, TokenId, TokenRecord};
use token_http::HttpState;
use token_http::pages::{Fields, PageError, Visit, blocking, html, html_with, in_path, redirect};

use super::form::Form;
use super::input::Input;
use super::panel::{Panel, TokensPage};
use super::reveal::Secret;
use super::{PATH, list};
use crate::access;
use crate::changelog::meanwhile;
use crate::console::Console;
use crate::forms::Ask;
use crate::looks::rendered;
use crate::notice::Notice;
use crate::panels::{Place, with};
use crate::refusal::Refusal;

/// A page around a form.
struct Around<'a> {
    visit: &'a Visit,
    state: &'a Data<HttpState>,
    console: &'a Data<Console>,
    place: Place,
    chosen: Option<TokenId>,
}

impl Around<'_> {
    async fn page(self, status: StatusCode, notice: Option<Notice>, form: Form) -> Result<HttpResponse, PageError> {
        let listing = list::load(self.place, self.visit, self.state, self.console, self.chosen).await?;
        let page = TokensPage::new(self.visit, notice, listing, Panel::Form(Box::new(form)));
        Ok(html_with(status, rendered(&page)))
    }
}

/// `GET /admin/api-tokens/new`: an empty form (S17).
pub(crate) async fn new(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
    console: Data<Console>,
) -> Result<HttpResponse, PageError> {
    let place = list::place(&request);
    let (filters, seen) = (place.filters(), visit.clone());
    let form = blocking(&state, move |state| {
        let input = Input { key: fresh_key(state)?, ..Input::default() };
        Form::typed(None, input, &[], &seen, state, &filters)
    })
    .await?;
    let listing = list::load(place, &visit, &state, &console, None).await?;
    Ok(html(rendered(&TokensPage::new(&visit, None, listing, Panel::Form(Box::new(form))))))
}

/// `POST /admin/api-tokens/new`: a new token, or the form again with everything that is wrong. The same form sent twice
/// makes one token.
pub(crate) async fn create(
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
    state: Data<HttpState>,
    console: Data<Console>,
) -> Result<HttpResponse, PageError> {
    let place = list::place(&request);
    let filters = place.filters();
    let input = Input::sent(&fields);
    let around = Around { visit: &visit, state: &state, console: &console, place, chosen: None };
    if Ask::read(fields.text("do")) != Ask::Save {
        let form = typed(&state, &visit, None, input, Vec::new(), &filters).await?;
        return around.page(StatusCode::OK, None, form).await;
    }
    let (author, asked) = (visit.author(), input.clone());
    let made = blocking(&state, move |state| {
        let key = asked.key.parse::<IdempotencyKey>().ok();
        state.admin.create_once(&author, &asked.new_token(), key.as_ref())
    })
    .await;
    let error = match made.map(|done| done.value) {
        Ok(Issued::Now(created)) if !state.admin.shows_texts() => {
            // The one time its text is shown.
            let secret = Secret::new(created.text.expose(), state.sign_in.origin());
            let form = stored(&state, &visit, created.record, &filters).await?;
            let form = Form { secret: Some(secret), ..form };
            let told = "The token is made. Copy its text now: this server shows it this once.";
            return around.page(StatusCode::CREATED, Some(Notice::good(told)), form).await;
        }
        Ok(Issued::Now(created)) => return Ok(on_to(created.record.id(), &filters, "token-created")),
        Ok(Issued::Again(created)) => return Ok(on_to(created.record.id(), &filters, "token-made-before")),
        Ok(Issued::WithoutText(record)) => return Ok(on_to(record.id(), &filters, "token-made-before")),
        Err(error) => error,
    };
    let warned = |text: &str| Some(Notice { look: "warn", text: text.to_owned() });
    let (status, notice, errors, anew) = match error.into_admin()? {
        AdminError::KeyReused => {
            let told = "This form was saved before. Save again to make another token of what is typed now.";
            (StatusCode::CONFLICT, warned(told), Vec::new(), true)
        }
        AdminError::Gone => {
            let told = "The token that this form made was deleted since. Save again to make another one.";
            (StatusCode::GONE, warned(told), Vec::new(), true)
        }
        other => {
            let Refusal { status, notice, errors, .. } = Refusal::of(other.into())?;
            (status, notice, errors, false)
        }
    };
    let input = if anew { Input { key: fresh_key(&state).map_err(PageError::from)?, ..input } } else { input };
    let form = typed(&state, &visit, None, input, errors, &filters).await?;
    around.page(status, notice, form).await
}

/// `POST /admin/api-tokens/{id}`: one save of the whole form. A save that ends the token asks once more; one made from
/// an older version saves nothing, keeps the input and shows what others changed meanwhile.
pub(crate) async fn save(
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
    state: Data<HttpState>,
    console: Data<Console>,
) -> Result<HttpResponse, PageError> {
    let id: TokenId = in_path(&request, "id", "token")?;
    let place = list::place(&request);
    let filters = place.filters();
    let input = Input::sent(&fields);
    let before = blocking(&state, move |state| state.admin.token(id)).await?;
    let around = Around { visit: &visit, state: &state, console: &console, place, chosen: Some(id) };
    let ask = Ask::read(fields.text("do"));
    let unsure = input.revoke && before.token.end().is_none() && fields.text("sure") != Some("yes");
    if ask != Ask::Save || unsure {
        let refused = if ask == Ask::Save { input.edit().err().map(|refused| refused.errors) } else { None };
        let errors = refused.unwrap_or_default();
        let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let confirm = ask == Ask::Save && errors.is_empty();
        let form = typed(&state, &visit, Some(before), input, errors, &filters).await?;
        return around.page(status, None, Form { confirm, ..form }).await;
    }
    let (author, asked) = (visit.author(), input.clone());
    let final_already = before.token.end().is_some();
    let saved = blocking(&state, move |state| {
        let edit = if final_already { asked.relabel() } else { asked.edit() };
        state.admin.edit_token(&author, id, asked.version, &edit)
    })
    .await;
    let error = match saved {
        Ok(done) => {
            let ended = input.revoke && !final_already;
            let unchanged = done.value == before;
            let said = if ended {
                "token-revoked"
            } else if unchanged {
                "token-unchanged"
            } else {
                "token-saved"
            };
            return Ok(on_to(id, &filters, said));
        }
        Err(error) => error,
    };
    let Refusal { status, notice, errors, current } = Refusal::of(error)?;
    let form = match current {
        Some(current) => stale(&state, &visit, id, input, current, &filters).await?,
        None => typed(&state, &visit, Some(before), input, errors, &filters).await?,
    };
    around.page(status, notice, form).await
}

/// The form with somebody's input over what is stored now, and what others saved meanwhile.
async fn stale(
    state: &Data<HttpState>,
    visit: &Visit,
    id: TokenId,
    input: Input,
    current: u64,
    filters: &str,
) -> Result<Form, PageError> {
    let (visit, filters) = (visit.clone(), filters.to_owned());
    blocking(state, move |state| {
        let record = state.admin.token(id)?;
        let names = access::names(state, &record.token.grant().roles)?;
        let meanwhile = meanwhile(state, (SubjectKind::Token, &id.to_string()), (input.version, current), &names)?;
        let input = Input { version: Some(record.version), ..input };
        let form = Form::typed(Some(&record), input, &[], &visit, state, &filters)?;
        Ok(Form { meanwhile, is_stale: true, ..form })
    })
    .await
}

async fn typed(
    state: &Data<HttpState>,
    visit: &Visit,
    record: Option<TokenRecord>,
    input: Input,
    errors: Vec<FieldError>,
    filters: &str,
) -> Result<Form, PageError> {
    let (visit, filters) = (visit.clone(), filters.to_owned());
    blocking(state, move |state| Form::typed(record.as_ref(), input, &errors, &visit, state, &filters)).await
}

async fn stored(state: &Data<HttpState>, visit: &Visit, record: TokenRecord, filters: &str) -> Result<Form, PageError> {
    let (visit, filters) = (visit.clone(), filters.to_owned());
    blocking(state, move |state| Form::of(&record, &visit, state, &filters)).await
}

fn on_to(id: TokenId, filters: &str, done: &str) -> HttpResponse {
    redirect(&with(&format!("{PATH}/{id}{filters}"), "done", done))
}

/// By which a repeated save is known: 128 random bits.
pub(super) fn fresh_key(state: &HttpState) -> Result<String, AdminError> {
    let mut bytes = [0; 16];
    state.randomness.fill(&mut bytes).map_err(|RandomnessFailed| AdminError::Randomness(RandomnessFailed))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
