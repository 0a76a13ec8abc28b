//! An installation with people, and the browsers they use.

use std::cell::RefCell;
use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use token_admin::{EditUser, NewRole, NewUser, Password};
use token_core::{Author, BuiltIn, RoleId, RoleSet, UserId};
use token_seal::MasterKey;
use token_testkit::{Answer, Database, FixedClock, Product, SeededRandomness, on_each_database};

/// When every house is opened.
pub(crate) const START: i64 = 1_900_000_000;
/// Where the pages of a [`Product`] are.
pub(crate) const ORIGIN: &str = "https://tokens.example";
/// The password of everybody who has one.
pub(crate) const PASSWORD: &str = "a long way to Tipperary";
pub(crate) const SESSION: &str = "__Host-tokenward-session";
pub(crate) const DEVICE: &str = "__Host-tokenward-device";

/// An installation on a fresh database, with a clock that stands still.
pub(crate) struct House {
    pub(crate) product: Product,
    pub(crate) clock: Arc<FixedClock>,
    master: Arc<MasterKey>,
    randomness: Arc<SeededRandomness>,
    database: Database,
}

/// A house on each kind of database.
pub(crate) fn in_each_house(test: impl Fn(&House)) {
    on_each_database(|database| {
        let clock = Arc::new(FixedClock::at(START));
        let randomness = Arc::new(SeededRandomness::new(5));
        let master = Arc::new(MasterKey::generate(randomness.as_ref()).unwrap());
        let product = Product::open(&database.address(), &master, &clock, &randomness);
        let house = House { product, clock, master, randomness, database };
        test(&house);
        let verdict = house.product.admin.store().verify_log().unwrap();
        assert_eq!((verdict.broken, verdict.unsealed), (None, Vec::new()));
    });
}

impl House {
    /// Another node on the same database; its counters are its own.
    pub(crate) fn beside(&self) -> Product {
        Product::open(&self.database.address(), &self.master, &self.clock, &self.randomness)
    }

    /// Somebody with the usual password and these roles.
    pub(crate) fn person(&self, name: &str, roles: &[RoleId]) -> UserId {
        self.person_with(name, roles, Some(PASSWORD))
    }

    pub(crate) fn person_with(&self, name: &str, roles: &[RoleId], password: Option<&str>) -> UserId {
        let new = NewUser {
            username: name.parse().unwrap(),
            display_name: "".parse().unwrap(),
            roles: roles.iter().copied().collect(),
            enabled: true,
            password: password.map(|text| Password::new(text.to_owned()).unwrap()),
        };
        self.product.admin.create_user(&Author::command_line(), &Ok(new)).unwrap().value.id()
    }

    /// Somebody who may do everything.
    pub(crate) fn ada(&self) -> UserId {
        self.person("Ada", &[BuiltIn::Admin.id()])
    }

    /// Saves an edit of a person, whatever the version.
    pub(crate) fn edit(&self, id: UserId, edit: EditUser) {
        let version = self.product.admin.user(id).unwrap().record.version;
        self.product.admin.edit_user(&Author::command_line(), id, Some(version), &Ok(edit)).unwrap();
    }

    pub(crate) fn disable(&self, id: UserId) {
        self.edit(id, EditUser { enabled: Some(false), ..EditUser::default() });
    }

    pub(crate) fn set_roles(&self, id: UserId, roles: &[RoleId]) {
        let roles: RoleSet = roles.iter().copied().collect();
        self.edit(id, EditUser { roles: Some(roles), ..EditUser::default() });
    }

    /// A role with these rules.
    pub(crate) fn role(&self, name: &str, rules: &[&str]) -> RoleId {
        let new = NewRole {
            name: name.parse().unwrap(),
            description: "".parse().unwrap(),
            rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
            users: std::collections::BTreeSet::new(),
        };
        self.product.admin.create_role(&Author::command_line(), &Ok(new)).unwrap().value.id
    }

    /// A browser that nobody used yet.
    pub(crate) fn browser(&self) -> Browser<'_> {
        self.browser_at(Some("192.0.2.1".parse().unwrap()))
    }

    pub(crate) fn browser_at(&self, from: Option<IpAddr>) -> Browser<'_> {
        Browser { product: &self.product, from, cookies: RefCell::default(), csrf: RefCell::default() }
    }

    /// A browser with which this person signed in.
    pub(crate) fn signed_in(&self, name: &str) -> Browser<'_> {
        let browser = self.browser();
        let _ = browser.sign_in(name, PASSWORD).expect(200);
        browser
    }
}

/// A browser: it keeps cookies and the token of its session, and says where its pages come from.
pub(crate) struct Browser<'a> {
    pub(crate) product: &'a Product,
    pub(crate) from: Option<IpAddr>,
    pub(crate) cookies: RefCell<Vec<(String, String)>>,
    pub(crate) csrf: RefCell<String>,
}

impl<'a> Browser<'a> {
    /// The same cookies, at another node.
    pub(crate) fn at(&self, product: &'a Product) -> Self {
        Self { product, from: self.from, cookies: self.cookies.clone(), csrf: self.csrf.clone() }
    }

    pub(crate) fn sign_in(&self, name: &str, password: &str) -> Answer {
        let answer = self.post("/api/v1/session", &json!({"username": name, "password": password}));
        if answer.status == 200 {
            self.keep(&answer);
        }
        answer
    }

    /// Takes over cookies and token of an answer.
    pub(crate) fn keep(&self, answer: &Answer) {
        for name in [SESSION, DEVICE] {
            if let Some(value) = answer.cookie(name) {
                self.set_cookie(name, value);
            }
        }
        if let Some(token) = answer.json()["csrf_token"].as_str() {
            token.clone_into(&mut self.csrf.borrow_mut());
        }
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.borrow_mut();
        cookies.retain(|(known, _)| known != name);
        cookies.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn cookie(&self, name: &str) -> String {
        self.cookies.borrow().iter().find(|(known, _)| known == name).unwrap().1.clone()
    }

    /// The fields a page of ours sends.
    pub(crate) fn fields(&self, method: &str) -> Vec<(String, String)> {
        let mut fields = vec![("Host".to_owned(), "tokens.example".to_owned())];
        let cookies: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            fields.push(("Cookie".to_owned(), cookies.join("; ")));
        }
        fields.push(("Sec-Fetch-Site".to_owned(), "same-origin".to_owned()));
        if method != "GET" {
            fields.push(("Origin".to_owned(), ORIGIN.to_owned()));
            if !self.csrf.borrow().is_empty() {
                fields.push(("X-CSRF-Token".to_owned(), self.csrf.borrow().clone()));
            }
        }
        fields
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.product.request("GET", path, &self.fields("GET"), None, self.from)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.product.request("POST", path, &self.fields("POST"), Some(body), self.from)
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.product.request("DELETE", path, &self.fields("DELETE"), None, self.from)
    }

    /// Whether a session is there.
    pub(crate) fn whoami(&self) -> u16 {
        self.get("/api/v1/whoami").status
    }
}

/// The last part of a problem's type.
pub(crate) fn problem(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer:?}");
    answer.json()["type"].as_str().unwrap().trim_start_matches("/problems/").to_owned()
}
