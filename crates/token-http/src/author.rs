//! Who asks, and from where.

use core::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use token_core::{Author, Origin, RequestId, UnixSeconds};

use crate::asker::{Asker, AskerId, Person};
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

impl Arrived {
    /// Where a change comes from.
    pub(crate) fn origin(&self) -> Origin {
        Origin { address: self.address, request: Some(self.id) }
    }
}

impl FromRequest for Arrived {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let arrived = request.extensions().get::<Self>().copied();
        ready(arrived.ok_or(ApiError::Internal("a request without frame")))
    }
}

/// Whoever this request was admitted for. Handlers take it first.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(crate) asker: Asker,
    pub(crate) now: UnixSeconds,
    origin: Origin,
}

impl Asking {
    /// Somebody who is signed in.
    pub(crate) fn of_person(person: Person, arrived: Arrived) -> Self {
        Self { asker: Asker::Person(person), now: arrived.now, origin: arrived.origin() }
    }

    /// As the changelog will name it.
    pub(crate) fn author(&self) -> Author {
        Author { actor: self.asker.actor(), origin: self.origin }
    }

    /// For whatever belongs to one asker alone.
    pub(crate) fn id(&self) -> AskerId {
        self.asker.id()
    }

    /// Whoever signed in; for routes that need that.
    pub(crate) fn person(&self) -> Result<&Person, ApiError> {
        match &self.asker {
            Asker::Person(person) => Ok(person),
            Asker::Token(_) => Err(ApiError::SessionRequired),
        }
    }
}

impl FromRequest for Asking {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let extensions = request.extensions();
        let known = extensions.get::<Asker>().zip(extensions.get::<Arrived>());
        // The table of routes names a need for every handler that asks; without one nobody was admitted.
        ready(
            known
                .ok_or(ApiError::Internal("a handler asks for somebody that its route does not need"))
                .map(|(asker, arrived)| Self { asker: asker.clone(), now: arrived.now, origin: arrived.origin() }),
        )
    }
}
