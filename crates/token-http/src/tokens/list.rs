//! Lists tokens.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_core::{TokenId, TokenName, TokenPosition, TokenQuery, TokenStateFilter};
use token_wire::{PageView, TokenView};

use crate::answer::json;
use crate::author::Asking;
use crate::cursor::Cursors;
use crate::error::ApiError;
use crate::query::Query;
use crate::state::{HttpState, blocking};

/// `GET /api/v1/tokens?name=&state=&role=&cursor=&limit=`: one page, newest first.
pub(crate) async fn list(asking: Asking, mut query: Query, state: Data<HttpState>) -> Result<HttpResponse, ApiError> {
    let (now, max) = (asking.now, state.limits.max_page);
    let cursors = Cursors::new(&state.cursor_key, "tokens.1", asking.id(), &query);
    let wanted = TokenQuery {
        name: query.needle("name").map(|needle| TokenName::fold_needle(&needle)),
        state: query.parsed("state", "expected `active`, `expired` or `revoked`", state_filter),
        role: query.typed("role", "expected the id of a role"),
        now,
        after: cursors.position(&mut query, position),
        limit: query.limit(max),
    };
    let wanted = query.finish(wanted)?;
    let page = blocking(&state, move |state| Ok(state.admin.store().list_tokens(&wanted)?)).await?;
    let next = page.next.map(|TokenPosition(id)| cursors.seal(id.as_bytes()));
    Ok(json(&PageView { items: page.items.iter().map(|token| TokenView::new(token, now)).collect(), next }))
}

fn state_filter(text: &str) -> Option<TokenStateFilter> {
    match text {
        "active" => Some(TokenStateFilter::Active),
        "expired" => Some(TokenStateFilter::Expired),
        "revoked" => Some(TokenStateFilter::Revoked),
        _ => None,
    }
}

fn position(bytes: &[u8]) -> Option<TokenPosition> {
    TokenId::from_bytes(bytes.try_into().ok()?).ok().map(TokenPosition)
}
