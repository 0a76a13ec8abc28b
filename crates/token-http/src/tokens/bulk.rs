//! Ends many tokens at once.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::{BulkAction, BulkChoice, BulkEnd};
use token_core::{TokenName, TokenQuery, UnixSeconds, limits};
use token_wire::{BulkActionRequest, BulkChoiceRequest, BulkFilterRequest, BulkItemView, BulkRequest, BulkView};

use crate::answer::json;
use crate::author::Asking;
use crate::body::JsonBody;
use crate::error::{ApiError, submitted_with};
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/tokens/bulk` `{ids or filter with expected_count, action, reason?}`: 200 and what happened to each; 409
/// when another number matches, 413 for more than 1 000.
pub(crate) async fn bulk(
    asking: Asking,
    NoQuery: NoQuery,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let (now, author) = (asking.now, asking.author());
    let wanted = submitted_with(BulkRequest::read(body), |request| command(request, now), |good| good.map(action))?;
    let done = blocking(&state, move |state| state.admin.end_tokens(&author, &wanted)).await?.value;
    let item = |(id, result): (token_core::TokenId, token_admin::BulkResult)| BulkItemView {
        id: id.to_string(),
        result: result.as_str().to_owned(),
    };
    Ok(json(&BulkView { results: done.into_iter().map(item).collect() }))
}

fn command(BulkRequest { choice, action: wanted, reason }: BulkRequest, now: UnixSeconds) -> BulkEnd {
    let choice = match choice {
        BulkChoiceRequest::Ids(ids) => BulkChoice::Ids(ids),
        BulkChoiceRequest::Filter(filter, expected) => {
            BulkChoice::Matching { query: Box::new(query(filter, now)), expected }
        }
    };
    BulkEnd { choice, action: action(wanted), reason }
}

fn action(request: BulkActionRequest) -> BulkAction {
    match request {
        BulkActionRequest::Revoke => BulkAction::Revoke,
        BulkActionRequest::Delete => BulkAction::Delete,
    }
}

fn query(filter: BulkFilterRequest, now: UnixSeconds) -> TokenQuery {
    let BulkFilterRequest { name, state, role } = filter;
    let name = name.map(|needle| TokenName::fold_needle(&needle));
    TokenQuery { name, state, role, ..TokenQuery::newest(now, limits::BULK) }
}
