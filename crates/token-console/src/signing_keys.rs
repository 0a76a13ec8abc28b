//! The view *Signing keys*: what signs, what verifies, and the end of a key.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use token_admin::{AdminError, Begin, RotateKey, rights};
use token_core::{Algorithm, KeyId, KeyState, PublicKey, SubjectKind, UnixSeconds};
use token_http::HttpState;
use token_http::pages::{Fields, PageError, Query, Visit, blocking, html, html_with, in_path, redirect};

use crate::counts::counted;
use crate::forms::asks_for;
use crate::looks::rendered;
use crate::moment;
use crate::notice::{Notice, done};
use crate::panels::Mark;
use crate::refusal::Refusal;
use crate::shell::{Shell, View};

const PATH: &str = "/admin/signing-keys";

/// One key.
struct KeyRow {
    id: String,
    algorithm: &'static str,
    mark: Mark,
    age: String,
    /// What it does, in words.
    does: String,
    may_withdraw: bool,
}

#[derive(Template)]
#[template(path = "keys/page.html")]
struct KeysPage {
    shell: Shell,
    keys: Vec<KeyRow>,
    may_rotate: bool,
    can_sign: bool,
    publication: String,
}

/// `GET /admin/signing-keys`.
pub(crate) async fn page(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let notice = done(&mut Query::parse(request.query_string()));
    Ok(html(keys_page(&visit, &state, notice).await?))
}

async fn keys_page(visit: &Visit, state: &Data<HttpState>, notice: Option<Notice>) -> Result<String, PageError> {
    let may_withdraw = visit.may(&rights::KEYS_WITHDRAW);
    let now = visit.now();
    let keys = blocking(state, move |state| {
        let keys = state.admin.keys()?;
        // Newest first.
        Ok(keys.iter().rev().map(|key| row(state, key, may_withdraw, now)).collect::<Vec<_>>())
    })
    .await?;
    Ok(rendered(&KeysPage {
        shell: Shell::new("Signing keys", View::SigningKeys, visit).saying(notice),
        keys,
        may_rotate: visit.may(&rights::KEYS_ROTATE),
        can_sign: state.admin.can_sign(),
        publication: format!("{} s", state.admin.key_publication().as_secs()),
    }))
}

fn row(state: &HttpState, key: &PublicKey, may_withdraw: bool, now: UnixSeconds) -> KeyRow {
    let (mark, does) = match key.state {
        KeyState::Next => {
            let from = state.admin.signs_from(key).map(moment::date_time).unwrap_or_default();
            (Mark { look: "warn", word: "next" }, format!("published; signs from {from} on"))
        }
        KeyState::Signing => (Mark { look: "good", word: "signing" }, "signs new texts".to_owned()),
        KeyState::Retired => (Mark { look: "plain", word: "retired" }, "signs nothing new, still verifies".to_owned()),
        KeyState::Withdrawn => (Mark { look: "bad", word: "withdrawn" }, "verifies nothing".to_owned()),
    };
    KeyRow {
        id: key.id.as_str().to_owned(),
        algorithm: key.algorithm.as_str(),
        mark,
        age: format!("{} ({})", moment::date_time(key.created_at), moment::ago(key.created_at, now)),
        does,
        may_withdraw: may_withdraw && key.state.verifies(),
    }
}

/// `POST /admin/signing-keys/rotate`: a new key, published before it signs, or signing at once.
pub(crate) async fn rotate(visit: Visit, fields: Fields, state: Data<HttpState>) -> Result<HttpResponse, PageError> {
    if !asks_for(&fields, "rotate") {
        return Ok(redirect(PATH));
    }
    let algorithm: Option<Algorithm> = fields.text("algorithm").and_then(|text| text.parse().ok());
    let begin = if fields.text("begin") == Some("now") { Begin::Now } else { Begin::Published };
    let author = visit.author();
    let made = blocking(&state, move |state| state.admin.rotate_key(&author, &RotateKey { algorithm, begin })).await;
    let refusal = match made {
        Ok(_) => return Ok(redirect(&format!("{PATH}?done=key-rotated"))),
        Err(error) => Refusal::of(error)?,
    };
    let told = refusal.errors.first().map(|error| Notice::bad(crate::forms::sentence(&error.detail)));
    Ok(html_with(refusal.status, keys_page(&visit, &state, refusal.notice.or(told)).await?))
}

#[derive(Template)]
#[template(path = "keys/withdraw.html")]
struct WithdrawPage {
    shell: Shell,
    id: String,
    texts: String,
    signs: bool,
}

/// `GET /admin/signing-keys/{kid}/withdraw`: the question, with how many texts it hits.
pub(crate) async fn withdraw_page(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let id: KeyId = in_path(&request, "kid", "key")?;
    let wanted = id.clone();
    let (key, texts) = blocking(&state, move |state| {
        let key = state.admin.keys()?.into_iter().find(|key| key.id == wanted);
        let key = key.ok_or(AdminError::NotFound(SubjectKind::Key))?;
        Ok((key, state.admin.live_texts(&wanted)?))
    })
    .await?;
    if !key.state.verifies() {
        return Ok(redirect(PATH));
    }
    let page = WithdrawPage {
        shell: Shell::new("Withdraw a key", View::SigningKeys, &visit),
        id: id.as_str().to_owned(),
        texts: counted(texts, "good text", "good texts"),
        signs: key.state == KeyState::Signing,
    };
    Ok(html(rendered(&page)))
}

/// `POST /admin/signing-keys/{kid}/withdraw`: no text that the key signed is accepted any more.
pub(crate) async fn withdraw(
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let id: KeyId = in_path(&request, "kid", "key")?;
    if !asks_for(&fields, "withdraw") {
        return Ok(redirect(&format!("{PATH}/{id}/withdraw")));
    }
    let author = visit.author();
    blocking(&state, move |state| state.admin.withdraw_key(&author, &id)).await?;
    Ok(redirect(&format!("{PATH}?done=key-withdrawn")))
}
