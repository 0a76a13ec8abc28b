//! Admission to pages: the server's name, the page a change comes from, the session, its token, the permission. All of
//! it before a handler runs, in this order.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use token_guard::Refusal;

use super::answer::{html_with, redirect};
use super::fields::form;
use super::route::need;
use super::{CSRF_FIELD, Fields, Interrupted, Looks, PageError, PageNeed, PageRoute, Visit};
use crate::admission::session;
use crate::asker::Asker;
use crate::author::Arrived;
use crate::error::ApiError;
use crate::sign_in::{SESSION, Sent, is_csrf_token, sent};
use crate::state::HttpState;

pub(super) async fn admit(
    state: Arc<HttpState>,
    rows: Arc<[&'static PageRoute]>,
    looks: Arc<dyn Looks>,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let http = request.request().clone();
    let Some(need) = need(&rows, http.method()).cloned() else { return next.call(request).await };
    let judged = judge(&state, &need, looks.as_ref(), &http, &mut request).await;
    let answer = match judged {
        Ok(None) => {
            let response = next.call(request).await?;
            // The session or the account ended while the page was made.
            let ended = need != PageNeed::Public && response.status() == StatusCode::UNAUTHORIZED;
            if !ended {
                return Ok(response);
            }
            redirect(&looks.sign_in_first(&path(&http)))
        }
        Ok(Some(answer)) => answer,
        Err(error) => return Ok(ServiceResponse::from_err(error, http)),
    };
    Ok(ServiceResponse::new(http, answer))
}

/// Lets the handler run (`None`), or answers in its place.
async fn judge(
    state: &Arc<HttpState>,
    need: &PageNeed,
    looks: &dyn Looks,
    http: &HttpRequest,
    request: &mut ServiceRequest,
) -> Result<Option<HttpResponse>, ApiError> {
    let site = &state.sign_in.site;
    if !site.is_named_by(http) {
        return Err(ApiError::Misdirected);
    }
    let fields = if matches!(*http.method(), Method::GET | Method::HEAD) {
        None
    } else {
        site.ensure_own_page(http.headers()).map_err(|foreign| site.refused(foreign))?;
        Some(form(http, request.take_payload(), state.limits).await?)
    };
    let arrived = http.extensions().get::<Arrived>().copied().ok_or(ApiError::Internal("a request without frame"))?;
    let person = match sent(http.headers(), SESSION) {
        Sent::One(cookie) => session(state, cookie).await?,
        Sent::Nothing | Sent::Unclear => None,
    };
    let visit = person.map(|person| Visit::new(person, arrived));
    if let Some(visit) = &visit {
        http.extensions_mut().insert(Asker::Person(visit.person().clone()));
        http.extensions_mut().insert(visit.clone());
    }
    if *need != PageNeed::Public {
        let interrupted = |fields: &Fields| Interrupted { path: path(http), fields: fields.without_secrets() };
        match (&visit, &fields) {
            (None, None) => return Ok(Some(redirect(&looks.sign_in_first(&path(http))))),
            (None, Some(fields)) => {
                let page = looks.interrupted(&interrupted(fields), None);
                return Ok(Some(html_with(StatusCode::UNAUTHORIZED, page)));
            }
            (Some(visit), Some(fields)) if !holds_token(visit, fields) => {
                let page = looks.interrupted(&interrupted(fields), Some(visit));
                return Ok(Some(html_with(StatusCode::FORBIDDEN, page)));
            }
            (Some(_), _) => {}
        }
    }
    if let Some(visit) = &visit
        && let Some(missing) = need.permissions().find(|permission| !visit.may(permission))
    {
        return Err(ApiError::Refused(Refusal::Missing(missing.clone())));
    }
    if let Some(fields) = fields {
        http.extensions_mut().insert(fields);
    }
    Ok(None)
}

/// Whether the form has the token of the session, once.
fn holds_token(visit: &Visit, fields: &Fields) -> bool {
    let mut tokens = fields.all(CSRF_FIELD);
    let token = tokens.next().filter(|_| tokens.next().is_none());
    token.is_some_and(|token| is_csrf_token(&visit.person().secret, token.as_bytes()))
}

/// Path and query, as they were sent.
fn path(http: &HttpRequest) -> String {
    http.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

impl FromRequest for Fields {
    type Error = PageError;
    type Future = core::future::Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        let fields = request.extensions_mut().remove::<Self>();
        core::future::ready(fields.ok_or_else(|| ApiError::Internal("a page reads a form that was not sent").into()))
    }
}
