//! People, and the browsers they use.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use token_admin::{NewUser, Password};
use token_core::Author;
use token_seal::MasterKey;
use token_testkit::{Answer, Client, FixedClock, Product, SeededRandomness};

use crate::app::App;

/// The password of everybody.
pub(crate) const PASSWORD: &str = "a long way to Tipperary";
pub(crate) const SESSION: &str = "__Host-tokenward-session";

/// Somebody who signed in.
pub(crate) struct SignedIn {
    /// The secret in the cookie.
    pub(crate) secret: String,
    /// The token that changes send along.
    pub(crate) csrf: String,
    origin: String,
    bare: Client,
}

impl SignedIn {
    /// What a page of ours sends.
    pub(crate) fn page(&self) -> Client {
        self.with_token(&self.csrf)
    }

    /// The same with another token of the session.
    pub(crate) fn with_token(&self, token: &str) -> Client {
        let cookie = format!("{SESSION}={}", self.secret);
        self.bare.with("Cookie", &cookie).with("Origin", &self.origin).with("X-CSRF-Token", token)
    }
}

/// Makes accounts on the machine of the server, beside it.
pub(crate) struct Accounts(Product);

impl Accounts {
    /// An account with these roles.
    pub(crate) fn make(&self, name: &str, roles: &[&str]) {
        let new = NewUser {
            username: name.parse().unwrap(),
            display_name: "".parse().unwrap(),
            roles: roles.iter().map(|role| role.parse().unwrap()).collect(),
            enabled: true,
            password: Password::new(PASSWORD.to_owned()).ok(),
        };
        self.0.admin.create_user(&Author::command_line(), &Ok(new)).unwrap();
    }
}

/// How often accounts were made beside a server: ids of people never return, so each time has a seed of its own.
static TIMES: AtomicU64 = AtomicU64::new(0);

impl App {
    pub(crate) fn accounts(&self) -> Accounts {
        let seed = 9 + TIMES.fetch_add(1, Ordering::SeqCst);
        let (clock, randomness) = (Arc::new(FixedClock::at(1_900_000_000)), Arc::new(SeededRandomness::new(seed)));
        let master = Arc::new(MasterKey::read(&self.key_file()).unwrap());
        Accounts(Product::open(&self.database.address(), &master, &clock, &randomness))
    }

    /// The file with the code of the first person.
    pub(crate) fn setup_file(&self) -> PathBuf {
        self.database.folder().join("setup.code")
    }

    /// Makes the first person, with the code that the server wrote down.
    pub(crate) fn set_up(&self, name: &str) -> Answer {
        let code = std::fs::read_to_string(self.setup_file()).unwrap();
        self.set_up_with(code.trim_end(), name)
    }

    /// Tries to make the first person.
    pub(crate) fn set_up_with(&self, code: &str, name: &str) -> Answer {
        let body = json!({"code": code, "username": name, "password": PASSWORD});
        self.server.client().post("/api/v1/setup", &body)
    }

    /// Signs in.
    #[track_caller]
    pub(crate) fn signed_in(&self, name: &str) -> SignedIn {
        let bare = self.server.client();
        let answer = sign_in(&bare, name, PASSWORD).expect(200);
        let csrf = answer.json()["csrf_token"].as_str().unwrap().to_owned();
        let secret = answer.cookie(SESSION).unwrap().to_owned();
        SignedIn { secret, csrf, origin: self.server.address().to_owned(), bare }
    }
}

/// Tries to sign in.
pub(crate) fn sign_in(client: &Client, name: &str, password: &str) -> Answer {
    client.post("/api/v1/session", &json!({"username": name, "password": password}))
}
