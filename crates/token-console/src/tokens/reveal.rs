//! *Show token*: the text, what is in it, and a first call with it.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use token_core::TokenId;
use token_http::HttpState;
use token_http::pages::{Fields, PageError, Visit, blocking, html_with, in_path, redirect};

use super::form::Form;
use super::panel::{Panel, TokensPage};
use super::{PATH, list};
use crate::console::Console;
use crate::forms::{asks_for, sentence};
use crate::looks::rendered;

/// A text as the page shows it.
pub(super) struct Secret {
    pub(super) text: String,
    pub(super) header: String,
    pub(super) claims: String,
    pub(super) curl: String,
}

impl Secret {
    pub(super) fn new(text: &str, origin: &str) -> Self {
        let mut segments = text.split('.').map(decoded);
        Self {
            header: segments.next().flatten().unwrap_or_default(),
            claims: segments.next().flatten().unwrap_or_default(),
            curl: format!("curl -H 'Authorization: Bearer {text}' {origin}/api/v1/whoami"),
            text: text.to_owned(),
        }
    }
}

/// The JSON of one segment, a member a line.
fn decoded(segment: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(segment).ok()?;
    let value: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    serde_json::to_string_pretty(&value).ok()
}

/// `POST /admin/api-tokens/{id}/show`: the token's page with its text, this once (S11). Each time is an event (S13).
pub(crate) async fn reveal(
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
    state: Data<HttpState>,
    console: Data<Console>,
) -> Result<HttpResponse, PageError> {
    let id: TokenId = in_path(&request, "id", "token")?;
    let place = list::place(&request);
    let filters = place.filters();
    if !asks_for(&fields, "show") {
        return Ok(redirect(&format!("{PATH}/{id}{filters}")));
    }
    let (author, seen) = (visit.author(), visit.clone());
    let shown = blocking(&state, move |state| state.admin.reveal_token(&author, id, None)).await;
    let (status, secret, problem) = match shown {
        Ok(done) => {
            let secret = Secret::new(done.value.text.expose(), state.sign_in.origin());
            (StatusCode::OK, Some(secret), None)
        }
        Err(error) => {
            let told = error.told();
            if told.status == 404 || 500 <= told.status {
                return Err(error);
            }
            let status = StatusCode::from_u16(told.status).unwrap_or(StatusCode::CONFLICT);
            (status, None, Some(sentence(&told.detail.unwrap_or(told.title))))
        }
    };
    let listing = list::load(place, &visit, &state, &console, Some(id)).await?;
    let form = blocking(&state, move |state| {
        let record = state.admin.token(id)?;
        Form::of(&record, &seen, state, &filters)
    })
    .await?;
    let form = Form { secret, secret_problem: problem, ..form };
    Ok(html_with(status, rendered(&TokensPage::new(&visit, None, listing, Panel::Form(Box::new(form))))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s11_the_decoded_parts_stand_beside_the_text() {
        let text = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.AA";
        let secret = Secret::new(text, "https://tokens.example");
        assert_eq!(secret.header, "{\n  \"alg\": \"EdDSA\"\n}");
        assert_eq!(secret.claims, "{\n  \"sub\": \"x\"\n}");
        assert_eq!(secret.curl, format!("curl -H 'Authorization: Bearer {text}' https://tokens.example/api/v1/whoami"));
    }
}
