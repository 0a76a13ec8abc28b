//! For public calls that browsers make: if a page asked, it was one of ours.

use core::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use crate::error::ApiError;
use crate::state::HttpState;

/// No page of another site made a browser send this. Handlers of public calls that change something take it first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnPage;

impl FromRequest for OwnPage {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = request.app_data::<Data<HttpState>>().ok_or(ApiError::Internal("the application has no state"));
        ready(state.and_then(|state| {
            let site = &state.sign_in.site;
            site.ensure_not_foreign(request.headers()).map(|()| Self).map_err(|foreign| site.refused(foreign))
        }))
    }
}
