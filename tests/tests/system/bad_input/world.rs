//! A server with one thing of each kind, and a look at whether any of them changed.

use std::cell::OnceCell;

use serde_json::json;
use token_testkit::{Answer, Database};

use super::calls::Call;
use crate::app::App;

/// What no answer may repeat; bad values carry it where they can.
pub(crate) const CANARY: &str = "Sesame-4711";

/// An id that nothing has.
pub(crate) const UNKNOWN: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) token: String,
    pub(crate) revoked: String,
    pub(crate) deleted: String,
    pub(crate) role: String,
    pub(crate) deleted_role: String,
    pub(crate) user: String,
    pub(crate) deleted_user: String,
    many: OnceCell<Vec<String>>,
}

/// Everything that a refused call must leave alone.
#[derive(Debug, Eq, PartialEq)]
struct Seen {
    head: u64,
    tag: Option<String>,
}

impl World {
    pub(crate) fn new(database: Database) -> Self {
        let app = App::start(database);
        let role = app.role("Reader", &["allow assets:read"]);
        let deleted_role = app.role("Gone", &[]);
        let _ = app.admin.delete(&format!("/api/v1/roles/{deleted_role}")).expect(204);
        let user = app.user("kept", &json!({}));
        let deleted_user = app.user("gone", &json!({}));
        let _ = app.admin.delete(&format!("/api/v1/users/{deleted_user}")).expect(204);
        let token = app.token("kept", &[&role]).id;
        let (revoked, deleted) = (app.token("revoked", &[]).id, app.token("deleted", &[]).id);
        let _ = app.admin.post(&format!("/api/v1/tokens/{revoked}/revoke"), &json!({})).expect(200);
        let _ = app.admin.delete(&format!("/api/v1/tokens/{deleted}")).expect(204);
        Self { app, token, revoked, deleted, role, deleted_role, user, deleted_user, many: OnceCell::new() }
    }

    /// The path of a route with the token, role or person of this world in it.
    pub(crate) fn path(&self, route: &str) -> String {
        let id = match route {
            _ if route.starts_with("/api/v1/roles") => &self.role,
            _ if route.starts_with("/api/v1/users") => &self.user,
            _ => &self.token,
        };
        route.replace("{id}", id).replace("{kid}", "a-key-that-is-not-there")
    }

    /// So many roles that exist; made once.
    pub(crate) fn many_roles(&self, count: usize) -> Vec<String> {
        self.many.get_or_init(|| (0..count).map(|n| self.app.role(&format!("One of many {n}"), &[])).collect()).clone()
    }

    /// Sends what must be refused with this status and these places of errors, and looks that nothing changed.
    #[track_caller]
    pub(crate) fn refused(&self, call: &Call, status: u16, places: &[&str]) -> Answer {
        let before = self.seen(call);
        let answer = call.send(&self.app);
        assert_eq!(answer.status, status, "{call:?}: {}", answer.text);
        let found = places_of(&answer, call);
        assert_eq!(found, places, "{call:?}: {}", answer.text);
        assert!(!answer.text.contains(CANARY), "an echo of {call:?}: {}", answer.text);
        assert_eq!(self.seen(call), before, "{call:?} changed something");
        answer
    }

    /// The answer to what must pass.
    #[track_caller]
    pub(crate) fn accepted(&self, call: &Call, status: u16) -> Answer {
        let answer = call.send(&self.app);
        assert_eq!(answer.status, status, "{call:?}: {}", answer.text);
        answer
    }

    /// Runs refused calls and looks that no table got or lost a row.
    pub(crate) fn without_a_row_more_or_less(&self, calls: impl FnOnce()) {
        let before = self.rows();
        calls();
        assert_eq!(self.rows(), before);
    }

    /// The head of the log, and the version of what the call is about.
    fn seen(&self, call: &Call) -> Seen {
        let events = self.app.admin.get("/api/v1/events?limit=1").expect(200).json();
        let head = events["items"][0]["seq"].as_u64().unwrap();
        let things = [&self.token, &self.revoked].map(|id| format!("/api/v1/tokens/{id}"));
        let things =
            things.into_iter().chain([format!("/api/v1/roles/{}", self.role), format!("/api/v1/users/{}", self.user)]);
        let about = things.into_iter().find(|path| call.path.starts_with(path.as_str()));
        let tag = about.and_then(|path| self.app.admin.get(&path).expect(200).header("etag").map(ToOwned::to_owned));
        Seen { head, tag }
    }

    fn rows(&self) -> Vec<String> {
        let tables = [
            "tokens",
            "credentials",
            "token_roles",
            "roles",
            "role_rules",
            "keys",
            "events",
            "users",
            "user_roles",
            "sessions",
        ];
        let count = |table: &str| self.app.database.sql(&format!("SELECT count(*) FROM {table}")).unwrap();
        tables.map(count).into_iter().collect()
    }
}

/// Where the errors of a problem point, after a look at all that every problem has.
#[track_caller]
fn places_of(answer: &Answer, call: &Call) -> Vec<String> {
    // OAuth clients read errors of no other type.
    let media = if call.path.starts_with("/oauth2/") { "application/json" } else { "application/problem+json" };
    assert_eq!(answer.header("content-type"), Some(media), "{call:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{call:?}");
    let problem = answer.json();
    assert!(problem["type"].as_str().is_some_and(|kind| kind.starts_with("/problems/")), "{call:?}: {problem}");
    for text in ["title", "detail"] {
        assert!(problem[text].as_str().is_some_and(|text| !text.is_empty()), "{call:?}: {text}: {problem}");
    }
    assert_eq!(problem["status"].as_u64(), Some(u64::from(answer.status)), "{call:?}");
    assert!(problem["request_id"].is_string(), "{call:?}");
    assert_eq!(problem["request_id"].as_str(), answer.header("x-request-id"), "{call:?}");
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    assert!(errors.iter().all(|error| error["detail"].as_str().is_some_and(|detail| !detail.is_empty())), "{problem}");
    errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
}
