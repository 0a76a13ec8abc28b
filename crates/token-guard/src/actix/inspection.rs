//! Questions about texts, beside the event loop.

use std::sync::Arc;

use actix_web::error::BlockingError;
use actix_web::rt::time::timeout;
use actix_web::web;

use crate::patience::late;
use crate::{Guard, Inspection, Question};

/// Asks about a text beside the event loop, for what [`Guard::inspect_warm`] does not know. A database that says nothing
/// is not waited for without end: then nobody knows whether the text is good.
///
/// # Errors
///
/// [`BlockingError`] when the guard panicked.
pub async fn inspect_cold(guard: &Arc<Guard>, text: String, question: Question) -> Result<Inspection, BlockingError> {
    let asking = Arc::clone(guard);
    let found = timeout(guard.patience(), web::block(move || asking.inspect(&text, question))).await;
    found.unwrap_or_else(|_| Ok(Inspection { named: None, verdict: Err(late()) }))
}
