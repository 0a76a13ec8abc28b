//! Somebody with a browser that runs no script and follows nothing by itself.

use std::cell::RefCell;

use token_testkit::{Answer, Client};

use super::html::{Form, form};
use crate::app::App;
use crate::sign_in::browser::{PASSWORD, SESSION};

/// The second at which the servers of these tests begin.
pub(crate) const START: i64 = 1_900_000_000;
/// The built-in role that may do everything.
pub(crate) const ADMIN: &str = "00000000-0000-7000-8000-000000000001";
/// The media type of forms.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
/// The cookie by which a browser is known.
pub(crate) const DEVICE: &str = "__Host-tokenward-device";

/// A browser: it keeps cookies, and says where its forms come from.
pub(crate) struct Browser {
    origin: String,
    bare: Client,
    cookies: RefCell<Vec<(String, String)>>,
    csrf: RefCell<String>,
}

impl Browser {
    /// Where pages of the server come from.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The browser's cookies in the hands of somebody who says nothing of a page.
    pub(crate) fn client(&self) -> Client {
        let cookies = self.cookies.borrow();
        let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { self.bare.clone() } else { self.bare.with("Cookie", &pairs.join("; ")) }
    }

    /// The same on a page of ours.
    pub(crate) fn page(&self) -> Client {
        self.client().with("Origin", &self.origin).with("Sec-Fetch-Site", "same-origin").with("Content-Type", FORM)
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.keep(self.client().get(path))
    }

    /// Sends fields as a form of this session.
    #[track_caller]
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_owned(path, &owned(fields))
    }

    /// The same.
    #[track_caller]
    pub(crate) fn post_owned(&self, path: &str, fields: &[(String, String)]) -> Answer {
        self.post_text(path, &encoded(&self.signed(fields)))
    }

    /// Sends a form that a page gave out, by one of its buttons or by none.
    #[track_caller]
    pub(crate) fn submit(&self, form: &Form, button: Option<&str>) -> Answer {
        let button = button.map(|value| ("do".to_owned(), value.to_owned()));
        let fields: Vec<_> = form.fields.iter().cloned().chain(button).collect();
        self.post_text(&form.action, &encoded(&fields))
    }

    /// Sends this body as a form.
    #[track_caller]
    pub(crate) fn post_text(&self, path: &str, body: &str) -> Answer {
        self.keep(self.page().request("POST", path, Some(body)))
    }

    /// These fields with the token of the session.
    pub(crate) fn signed(&self, fields: &[(String, String)]) -> Vec<(String, String)> {
        let csrf = self.csrf();
        let token = (!csrf.is_empty()).then(|| ("csrf".to_owned(), csrf));
        fields.iter().cloned().chain(token).collect()
    }

    /// The token that the forms of the session carry; nothing where there is none.
    pub(crate) fn csrf(&self) -> String {
        if self.csrf.borrow().is_empty() && self.cookie(SESSION).is_some() {
            let page = self.client().get("/account");
            if page.status == 200 {
                form(&page.text, "/sign-out").value("csrf").unwrap().clone_into(&mut self.csrf.borrow_mut());
            }
        }
        self.csrf.borrow().clone()
    }

    /// The secret in the cookie of the session.
    pub(crate) fn secret(&self) -> String {
        self.cookie(SESSION).unwrap()
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.borrow_mut();
        cookies.retain(|(known, _)| known != name);
        if !value.is_empty() {
            cookies.push((name.to_owned(), value.to_owned()));
        }
        if name == SESSION {
            self.csrf.borrow_mut().clear();
        }
    }

    /// Signs in by the page.
    pub(crate) fn sign_in(&self, name: &str, password: &str) -> Answer {
        self.post("/sign-in", &[("username", name), ("password", password)])
    }

    /// Signs out by the page.
    #[track_caller]
    pub(crate) fn sign_out(&self) -> Answer {
        self.post("/sign-out", &[("do", "sign-out")]).expect(303)
    }

    /// Every request comes from this address, behind a proxy that the server trusts.
    pub(crate) fn from(mut self, address: &str) -> Self {
        self.bare = self.bare.with("X-Forwarded-For", address);
        self
    }

    fn keep(&self, answer: Answer) -> Answer {
        for name in [SESSION, DEVICE] {
            if let Some(value) = answer.cookie(name) {
                self.set_cookie(name, value);
            }
        }
        answer
    }
}

impl App {
    /// A browser that nobody used yet.
    pub(crate) fn browser(&self) -> Browser {
        let (origin, bare) = (self.server.address().to_owned(), self.server.client().not_following());
        Browser { origin, bare, cookies: RefCell::default(), csrf: RefCell::default() }
    }

    /// A browser with which this person signed in.
    #[track_caller]
    pub(crate) fn visitor(&self, name: &str) -> Browser {
        let browser = self.browser();
        let _ = browser.sign_in(name, PASSWORD).expect(303);
        browser
    }

    /// Somebody with exactly these rules, signed in.
    #[track_caller]
    pub(crate) fn somebody(&self, name: &str, rules: &[&str]) -> Browser {
        let role = self.role(&format!("role of {name}"), rules);
        self.accounts().make(name, &[&role]);
        self.visitor(name)
    }

    /// Somebody who may do everything, signed in.
    #[track_caller]
    pub(crate) fn ada(&self) -> Browser {
        self.accounts().make("ada", &[ADMIN]);
        self.visitor("ada")
    }

    /// The head of the log, and how much there is of everything.
    pub(crate) fn seen(&self) -> String {
        let tables = ["tokens", "credentials", "token_roles", "roles", "role_rules", "users", "sessions", "keys"];
        let counts = tables.map(|table| format!("(SELECT count(*) FROM {table})")).join(", ");
        self.database.sql(&format!("SELECT (SELECT max(seq) FROM events), {counts}")).unwrap()
    }

    /// How many events there are of a kind.
    pub(crate) fn events_of(&self, kind: &str) -> usize {
        let count = self.database.sql(&format!("SELECT count(*) FROM events WHERE kind = '{kind}'")).unwrap();
        count.trim().parse().unwrap()
    }
}

/// Fields as forms encode them (URL Standard §5.2).
pub(crate) fn encoded(fields: &[(String, String)]) -> String {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    pairs.join("&")
}

/// Percent-encoded, whatever it is.
pub(crate) fn escaped(text: &str) -> String {
    let letter = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => char::from(byte).to_string(),
        b' ' => "+".to_owned(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(letter).collect()
}

pub(crate) fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
