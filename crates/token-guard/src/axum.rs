//! Extractors of axum, behind a [`crate::tower::GuardLayer`].
//!
//! ```
//! use token_guard::Require;
//!
//! token_guard::requirement! {
//!     ReadAssets = "assets:read";
//! }
//!
//! async fn list(caller: Require<ReadAssets>) -> String {
//!     format!("the assets, for {}", caller.caller().name())
//! }
//!
//! let router: axum::Router = axum::Router::new().route("/assets", axum::routing::get(list));
//! ```

use axum_core::body::Body;
use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::request::Parts;

use crate::tower::refused;
use crate::{Caller, Refusal, Refused, Require, Requirement};

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Refused;

    /// Without a layer in front of the handler nobody is a caller: 401.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        parts.extensions.get::<Self>().cloned().ok_or(Refused(Refusal::NoCredentials))
    }
}

impl<S: Sync, R: Requirement> FromRequestParts<S> for Require<R> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        Ok(Self::of(Caller::from_request_parts(parts, state).await?)?)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        refused::<Body>(&self.0)
    }
}
