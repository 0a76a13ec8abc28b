//! Whoever looks at a page.

use core::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use token_admin::SignedIn;
use token_core::{Author, Permission, UnixSeconds};

use crate::asker::Person;
use crate::author::{Arrived, Asking};
use crate::error::ApiError;
use crate::sign_in::csrf_token;

use super::PageError;

/// Somebody who is signed in, and the request they are asking with.
#[derive(Clone, Debug)]
pub struct Visit {
    pub(super) asking: Asking,
    person: Person,
}

impl Visit {
    pub(super) fn new(person: Person, arrived: Arrived) -> Self {
        Self { asking: Asking::of_person(person.clone(), arrived), person }
    }

    /// Who, and what they may do as of this request.
    #[must_use]
    pub fn signed_in(&self) -> &SignedIn {
        &self.person.signed_in
    }

    /// Whether they may do this; for buttons and menus. Use cases ask again, under the lock.
    #[must_use]
    pub fn may(&self, permission: &Permission) -> bool {
        self.person.signed_in.permissions.decide(permission).is_allowed()
    }

    /// As the changelog will name them.
    #[must_use]
    pub fn author(&self) -> Author {
        self.asking.author()
    }

    /// When the request arrived.
    #[must_use]
    pub fn now(&self) -> UnixSeconds {
        self.asking.now
    }

    /// What the forms of this session send along.
    #[must_use]
    pub fn csrf_token(&self) -> String {
        csrf_token(&self.person.secret)
    }

    pub(super) fn person(&self) -> &Person {
        &self.person
    }
}

impl FromRequest for Visit {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visit = request.extensions().get::<Self>().cloned();
        ready(visit.ok_or_else(|| ApiError::Internal("a page asks for somebody that its route does not need").into()))
    }
}

/// Whoever looks at a public page: somebody who is signed in, or not.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// If they are.
    pub visit: Option<Visit>,
    pub(super) arrived: Arrived,
}

impl FromRequest for Visitor {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (visit, arrived) =
            (request.extensions().get::<Visit>().cloned(), request.extensions().get::<Arrived>().copied());
        let visitor = arrived.map(|arrived| Self { visit, arrived });
        ready(visitor.ok_or_else(|| ApiError::Internal("a request without frame").into()))
    }
}
