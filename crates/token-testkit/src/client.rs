//! Callers: requests as they are, answers as they come.

use std::time::Duration;

use serde_json::Value;

/// Somebody who calls the server.
#[derive(Clone, Debug)]
pub struct Client {
    address: String,
    agent: ureq::Agent,
    headers: Vec<(String, String)>,
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON; `null` when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// A header field.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of the cookie that is set under this name.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let set = self.headers.iter().filter(|(field, _)| field == "set-cookie");
        let mut pairs = set.filter_map(|(_, value)| value.split(';').next()?.split_once('='));
        pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// The same, if the status is this one.
    ///
    /// # Panics
    ///
    /// When it is another.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

impl Client {
    /// Of a server at this address, e.g. `http://127.0.0.1:4711`.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), agent: agent(10), headers: Vec::new() }
    }

    /// The same caller, to whom a redirection is an answer like any other.
    #[must_use]
    pub fn not_following(&self) -> Self {
        Self { agent: agent(0), ..self.clone() }
    }

    /// The same caller with a token.
    #[must_use]
    pub fn bearer(&self, text: &str) -> Self {
        self.with("Authorization", &format!("Bearer {text}"))
    }

    /// The same caller with one more header field.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    pub(crate) fn ready(&self) -> bool {
        self.send("GET", "/readyz", None).is_ok_and(|answer| answer.status == 200)
    }

    /// `GET path`.
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        self.request("GET", path, None)
    }

    /// `POST path` with a JSON body.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.request("POST", path, Some(&body.to_string()))
    }

    /// `PATCH path` with a JSON body, made from this version.
    #[must_use]
    pub fn patch(&self, path: &str, version: u64, body: &Value) -> Answer {
        self.with("If-Match", &format!("\"{version}\"")).request("PATCH", path, Some(&body.to_string()))
    }

    /// `DELETE path`.
    #[must_use]
    pub fn delete(&self, path: &str) -> Answer {
        self.request("DELETE", path, None)
    }

    /// Any request; a body is sent as JSON.
    ///
    /// # Panics
    ///
    /// When there is no answer.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub fn request(&self, method: &str, path: &str, body: Option<&str>) -> Answer {
        self.send(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Any request, also one that may find no server. A route that takes `ANY` method is asked with one of them.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub fn send(&self, method: &str, path: &str, body: Option<&str>) -> Result<Answer, String> {
        let method = if method == "ANY" { "PUT" } else { method };
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.address));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if body.is_some() && !self.headers.iter().any(|(name, _)| name == "Content-Type") {
            request = request.header("Content-Type", "application/json");
        }
        let say = |error: &dyn std::fmt::Display| error.to_string();
        let request = request.body(body.unwrap_or_default().to_owned()).map_err(|error| say(&error))?;
        let mut response = self.agent.run(request).map_err(|error| say(&error))?;
        let field = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let headers = response.headers().iter().map(field).collect();
        let status = response.status().as_u16();
        let text = response.body_mut().read_to_string().map_err(|error| say(&error))?;
        Ok(Answer { status, headers, text })
    }
}

fn agent(redirections: u32) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(redirections)
        .timeout_global(Some(Duration::from_secs(30)));
    config.build().into()
}
