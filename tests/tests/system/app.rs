//! A running server with an administrator's token.

use std::path::PathBuf;

use serde_json::{Value, json};
use token_testkit::{Answer, Client, Database, Kind, Program, Server};

/// A server, its database, and somebody who may do everything.
pub(crate) struct App {
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) program: Program,
    pub(crate) admin: Client,
    pub(crate) admin_text: String,
}

/// A token as it was created.
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) text: String,
}

impl App {
    /// With a clock that stands still at the present.
    pub(crate) fn start(database: Database) -> Self {
        #[expect(clippy::disallowed_methods, reason = "other programs judge our tokens by their own clock")]
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Self::at(database, now.as_secs().try_into().unwrap())
    }

    /// With a clock that stands still until [`App::set_clock`].
    pub(crate) fn at(database: Database, seconds: i64) -> Self {
        let file = database.folder().join("clock");
        std::fs::write(&file, format!("{}", seconds * 1_000_000)).unwrap();
        let program = database.program().with("TOKENWARD_CLOCK_FILE", &file.to_string_lossy());
        Self::with(database, program)
    }

    /// With a program of one's own settings.
    pub(crate) fn with(database: Database, program: Program) -> Self {
        let created = program.run(&["token", "create", "--name", "root", "--role", "admin", "--json"]).ok().json();
        let admin_text = created["token"].as_str().unwrap().to_owned();
        let server = Server::start(&program, database.folder().join("server.log"));
        let admin = server.client().bearer(&admin_text);
        Self { server, database, program, admin, admin_text }
    }

    /// The file of the master key.
    pub(crate) fn key_file(&self) -> PathBuf {
        let name = match self.database.kind {
            Kind::Sqlite => "master.key",
            Kind::Postgres => "test-master.key",
        };
        self.database.folder().join(name)
    }

    /// Time passes, and the clock shows it.
    pub(crate) fn set_clock(&self, seconds: i64) {
        self.set_clocks(seconds, seconds);
    }

    /// Sets the wall clock, and the time that has passed by a clock that nobody sets.
    pub(crate) fn set_clocks(&self, wall: i64, passed: i64) {
        self.set_clocks_to_micros(wall * 1_000_000, passed * 1_000_000);
    }

    pub(crate) fn set_clocks_to_micros(&self, wall: i64, passed: i64) {
        let file = self.database.folder().join("clock");
        let next = self.database.folder().join("clock.next");
        std::fs::write(&next, format!("{wall} {passed}")).unwrap();
        std::fs::rename(next, file).unwrap();
    }

    /// Makes a role with these rules, e.g. `allow assets:read`; its id.
    #[track_caller]
    pub(crate) fn role(&self, name: &str, rules: &[&str]) -> String {
        let answer = self.admin.post("/api/v1/roles", &json!({"name": name, "rules": rules_json(rules)})).expect(201);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Makes a token with these roles.
    #[track_caller]
    pub(crate) fn token(&self, name: &str, roles: &[&str]) -> Made {
        self.token_with(&json!({"name": name, "roles": roles}))
    }

    #[track_caller]
    pub(crate) fn token_with(&self, body: &Value) -> Made {
        made(&self.admin.post("/api/v1/tokens", body).expect(201))
    }

    /// Makes a person with this user name and these other members; their id.
    #[track_caller]
    pub(crate) fn user(&self, name: &str, members: &Value) -> String {
        let mut body = members.clone();
        body["username"] = json!(name);
        self.admin.post("/api/v1/users", &body).expect(201).json()["id"].as_str().unwrap().to_owned()
    }

    /// A caller with a new token that holds these rules.
    #[track_caller]
    pub(crate) fn caller(&self, name: &str, rules: &[&str]) -> Client {
        let role = self.role(&format!("role of {name}"), rules);
        self.as_token(&self.token(name, &[&role]))
    }

    pub(crate) fn as_token(&self, token: &Made) -> Client {
        self.server.client().bearer(&token.text)
    }

    /// What a call with this token is answered.
    pub(crate) fn whoami(&self, token: &Made) -> u16 {
        self.as_token(token).get("/api/v1/whoami").status
    }
}

pub(crate) fn rules_json(rules: &[&str]) -> Value {
    let rule = |rule: &&str| {
        let (effect, permission) = rule.split_once(' ').unwrap();
        json!({"effect": effect, "permission": permission})
    };
    rules.iter().map(rule).collect()
}

pub(crate) fn made(answer: &Answer) -> Made {
    let body = answer.json();
    Made { id: body["id"].as_str().unwrap().to_owned(), text: body["token"].as_str().unwrap().to_owned() }
}
