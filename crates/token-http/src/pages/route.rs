//! The table of pages, and how it is served.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpMessage, HttpResponse, guard};
use token_core::Permission;

use super::admission::admit;
use super::answer::{POLICY, REFERRER};
use super::compressed::compressed;
use super::{Fields, Told, Visit};
use crate::error::ApiError;
use crate::frame::frame;
use crate::routes::Verb;
use crate::state::HttpState;

/// What a visitor must have before a page is made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PageNeed {
    /// Nothing.
    Public,
    /// A session.
    Session,
    /// A session of somebody with this permission.
    Permission(Permission),
    /// A session of somebody with both: what a page is about, and what it does.
    Both(Permission, Permission),
}

impl PageNeed {
    /// The permissions a visitor must have, in the order they are asked for.
    pub fn permissions(&self) -> impl Iterator<Item = &Permission> {
        let (one, other) = match self {
            Self::Public | Self::Session => (None, None),
            Self::Permission(one) => (Some(one), None),
            Self::Both(one, other) => (Some(one), Some(other)),
        };
        one.into_iter().chain(other)
    }
}

/// One page, or one form.
#[derive(Clone, Debug)]
pub struct PageRoute {
    /// `GET` for pages, `POST` for forms; others are not taken.
    pub verb: Verb,
    /// Its address.
    pub path: &'static str,
    /// Who may come.
    pub need: PageNeed,
    /// What answers.
    pub handler: fn() -> actix_web::Route,
}

/// A form that was sent when its session had ended, or from a page of another session. Nothing was done.
#[derive(Clone, Debug)]
pub struct Interrupted {
    /// Where it was sent, query included.
    pub path: String,
    /// What was in it, without passwords and tokens.
    pub fields: Fields,
}

/// How the pages of this table look where no handler comes to speak.
pub trait Looks: Send + Sync {
    /// The page of an error.
    fn failure(&self, told: &Told, visit: Option<&Visit>) -> String;
    /// The page on which somebody signs in and goes on with a form, or goes on if they are signed in.
    fn interrupted(&self, form: &Interrupted, visit: Option<&Visit>) -> String;
    /// Where people sign in; they come back to `next`, a path of this server.
    fn sign_in_first(&self, next: &str) -> String;
}

/// Registers every page of the table.
pub fn configure(
    state: Arc<HttpState>,
    rows: &'static [PageRoute],
    looks: Arc<dyn Looks>,
) -> impl Fn(&mut ServiceConfig) + Clone {
    move |config| {
        let mut resources: BTreeMap<&'static str, Vec<&'static PageRoute>> = BTreeMap::new();
        for row in rows {
            resources.entry(row.path).or_default().push(row);
        }
        // In the order of the table: a fixed name stands before a pattern that it fits, too.
        let mut paths: Vec<&'static str> = Vec::new();
        for row in rows {
            if !paths.contains(&row.path) {
                paths.push(row.path);
            }
        }
        for path in paths {
            let rows: Arc<[&'static PageRoute]> = resources.remove(path).unwrap_or_default().into();
            let allow = rows.iter().map(|row| row.verb.allow()).collect::<Vec<_>>().join(", ");
            let refuse = move || {
                let error = ApiError::MethodNotAllowed(allow.clone());
                async move { Err::<HttpResponse, _>(error) }
            };
            let resource = rows.iter().fold(web::resource(path), |resource, row| {
                let verb = row.verb;
                let verb = guard::fn_guard(move |context| verb.answers(&context.head().method));
                resource.route((row.handler)().guard(verb))
            });
            let (framed, admitting) = (Arc::clone(&state), Arc::clone(&state));
            let (failing, interrupting) = (Arc::clone(&looks), Arc::clone(&looks));
            config.service(
                resource
                    .default_service(web::route().to(refuse))
                    .wrap(from_fn(move |request, next| {
                        let (state, looks) = (Arc::clone(&admitting), Arc::clone(&interrupting));
                        admit(state, Arc::clone(&rows), looks, request, next)
                    }))
                    .wrap(from_fn(move |request, next| {
                        let looks = Arc::clone(&failing);
                        frame(Arc::clone(&framed), Some(path), request, next, move |response| {
                            as_page(looks.as_ref(), response)
                        })
                    })),
            );
        }
    }
}

/// What a method of one page needs; `None` for a method the page does not have.
pub(super) fn need<'a>(rows: &'a [&'static PageRoute], method: &Method) -> Option<&'a PageNeed> {
    rows.iter().find(|row| row.verb.answers(method)).map(|row| &row.need)
}

/// Turns an error into its page, and sets the header fields that pages have instead of those of data.
fn as_page(looks: &dyn Looks, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let (http, mut response) = response.into_parts();
    if let Some(told) = Told::take(&mut response, &http) {
        let visit = http.extensions().get::<Visit>().cloned();
        let page = looks.failure(&told, visit.as_ref());
        response = response.set_body(BoxBody::new(page));
        let headers = response.headers_mut();
        headers.remove(header::WWW_AUTHENTICATE);
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html; charset=utf-8"));
    }
    let headers = response.headers_mut();
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    }
    headers.insert(header::REFERRER_POLICY, REFERRER);
    let response = compressed(response, http.headers());
    ServiceResponse::new(http, response)
}
