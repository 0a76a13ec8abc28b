//! The end of a token by one of its texts (RFC 7009).

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::PresentedEnd;
use token_core::Reason;
use token_guard::{Arrival, Question, Refusal};

use super::{OAuthForm, certain, inspect};
use crate::asker::Asker;
use crate::author::{Arrived, Asking};
use crate::error::ApiError;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// Why, as the changelog tells it.
const REASON: &str = "revoked at the revocation endpoint";

/// `POST /oauth2/revoke`: 200 whatever the text is. A token ends itself, and any other if it holds `tokens:revoke`.
pub(crate) async fn revoke(
    asking: Asking,
    arrived: Arrived,
    NoQuery: NoQuery,
    mut form: OAuthForm,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let text = form.take_text();
    let text = form.finish(text)?;
    // From where the token may be used is of no account: nobody uses it.
    let question = Question { call: Arrival { now: arrived.now, peer: None }, asked_from: arrived.address };
    let found = inspect(&state, text, question).await?;
    let named = match found.verdict {
        Err(Refusal::Invalid) => None,
        Err(refusal) => certain(refusal).map(|()| found.named)?,
        Ok(_) => found.named,
    };
    let Some((token, credential)) = named else { return Ok(done()) };
    let reason: Reason = REASON.parse().map_err(|_| ApiError::Internal("a reason of ours is none"))?;
    let author = asking.author();
    let act = move |state: &HttpState| state.admin.revoke_presented(&author, token, credential, &reason);
    if blocking(&state, act).await?.value == PresentedEnd::OfAnother
        && let Asker::Token(caller) = &asking.asker
    {
        state.guard.count_forbidden(Some(caller.id()));
    }
    Ok(done())
}

/// Clients read the status alone (RFC 7009 §2.2).
fn done() -> HttpResponse {
    HttpResponse::Ok().finish()
}
