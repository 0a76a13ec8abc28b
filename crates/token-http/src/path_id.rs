//! Ids in paths.

use core::future::{Ready, ready};
use core::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use token_core::KeyId;

use crate::error::ApiError;

/// The `{id}` of the path. Anything that cannot be an id names nothing, so it is a 404.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathId<T>(pub(crate) T);

/// The `{kid}` of the path, like [`PathId`].
#[derive(Clone, Debug)]
pub(crate) struct PathKid(pub(crate) KeyId);

impl FromRequest for PathKid {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let kid = request.match_info().get("kid").and_then(|kid| kid.parse().ok());
        ready(kid.map(Self).ok_or(ApiError::NotFound("key")))
    }
}

impl<T: FromStr> FromRequest for PathId<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").and_then(|id| id.parse().ok());
        ready(id.map(Self).ok_or(ApiError::NotFound("object with this id")))
    }
}
