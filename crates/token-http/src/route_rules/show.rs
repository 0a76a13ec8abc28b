//! All route rules.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_wire::RoutesView;

use super::source;
use crate::answer::versioned;
use crate::author::Asking;
use crate::error::ApiError;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `GET /api/v1/routes`: the rules this node goes by, and their version.
pub(crate) async fn show(_: Asking, NoQuery: NoQuery, state: Data<HttpState>) -> Result<HttpResponse, ApiError> {
    let routes = blocking(&state, |state| state.admin.routes()).await?;
    Ok(versioned(routes.routes.version, &RoutesView::new(&routes.routes, source(routes.source))))
}
