//! The answer to a request that made a text, or made it before.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use token_admin::{Created, Issued};
use token_core::UnixSeconds;
use token_wire::{CreatedView, TokenView};

use crate::answer::{created, versioned};

/// On an answer to a request that was done before.
const REPLAYED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true"));

/// 201, the token and its text; 200 and the token alone where a repeated request is shown no text any more.
pub(super) fn answer(issued: Issued, now: UnixSeconds) -> HttpResponse {
    match issued {
        Issued::Now(made) => with_text(&made, now),
        Issued::Again(made) => replayed(with_text(&made, now)),
        Issued::WithoutText(record) => replayed(versioned(record.version, &TokenView::new(&record, now))),
    }
}

fn with_text(made: &Created, now: UnixSeconds) -> HttpResponse {
    let view = CreatedView { object: TokenView::new(&made.record, now), token: made.text.expose().to_owned() };
    created(format!("/api/v1/tokens/{}", made.record.id()), made.record.version, &view)
}

fn replayed(mut response: HttpResponse) -> HttpResponse {
    let (name, value) = REPLAYED;
    response.headers_mut().insert(name, value);
    response
}
