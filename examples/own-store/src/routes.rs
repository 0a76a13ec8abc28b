//! The routes of the service; each says in its signature what a caller needs.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{delete, get, post};
use token_core::{Clock, TokenId};
use token_guard::tower::GuardLayer;
use token_guard::{Caller, Guard, Require};

use crate::desk::{Desk, Failure};

token_guard::requirement! {
    /// May see assets.
    ReadAssets = "assets:read";
    /// May make tokens, which see assets and do nothing else.
    CreateTokens = "tokens:create";
    /// May end any token.
    RevokeTokens = "tokens:revoke";
}

/// Everything but `/healthz` is behind the guard.
pub(crate) fn router(guard: Arc<Guard>, clock: Arc<dyn Clock>, desk: Arc<Desk>) -> Router {
    let layer =
        GuardLayer::new(guard, clock, |extensions| extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip()));
    let guarded = Router::new()
        .route("/me", get(me))
        .route("/assets", get(list))
        .route("/tokens", post(create))
        .route("/tokens/{id}", delete(revoke))
        .layer(layer);
    guarded.route("/healthz", get(async || StatusCode::NO_CONTENT)).with_state(desk)
}

async fn list(caller: Require<ReadAssets>) -> String {
    format!("the assets, for {}\n", caller.caller().name())
}

/// For every good token.
async fn me(caller: Caller) -> String {
    format!("{}\n", caller.id())
}

async fn create(_: Require<CreateTokens>, desk: State<Arc<Desk>>, name: String) -> Result<String, Failed> {
    let text = desk.issue(name.trim(), &["allow assets:read"])?;
    Ok(format!("{}\n", text.expose()))
}

async fn revoke(caller: Require<RevokeTokens>, desk: State<Arc<Desk>>, id: Path<String>) -> Result<StatusCode, Failed> {
    let Ok(id) = id.parse::<TokenId>() else { return Ok(StatusCode::NOT_FOUND) };
    desk.revoke(id, caller.caller().actor())?;
    Ok(StatusCode::NO_CONTENT)
}

/// What went wrong at the desk, as an answer.
struct Failed(Failure);

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> axum::response::Response {
        let status = match self.0 {
            Failure::Name(_) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, format!("{}\n", self.0)).into_response()
    }
}

#[cfg(test)]
mod tests;
