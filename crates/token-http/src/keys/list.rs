//! Lists signing keys.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_wire::KeysView;

use super::view;
use crate::answer::json;
use crate::author::Asking;
use crate::error::ApiError;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `GET /api/v1/keys`: all keys, oldest first, withdrawn ones too.
pub(crate) async fn list(_: Asking, NoQuery: NoQuery, state: Data<HttpState>) -> Result<HttpResponse, ApiError> {
    let keys = blocking(&state, |state| state.admin.keys()).await?;
    Ok(json(&KeysView { items: keys.iter().map(|key| view(&state, key)).collect() }))
}
