//! The one table of routes. The application is made from it alone, so table and router cannot differ.

mod verb;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpResponse, guard};
use token_admin::rights;
use token_core::Permission;

use crate::admission::admit;
use crate::error::ApiError;
use crate::forward;
use crate::frame::frame;
use crate::guard as guarding;
use crate::openapi::{Part, extracted};
use crate::state::HttpState;
use crate::{
    docs, events, health, jwks, keys, metrics, oauth, openapi, problems, roles, route_rules, session, setup, tokens,
    users, whoami,
};
pub use verb::Verb;

/// What a caller must have before anything else of the request is looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Need {
    /// Nothing; credentials are not looked at.
    Public,
    /// A good credential.
    Caller,
    /// A good token, never a session; what it must be allowed is told by the call itself. Nothing frames the answer but the
    /// handler.
    Token,
    /// A signed-in person.
    Session,
    /// A good credential and this permission.
    Permission(Permission),
}

/// Whether a request that is no mere reading is answered only when everything before its answer is in force on every node.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Waits {
    /// Yes.
    ForAll,
    /// It changes nothing that guards act on. A guard that follows the log would wait here for itself.
    ForNobody,
}

/// What callers present, where a route needs anything of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Accepts {
    /// A token as `Bearer`, or the session of a person.
    TokenOrSession,
    /// A token, as `Bearer` or as the secret of an OAuth client. No session: a browser has nothing to ask there.
    Clients,
}

/// One row.
pub(crate) struct Route {
    verb: Verb,
    path: &'static str,
    need: Need,
    waits: Waits,
    accepts: Accepts,
    handler: fn() -> actix_web::Route,
    parts: fn() -> Vec<Part>,
}

impl Route {
    pub(crate) const fn verb(&self) -> Verb {
        self.verb
    }

    pub(crate) const fn path(&self) -> &'static str {
        self.path
    }

    pub(crate) const fn need(&self) -> &Need {
        &self.need
    }

    pub(crate) const fn accepts(&self) -> Accepts {
        self.accepts
    }

    /// What its handler reads.
    pub(crate) fn parts(&self) -> Vec<Part> {
        (self.parts)()
    }
}

macro_rules! waits {
    () => {
        Waits::ForAll
    };
    ($waits:ident) => {
        Waits::$waits
    };
}

macro_rules! accepts {
    () => {
        Accepts::TokenOrSession
    };
    ($accepts:ident) => {
        Accepts::$accepts
    };
}

macro_rules! table {
    ($($verb:ident $path:literal, $need:expr, $handler:path $(, $waits:ident $(, $accepts:ident)?)?;)+) => {
        [$(Route {
            verb: Verb::$verb,
            path: $path,
            need: $need,
            waits: waits!($($waits)?),
            accepts: accepts!($($($accepts)?)?),
            handler: || web::route().to($handler),
            parts: || extracted($handler),
        }),+]
    };
}

use Need::{Caller, Public, Session, Token};

const fn may(permission: Permission) -> Need {
    Need::Permission(permission)
}

static ROUTES: &[Route] = &table! {
    Get "/api/v1/tokens", may(rights::TOKENS_READ), tokens::list::list;
    Post "/api/v1/tokens", may(rights::TOKENS_CREATE), tokens::create::create;
    Post "/api/v1/tokens/bulk", Caller, tokens::bulk::bulk;
    Get "/api/v1/tokens/{id}", may(rights::TOKENS_READ), tokens::show::show;
    Patch "/api/v1/tokens/{id}", may(rights::TOKENS_UPDATE), tokens::edit::edit;
    Delete "/api/v1/tokens/{id}", may(rights::TOKENS_DELETE), tokens::delete::delete;
    Post "/api/v1/tokens/{id}/revoke", may(rights::TOKENS_REVOKE), tokens::revoke::revoke;
    Post "/api/v1/tokens/{id}/reveal", may(rights::TOKENS_SHOW), tokens::reveal::reveal;
    Post "/api/v1/tokens/{id}/rotate", may(rights::TOKENS_ROTATE), tokens::rotate::rotate;
    Get "/api/v1/tokens/{id}/explain", may(rights::DECISIONS_EXPLAIN), tokens::explain::explain;
    Get "/api/v1/tokens/{id}/usage", may(rights::TOKENS_READ), tokens::usage::usage;
    Get "/api/v1/roles", may(rights::ROLES_READ), roles::list::list;
    Post "/api/v1/roles", may(rights::ROLES_CREATE), roles::create::create;
    Get "/api/v1/roles/{id}", may(rights::ROLES_READ), roles::show::show;
    Patch "/api/v1/roles/{id}", may(rights::ROLES_UPDATE), roles::edit::edit;
    Delete "/api/v1/roles/{id}", may(rights::ROLES_DELETE), roles::delete::delete;
    Get "/api/v1/users", may(rights::USERS_READ), users::list::list;
    Post "/api/v1/users", may(rights::USERS_CREATE), users::create::create;
    Get "/api/v1/users/{id}", may(rights::USERS_READ), users::show::show;
    Patch "/api/v1/users/{id}", may(rights::USERS_UPDATE), users::edit::edit;
    Delete "/api/v1/users/{id}", may(rights::USERS_DELETE), users::delete::delete;
    Delete "/api/v1/users/{id}/sessions", may(rights::USERS_UPDATE), users::sessions::end;
    Delete "/api/v1/sessions", may(rights::USERS_UPDATE), users::sessions::end_all;
    Get "/api/v1/routes", may(rights::ROUTES_READ), route_rules::show::show;
    Put "/api/v1/routes", may(rights::ROUTES_UPDATE), route_rules::replace::replace;
    Get "/api/v1/routes/check", may(rights::ROUTES_READ), route_rules::check::check;
    Get "/api/v1/events", may(rights::EVENTS_READ), events::list::list;
    Get "/api/v1/events/verify", may(rights::EVENTS_READ), events::verify::verify;
    Get "/api/v1/keys", may(rights::KEYS_READ), keys::list::list;
    Post "/api/v1/keys/rotate", may(rights::KEYS_ROTATE), keys::rotate::rotate;
    Post "/api/v1/keys/import", may(rights::KEYS_IMPORT), keys::import::import;
    Post "/api/v1/keys/{kid}/withdraw", may(rights::KEYS_WITHDRAW), keys::withdraw::withdraw;
    Post "/api/v1/guard/sync", may(rights::GUARDS_FOLLOW), guarding::sync::sync, ForNobody;
    Get "/api/v1/guard/tokens/{id}", may(rights::GUARDS_FOLLOW), guarding::token::token;
    Get "/api/v1/guard/rules", may(rights::GUARDS_FOLLOW), guarding::rules::rules;
    Post "/api/v1/guard/first-use", may(rights::GUARDS_FOLLOW), guarding::first_use::first_use;
    Post "/api/v1/guard/usage", may(rights::GUARDS_FOLLOW), guarding::usage::usage, ForNobody;
    Post "/api/v1/guard/leave", may(rights::GUARDS_FOLLOW), guarding::leave::leave, ForNobody;
    Any "/authz", Token, forward::authz::authz;
    Any "/authz/{path}", Token, forward::authz::path;
    Get "/api/v1/whoami", Caller, whoami::whoami;
    Post "/api/v1/session", Public, session::sign_in::sign_in;
    Get "/api/v1/session", Session, session::show::show;
    Delete "/api/v1/session", Session, session::sign_out::sign_out;
    Post "/api/v1/session/password", Session, session::password::change;
    Post "/api/v1/setup", Public, setup::setup;
    Post "/oauth2/introspect", may(rights::TOKENS_INTROSPECT), oauth::introspect::introspect, ForNobody, Clients;
    Post "/oauth2/revoke", Caller, oauth::revoke::revoke, ForAll, Clients;
    Get "/.well-known/oauth-authorization-server", Public, oauth::metadata::metadata;
    Get "/.well-known/jwks.json", Public, jwks::jwks;
    Get "/api/openapi.json", Public, openapi::show;
    Get "/api/docs", Public, docs::page;
    Get "/api/docs/", Public, docs::page;
    Get "/api/docs/{file}", Public, docs::file;
    Get "/problems", Public, problems::list;
    Get "/problems/{name}", Public, problems::show;
    Get "/healthz", Public, health::healthz;
    Get "/readyz", Public, health::readyz;
    Get "/metrics", Public, metrics::metrics;
};

/// The rows of the table.
pub(crate) fn rows() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter()
}

/// The table, for tests that hold it against the world.
pub fn routes() -> impl Iterator<Item = (Verb, &'static str, &'static Need)> {
    ROUTES.iter().map(|route| (route.verb, route.path, &route.need))
}

/// The routes of one path, by path.
static RESOURCES: LazyLock<BTreeMap<&'static str, Vec<&'static Route>>> = LazyLock::new(|| {
    let mut resources: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for route in ROUTES {
        resources.entry(route.path).or_default().push(route);
    }
    resources
});

/// What a method of one path needs; `None` for a method the path does not have.
pub(crate) fn need(rows: &[&'static Route], method: &Method) -> Option<&'static Need> {
    rows.iter().find(|route| route.verb.answers(method)).map(|route| &route.need)
}

/// What callers of one path present, whatever the method.
pub(crate) fn accepts(rows: &[&'static Route]) -> Accepts {
    rows.first().map_or(Accepts::TokenOrSession, |route| route.accepts)
}

/// Whether whatever a request of this path changed must be in force on every node before it is answered; so it is where no
/// row says otherwise.
pub(crate) fn waits_for_all(path: Option<&str>, method: &Method) -> bool {
    let rows = path.and_then(|path| RESOURCES.get(path));
    let row = rows.into_iter().flatten().find(|route| route.verb.answers(method));
    row.is_none_or(|route| route.waits == Waits::ForAll)
}

/// What programs ask all the time: the router finds it at once.
const FIRST: [&str; 2] = ["/authz", "/oauth2/introspect"];

/// All paths as the router tries them, one after the other: those it compares before those it takes apart.
fn paths() -> Vec<&'static str> {
    let mut paths: Vec<&'static str> = RESOURCES.keys().copied().collect();
    paths.sort_by_key(|path| (!FIRST.contains(path), path.contains('{')));
    paths
}

/// Registers every route, and the answer to all other addresses.
pub fn configure(state: Arc<HttpState>) -> impl Fn(&mut ServiceConfig) + Clone {
    move |config| {
        config.app_data(Data::from(Arc::clone(&state)));
        let here = |path: &str| path != metrics::PATH || state.serves_metrics;
        paths().into_iter().filter(|path| here(path)).for_each(|path| add(config, &state, path));
        answer_elsewhere(config, &state);
    }
}

/// Registers `GET /metrics` alone, for a listener of its own.
pub fn configure_metrics(state: Arc<HttpState>) -> impl Fn(&mut ServiceConfig) + Clone {
    move |config| {
        config.app_data(Data::from(Arc::clone(&state)));
        add(config, &state, metrics::PATH);
        answer_elsewhere(config, &state);
    }
}

/// Registers the routes of one path.
fn add(config: &mut ServiceConfig, state: &Arc<HttpState>, path: &'static str) {
    let Some(rows) = RESOURCES.get(path) else { return };
    if let [gateways] = rows.as_slice()
        && gateways.need == Token
    {
        // Whatever slashes the path behind ours has.
        config.service(web::resource(path.replace("{path}", "{path:.*}")).route((gateways.handler)()));
        return;
    }
    let allow = rows.iter().map(|route| route.verb.allow()).collect::<Vec<_>>().join(", ");
    let refuse = move || {
        let error = ApiError::MethodNotAllowed(allow.clone());
        async move { Err::<HttpResponse, _>(error) }
    };
    let (framed, admitting) = (Arc::clone(state), Arc::clone(state));
    let resource = rows.iter().fold(web::resource(path), |resource, route| {
        let verb = route.verb;
        let verb = guard::fn_guard(move |context| verb.answers(&context.head().method));
        resource.route((route.handler)().guard(verb))
    });
    let dress = match accepts(rows) {
        Accepts::TokenOrSession => |response| response,
        Accepts::Clients => oauth::dress,
    };
    config.service(
        resource
            .default_service(web::route().to(refuse))
            .wrap(from_fn(move |request, next| admit(Arc::clone(&admitting), rows, request, next)))
            .wrap(from_fn(move |request, next| frame(Arc::clone(&framed), Some(path), request, next, dress))),
    );
}

/// Registers the answer to all other addresses.
fn answer_elsewhere(config: &mut ServiceConfig, state: &Arc<HttpState>) {
    let framed = Arc::clone(state);
    let nowhere = web::route().to(|| async { Err::<HttpResponse, _>(ApiError::NotFound("page")) });
    config.default_service(
        nowhere
            .wrap(from_fn(move |request, next| frame(Arc::clone(&framed), None, request, next, |response| response))),
    );
}

/// The whole application, for a server or for calls in process.
#[must_use]
pub fn app(
    state: Arc<HttpState>,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = actix_web::Error, InitError = ()>,
> {
    App::new().configure(configure(state))
}

#[cfg(test)]
mod tests;
