//! Tokenward with route rules, an application, and tokens.

use std::net::SocketAddr;

use serde_json::{Value, json};
use token_testkit::{Client, Database, Kind, Program, Server};

use crate::application::Application;
use crate::guide::Guide;

/// 17 March 2030, 17:46:40 UTC.
pub(crate) const NOW: i64 = 1_900_000_000;

/// The challenge for a call that came without credentials.
pub(crate) const NO_CREDENTIALS: &str = "Bearer realm=\"tokenward\"";

/// See the module.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) application: Application,
    pub(crate) database: Database,
    pub(crate) program: Program,
    pub(crate) admin: Client,
    /// The role of those who may read assets, and write notes.
    pub(crate) reader: String,
    now: i64,
}

/// A token as it was created.
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) text: String,
}

impl World {
    /// On a fresh embedded database.
    pub(crate) fn new() -> Self {
        Self::at(Database::fresh(Kind::Sqlite), NOW)
    }

    /// On this database, with the rules of the guide. Gateways at 127.0.0.1 are trusted, and nobody else; Tokenward's
    /// clock stands still at this second.
    pub(crate) fn at(database: Database, now: i64) -> Self {
        let file = |name: &str| database.folder().join(name).to_string_lossy().into_owned();
        std::fs::write(file("clock"), format!("{}", now * 1_000_000)).unwrap();
        std::fs::write(file("routes"), Guide::open("../gateways").block("routes", &[])).unwrap();
        let program = database.program().with("TOKENWARD_CLOCK_FILE", &file("clock"));
        // What a text says of its origin is the same in each test.
        let program = program.with("TOKENWARD_ISSUER", "https://tokens.example");
        let program = program.with("TOKENWARD_AUDIENCE", "https://tokens.example");
        let program = program.with("TOKENWARD_ROUTE_RULES", &file("routes"));
        let program = program.with("TOKENWARD_TRUSTED_PROXIES", "127.0.0.1/32");
        let created = program.run(&["token", "create", "--name", "root", "--role", "admin", "--json"]).ok().json();
        let server = Server::start(&program, database.folder().join("server.log"));
        let admin = server.client().bearer(created["token"].as_str().unwrap());
        let application = Application::start();
        let mut world = Self { server, application, database, program, admin, reader: String::new(), now };
        let allow = |permission: &str| json!({"effect": "allow", "permission": permission});
        let body = json!({"name": "Reader", "rules": [allow("assets:read"), allow("notes:write")]});
        let role = world.admin.post("/api/v1/roles", &body).expect(201).json();
        role["id"].as_str().unwrap().clone_into(&mut world.reader);
        world
    }

    /// Where Tokenward listens.
    pub(crate) fn tokenward(&self) -> SocketAddr {
        self.server.address().trim_start_matches("http://").parse().unwrap()
    }

    /// A token with that role.
    pub(crate) fn token(&self, name: &str) -> Made {
        self.token_with(name, &json!({}))
    }

    /// The same with other members.
    #[track_caller]
    pub(crate) fn token_with(&self, name: &str, members: &Value) -> Made {
        let mut body = json!({"name": name, "roles": [self.reader]});
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let made = self.admin.post("/api/v1/tokens", &body).expect(201).json();
        let member = |name: &str| made[name].as_str().unwrap().to_owned();
        Made { id: member("id"), text: member("token") }
    }

    pub(crate) fn revoke(&self, token: &Made) {
        let _ = self.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
    }

    /// Lets Tokenward's clock show a time so many seconds from the beginning.
    pub(crate) fn pass(&self, seconds: i64) {
        let (file, next) = (self.database.folder().join("clock"), self.database.folder().join("clock.next"));
        let micros = (self.now + seconds) * 1_000_000;
        std::fs::write(&next, format!("{micros} {micros}")).unwrap();
        std::fs::rename(next, file).unwrap();
    }
}
