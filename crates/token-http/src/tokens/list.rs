//! Lists tokens.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_core::{
    CreatedBy, TokenCount, TokenId, TokenName, TokenPosition, TokenQuery, TokenSort, TokenStateFilter, UnixMicros,
    UnixSeconds, UserId,
};
use token_wire::{TokenPageView, TokenView, parse_end, parse_from};

use crate::answer::json;
use crate::author::Asking;
use crate::cursor::Cursors;
use crate::error::ApiError;
use crate::query::Query;
use crate::state::{HttpState, blocking};

/// `GET /api/v1/tokens?name=&state=&role=&expires_before=&unused_since=&created_by=&sort=&total=&cursor=&limit=`: one page. Nobody
/// waits for a total that was not asked for.
pub(crate) async fn list(asking: Asking, mut query: Query, state: Data<HttpState>) -> Result<HttpResponse, ApiError> {
    let now = asking.now;
    let (wanted, cursors) = wanted(&mut query, &asking, &state);
    let counted = query.parsed("total", "expected `true`, or nothing at all", |text| (text == "true").then_some(()));
    let wanted = query.finish(wanted)?;
    let (page, count) = blocking(&state, move |state| {
        let store = state.admin.store();
        let count = counted.map(|()| store.count_tokens(&wanted)).transpose()?;
        Ok((store.list_tokens(&wanted)?, count))
    })
    .await?;
    Ok(json(&TokenPageView {
        items: page.items.iter().map(|token| TokenView::new(token, now)).collect(),
        next: page.next.map(|next| cursors.seal(&sealed(&next))),
        total: count.map(|TokenCount { total, .. }| total),
        total_is_exact: count.map(|TokenCount { exact, .. }| exact),
    }))
}

/// What the parameters ask for, and the cursors of that question.
pub(crate) fn wanted(query: &mut Query, asking: &Asking, state: &HttpState) -> (TokenQuery, Cursors) {
    let cursors = Cursors::new(&state.cursor_key, "tokens.2", asking.id(), query);
    let wanted = TokenQuery {
        name: query.needle("name").map(|needle| TokenName::fold_needle(&needle)),
        state: query.parsed("state", "expected `active`, `expired` or `revoked`", state_filter),
        role: query.typed("role", "expected the id of a role"),
        expires_before: query
            .parsed("expires_before", "expected a date or an RFC 3339 time", |text| parse_end(text).ok()),
        unused_since: query.parsed("unused_since", "expected a date or an RFC 3339 time", begin),
        created_by: query.parsed("created_by", "expected the id of a person or token, or `command line`", creator),
        sort: query.parsed("sort", &one_of_the_orders(), TokenSort::by_name).unwrap_or(TokenSort::NEWEST),
        now: asking.now,
        after: cursors.position(query, position),
        limit: query.limit(state.limits.max_page),
    };
    (wanted, cursors)
}

/// A second, or the first one of a day.
fn begin(text: &str) -> Option<UnixSeconds> {
    parse_from(text).ok().filter(|time| time.get() % 1_000_000 == 0).map(UnixMicros::seconds)
}

fn state_filter(text: &str) -> Option<TokenStateFilter> {
    match text {
        "active" => Some(TokenStateFilter::Active),
        "expired" => Some(TokenStateFilter::Expired),
        "revoked" => Some(TokenStateFilter::Revoked),
        _ => None,
    }
}

fn creator(text: &str) -> Option<CreatedBy> {
    let token = |text: &str| text.parse::<TokenId>().map(|id| *id.as_bytes());
    match text {
        "command line" => Some(CreatedBy::CommandLine),
        id => token(id).or_else(|_| id.parse::<UserId>().map(|id| *id.as_bytes())).ok().map(CreatedBy::Id),
    }
}

fn one_of_the_orders() -> String {
    let names: Vec<String> = TokenSort::ALL.iter().map(|(name, _)| format!("`{name}`")).collect();
    format!("expected one of {}", names.join(", "))
}

/// A place as a cursor holds it.
pub(crate) fn sealed(position: &TokenPosition) -> Vec<u8> {
    [position.id.as_bytes().as_slice(), &position.ends.to_be_bytes(), position.name.as_bytes()].concat()
}

fn position(bytes: &[u8]) -> Option<TokenPosition> {
    let (id, rest) = bytes.split_first_chunk::<16>()?;
    let (ends, name) = rest.split_first_chunk::<8>()?;
    Some(TokenPosition {
        id: TokenId::from_bytes(*id).ok()?,
        name: core::str::from_utf8(name).ok()?.to_owned(),
        ends: i64::from_be_bytes(*ends),
    })
}
