//! A guard elsewhere tells what it has counted.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::AdminError;
use token_core::{StoreError, TokenUsage};
use token_wire::GuardUsageRequest;

use crate::body::JsonBody;
use crate::error::ApiError;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `POST /api/v1/guard/usage` `{usage}`: 204 when it was added to the numbers of the tokens; those of tokens that are not there
/// any more are dropped. With another status nothing was added, but with `outcome-unknown` perhaps.
pub(crate) async fn usage(
    NoQuery: NoQuery,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let GuardUsageRequest { usage } = GuardUsageRequest::read(body, state.clock.now().seconds())?;
    blocking(&state, move |state| record(state, &usage).map_err(AdminError::Store)).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn record(state: &HttpState, usage: &[TokenUsage]) -> Result<(), StoreError> {
    match state.admin.store().record_usage(usage) {
        Ok(busy) => {
            // Whether these are being deleted will be known when this server hands over its own.
            let later = usage.iter().filter(|usage| busy.contains(&usage.token)).cloned();
            state.guard.return_usage(&later.collect::<Vec<_>>());
            Ok(())
        }
        // Who is told of a failure sends again, and nothing is to be added twice.
        Err(error @ StoreError::OutcomeUnknown(_)) => {
            tracing::warn!(error = %error, "counts of calls at another service may be lost; they are not stored twice");
            Ok(())
        }
        Err(error) => Err(error),
    }
}
