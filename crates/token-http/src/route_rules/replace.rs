//! Replaces all route rules.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::RoutesSource;
use token_wire::{RouteRulesRequest, RoutesView};

use super::source;
use crate::answer::versioned;
use crate::author::Asking;
use crate::body::JsonBody;
use crate::error::{ApiError, submitted};
use crate::if_match::IfMatch;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `PUT /api/v1/routes` with `If-Match`: the rules as they are now; in force with the next call.
pub(crate) async fn replace(
    asking: Asking,
    NoQuery: NoQuery,
    IfMatch(expected): IfMatch,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let rules = submitted(RouteRulesRequest::read(body), |request| request.rules)?;
    let author = asking.author();
    let routes = blocking(&state, move |state| state.admin.set_routes(&author, expected, &rules)).await?.value;
    Ok(versioned(routes.version, &RoutesView::new(&routes, source(RoutesSource::Database))))
}
