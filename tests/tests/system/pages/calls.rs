//! One good call of each page.

use serde_json::json;
use token_http::Verb;

use super::browser::{encoded, owned};
use super::html::addresses;
use crate::app::App;
use crate::routes::fresh_name;
use crate::sign_in::browser::{PASSWORD, sign_in};

/// Another password that may be taken.
pub(crate) const NEXT: &str = "nineteen grey herons at noon";

/// Where a page is, and what a form that is sent there holds, but for the token of the session.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Call {
    /// The same as an address alone.
    pub(crate) fn as_address(&self) -> String {
        format!("{}?{}", self.path.split('?').next().unwrap_or_default(), encoded(&self.fields))
    }
}

/// Whether a good call ends the session of whoever sends it.
pub(crate) fn ends_a_session(route: &str) -> bool {
    ["/sign-out", "/account/password"].contains(&route)
}

/// A good call of a route, on a thing of its own. Somebody called `ada` has an account.
pub(crate) fn good(app: &App, verb: Verb, route: &str) -> Call {
    let mut path = route.replace("{rest:.*}", "nowhere").replace("{id}", &thing(app, route));
    if route.contains("{kid}") {
        let key = app.admin.post("/api/v1/keys/rotate", &json!({"now": true})).expect(200).json();
        path = route.replace("{kid}", key["kid"].as_str().unwrap());
    }
    match route {
        "/assets/{version}/{file}" => path = asset(app),
        "/search" => path += "?q=t",
        "/admin/roles/who-could" => path += "?permission=assets:read",
        _ => {}
    }
    let fields = if verb == Verb::Post { fields(app, route) } else { Vec::new() };
    Call { path, fields }
}

/// Where the style is.
pub(crate) fn asset(app: &App) -> String {
    let page = app.server.client().get("/sign-in").expect(200).text;
    addresses(&page).into_iter().find(|address| address.ends_with("/app.css")).unwrap()
}

fn thing(app: &App, route: &str) -> String {
    match route {
        _ if !route.contains("{id}") => String::new(),
        "/admin/users/{id}/sign-out" => {
            let name = fresh_name(app);
            let id = app.user(&name, &json!({"password": PASSWORD}));
            let _ = sign_in(&app.server.client(), &name, PASSWORD).expect(200);
            id
        }
        _ if route.starts_with("/admin/roles") => app.role(&fresh_name(app), &[]),
        _ if route.starts_with("/admin/users") => app.user(&fresh_name(app), &json!({})),
        _ => app.token("t", &[]).id,
    }
}

fn fields(app: &App, route: &str) -> Vec<(String, String)> {
    let name = fresh_name(app);
    match route {
        "/sign-in" => owned(&[("username", "ada"), ("password", PASSWORD)]),
        "/set-up" => owned(&[("code", &"A".repeat(43)), ("username", &name), ("password", PASSWORD)]),
        "/account/password" => {
            owned(&[("password_current", PASSWORD), ("password_new", NEXT), ("password_again", NEXT)])
        }
        "/admin/api-tokens/new" => owned(&[("name", &name), ("key", &format!("key-{name}")), ("do", "save")]),
        "/admin/api-tokens/bulk" => owned(&[("action", "revoke"), ("ids", &app.token("b", &[]).id), ("sure", "yes")]),
        "/admin/api-tokens/{id}" => owned(&[("version", "1"), ("name", "changed"), ("do", "save")]),
        "/admin/api-tokens/{id}/rotate" => owned(&[("old_ends", "now"), ("do", "rotate")]),
        "/admin/roles/new" => owned(&[("name", &name), ("do", "save")]),
        "/admin/roles/{id}" => owned(&[("version", "1"), ("name", &name), ("do", "save")]),
        "/admin/route-rules" => {
            let version = app.admin.get("/api/v1/routes").expect(200).json()["version"].to_string();
            owned(&[("version", &version), ("rules", &format!("GET /{name} a:b")), ("do", "save")])
        }
        "/admin/users/new" => owned(&[("username", &name), ("enabled", "yes"), ("do", "save")]),
        "/admin/users/{id}" => owned(&[("version", "1"), ("username", &name), ("enabled", "yes"), ("do", "save")]),
        "/admin/signing-keys/rotate" => owned(&[("begin", "now"), ("do", "rotate")]),
        // What does one thing is called by its button, whose value is the end of the address.
        _ if route.ends_with("/delete-expired") => owned(&[("do", "delete")]),
        _ => owned(&[("do", route.rsplit('/').next().unwrap_or_default())]),
    }
}
