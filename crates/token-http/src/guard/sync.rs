//! A guard says how far it has come, and learns what has happened since.

use core::time::Duration;

use actix_web::HttpResponse;
use actix_web::rt::time::{sleep, timeout};
use actix_web::web::Data;
use token_admin::AdminError;
use token_core::{CaughtUp, Continuity, Head, NodeId, Renewal, Seq};
use token_wire::{GuardSyncRequest, GuardSyncView};

use super::lease_ms;
use crate::answer::json;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// How often a waiting answer looks whether there is something new; it looks at a number in memory.
const GLANCE: Duration = Duration::from_millis(4);

/// `POST /api/v1/guard/sync` `{node, nonce, epoch, seq, digest, wait_ms}`: 200 and what has happened since, at once or when
/// there is something, after `wait_ms` or half a lease at the latest.
pub(crate) async fn sync(
    NoQuery: NoQuery,
    JsonBody(body): JsonBody,
    state: Data<HttpState>,
) -> Result<HttpResponse, ApiError> {
    let GuardSyncRequest { node, nonce, known, wait_ms } = GuardSyncRequest::read(body)?;
    let (renewal, mut caught) = blocking(&state, move |state| begin(state, node, &known)).await?;
    let wait = Duration::from_millis(wait_ms).min(state.everywhere.lease() / 2);
    if caught.head == known && !wait.is_zero() {
        // A waiting answer holds neither a thread nor a connection.
        let _ = timeout(wait, news(&state, known.seq)).await;
        caught = blocking(&state, move |state| since(state, &known)).await?;
    }
    Ok(json(&GuardSyncView::new(&nonce, renewal, lease_ms(&state), &caught)))
}

/// Commits the registration, and only then reads.
fn begin(state: &HttpState, node: Option<NodeId>, known: &Head) -> Result<(Option<Renewal>, CaughtUp), AdminError> {
    let Some(node) = node else { return Ok((None, since(state, known)?)) };
    let before = since(state, known)?;
    let applied = match before.continuity {
        Continuity::Unbroken => known.seq,
        // Whatever it has applied was another log.
        Continuity::OtherEpoch => Seq::ZERO,
        // Nobody may go by what this guard knows, and by its number less than ever.
        Continuity::GoneBack => return Ok((None, before)),
    };
    let renewal = state.remote.renew(node, applied).map_err(AdminError::Store)?;
    Ok((Some(renewal), since(state, known)?))
}

fn since(state: &HttpState, known: &Head) -> Result<CaughtUp, AdminError> {
    state.remote.since(known).map_err(AdminError::Store)
}

/// Waits until the guard of this node has heard of more.
async fn news(state: &HttpState, known: Seq) {
    while state.guard.applied().seq <= known {
        sleep(GLANCE).await;
    }
}
