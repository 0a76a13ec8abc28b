//! A change is in force on every node before it is answered, and the answer says so.

use std::sync::Arc;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest, web};
use token_core::{Durability, Seq};
use token_guard::Effective;
use tokio::sync::oneshot;

use crate::asker::Asker;
use crate::routes::waits_for_all;
use crate::state::HttpState;

/// The name of the field that tells it.
pub(crate) const FIELD: HeaderName = HeaderName::from_static("tokenward-effective");

/// Waits until whatever this request changed is in force on every node; `None` for a request that changes nothing.
///
/// Nothing is classified but what guards themselves say: every other request of an admitted asker that is not a mere
/// reading waits, for everything that was written before its answer, also by others. So a second revocation waits for the
/// first, and so does the 404 of a second deletion.
pub(crate) async fn wait(
    state: &Arc<HttpState>,
    path: Option<&str>,
    http: &HttpRequest,
    status: StatusCode,
) -> Option<Effective> {
    let reads = matches!(*http.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let asked = http.extensions().get::<Asker>().is_some();
    if reads || !asked || !may_have_changed(status) || !waits_for_all(path, http.method()) {
        return None;
    }
    // Whatever was written was committed before: the wait counts from here, however long the look takes.
    let began = state.everywhere.now();
    let guard = Arc::clone(&state.guard);
    let looked = web::block(move || guard.look()).await;
    // Where this node cannot look, it does not know what to wait for, and waits for as long as any node believes anything.
    let seq = looked.ok().and_then(Result::ok).map_or(Seq::new(u64::MAX), |head| head.seq);
    let (tell, told) = oneshot::channel();
    state.everywhere.tell(seq, began, move |effective| {
        let _ = tell.send(effective);
    });
    let effective = told.await.ok();
    effective.inspect(|effective| state.metrics.in_force(effective))
}

/// Whether an answer with this status may stand for something that was written, now or by an earlier request.
fn may_have_changed(status: StatusCode) -> bool {
    let of_the_state = [StatusCode::NOT_FOUND, StatusCode::CONFLICT, StatusCode::GONE, StatusCode::PRECONDITION_FAILED];
    status.is_success() || status.is_redirection() || of_the_state.contains(&status)
}

/// The value of the field: `everywhere; seq=12; nodes=3; waited-ms=7; durable=local`.
pub(crate) fn value(effective: &Effective, durability: Durability) -> Option<HeaderValue> {
    let waited = effective.waited.as_millis();
    let seq = Some(effective.seq.get()).filter(|seq| *seq != u64::MAX);
    let seq = seq.map_or_else(String::new, |seq| format!(" seq={seq};"));
    HeaderValue::from_str(&format!(
        "everywhere;{seq} nodes={}; waited-ms={waited}; durable={durability}",
        effective.nodes
    ))
    .ok()
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    #[test]
    fn the_field_tells_what_was_waited_for() {
        let told = |seq| {
            let effective = Effective { seq: Seq::new(seq), nodes: 3, waited: Duration::from_micros(7_900) };
            value(&effective, Durability::Local).unwrap()
        };
        assert_eq!(told(12), "everywhere; seq=12; nodes=3; waited-ms=7; durable=local");
        assert_eq!(told(u64::MAX), "everywhere; nodes=3; waited-ms=7; durable=local");
    }

    #[test]
    fn refusals_that_are_no_state_change_nothing() {
        for (status, changed) in
            [(200, true), (204, true), (303, true), (404, true), (412, true), (401, false), (422, false)]
        {
            assert_eq!(may_have_changed(StatusCode::from_u16(status).unwrap()), changed, "{status}");
        }
        assert!(!may_have_changed(StatusCode::SERVICE_UNAVAILABLE));
    }
}
