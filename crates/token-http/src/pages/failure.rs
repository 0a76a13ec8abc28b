//! Errors of pages: the same table from errors to statuses and words as the JSON API has.

use core::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};
use token_admin::AdminError;
use token_wire::Problem;

use crate::author::Arrived;
use crate::error::ApiError;

/// Why a page cannot be made. What is told of it is the JSON API's problem in other clothes.
pub struct PageError(ApiError);

impl PageError {
    /// There is no such thing.
    #[must_use]
    pub const fn not_found(what: &'static str) -> Self {
        Self(ApiError::NotFound(what))
    }

    /// A fault of ours; `what` is for the log alone.
    #[must_use]
    pub const fn internal(what: &'static str) -> Self {
        Self(ApiError::Internal(what))
    }

    /// What it tells people.
    #[must_use]
    pub fn told(&self) -> Told {
        Told::from(self.0.problem())
    }

    /// The error of the use case that failed, if that is what it is.
    ///
    /// # Errors
    ///
    /// Itself, if it is something else.
    pub fn into_admin(self) -> Result<AdminError, Self> {
        match self.0 {
            ApiError::Admin(error) => Ok(error),
            other => Err(Self(other)),
        }
    }

    /// Whether name and password let nobody in.
    #[must_use]
    pub const fn is_sign_in_refused(&self) -> bool {
        matches!(self.0, ApiError::SignInRefused)
    }

    /// Whether the set-up code is not accepted.
    #[must_use]
    pub const fn is_setup_refused(&self) -> bool {
        matches!(self.0, ApiError::SetupRefused)
    }

    /// Whether it is too early or too busy to try a password; in how many seconds to come again.
    #[must_use]
    pub const fn wait(&self) -> Option<u32> {
        match self.0 {
            ApiError::TooEarly(seconds) => Some(seconds),
            ApiError::TooBusy => Some(1),
            _ => None,
        }
    }
}

impl From<ApiError> for PageError {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl From<AdminError> for PageError {
    fn from(error: AdminError) -> Self {
        Self(ApiError::Admin(error))
    }
}

impl fmt::Debug for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl core::error::Error for PageError {}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.0.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        match &self.0 {
            // The session or account ended while the request ran.
            ApiError::Admin(AdminError::CallerGone) => ApiError::SessionRequired.error_response(),
            error => error.error_response(),
        }
    }
}

/// What an error tells people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Told {
    /// The status.
    pub status: u16,
    /// In a few words.
    pub title: String,
    /// What happened this time.
    pub detail: Option<String>,
    /// Everything wrong with what was sent: the place, and what is wrong there.
    pub errors: Vec<(String, String)>,
    /// The page that explains it.
    pub explained: String,
    /// The request, as the logs name it.
    pub request_id: Option<String>,
    /// In how many seconds to come again.
    pub retry_after: Option<String>,
}

impl Told {
    /// Takes the problem off an answer, if it is one.
    pub(super) fn take(response: &mut HttpResponse, http: &HttpRequest) -> Option<Self> {
        let problem = response.extensions_mut().remove::<Problem>()?;
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after = retry_after.and_then(|seconds| seconds.to_str().ok()).map(str::to_owned);
        let request_id = http.extensions().get::<Arrived>().map(|arrived| arrived.id.to_string());
        Some(Self { request_id, retry_after, ..Self::from(problem) })
    }
}

impl From<Problem> for Told {
    fn from(Problem { kind, title, status, detail, errors, .. }: Problem) -> Self {
        let errors = errors.into_iter().map(|error| (error.pointer, error.detail)).collect();
        Self { status, title, detail, errors, explained: kind, request_id: None, retry_after: None }
    }
}
