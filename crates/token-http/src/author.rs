//! Who asks, and from where.

use core::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use token_core::{Author, Origin, RequestId, UnixSeconds};
use token_guard::Caller;

use crate::error::ApiError;

/// What is known of a request before anything else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrived {
    /// How logs, problems and the changelog name it.
    pub(crate) id: RequestId,
    /// When its head had come.
    pub(crate) now: UnixSeconds,
    /// The client's address.
    pub(crate) address: Option<IpAddr>,
}

/// The admitted caller of this request. Handlers take it first.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(crate) caller: Caller,
    pub(crate) now: UnixSeconds,
    origin: Origin,
}

impl Asking {
    /// As the changelog will name it.
    pub(crate) fn author(&self) -> Author {
        Author { actor: self.caller.actor(), origin: self.origin }
    }
}

impl FromRequest for Asking {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let extensions = request.extensions();
        let known = extensions.get::<Caller>().zip(extensions.get::<Arrived>());
        // The table of routes names a need for every handler that asks; without one nobody was admitted.
        ready(known.ok_or(ApiError::Internal("a handler asks for a caller that its route does not need")).map(
            |(caller, arrived)| Self {
                caller: caller.clone(),
                now: arrived.now,
                origin: Origin { address: arrived.address, request: Some(arrived.id) },
            },
        ))
    }
}
