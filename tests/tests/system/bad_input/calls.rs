//! One request as bytes, whatever is wrong with it.

use serde_json::Value;
use token_testkit::{Answer, exchange};

use crate::app::App;

/// What is sent; the administrator's token goes along unless it is taken away.
#[derive(Clone)]
pub(crate) struct Call {
    method: String,
    pub(crate) path: String,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
    credential: Credential,
}

#[derive(Clone)]
enum Credential {
    Admin,
    Other(String),
    None,
}

impl Call {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            fields: Vec::new(),
            body: Vec::new(),
            credential: Credential::Admin,
        }
    }

    pub(crate) fn json(method: &str, path: &str, body: &Value) -> Self {
        Self::new(method, path).field("Content-Type", "application/json").body(body.to_string())
    }

    pub(crate) fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn if_match(self, version: u64) -> Self {
        self.field("If-Match", &format!("\"{version}\""))
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn anonymous(mut self) -> Self {
        self.credential = Credential::None;
        self
    }

    pub(crate) fn bearer(mut self, text: &str) -> Self {
        self.credential = Credential::Other(text.to_owned());
        self
    }

    /// Sends it on a connection of its own; there is exactly one answer.
    #[track_caller]
    pub(crate) fn send(&self, app: &App) -> Answer {
        let mut answers = exchange(app.server.address(), &self.bytes(app));
        assert_eq!(answers.len(), 1, "{self:?}: {answers:?}");
        answers.remove(0)
    }

    fn bytes(&self, app: &App) -> Vec<u8> {
        let text = match &self.credential {
            Credential::Admin => Some(app.admin_text.as_str()),
            Credential::Other(text) => Some(text.as_str()),
            Credential::None => None,
        };
        let mut fields =
            vec![("Host".to_owned(), "tokenward".to_owned()), ("Connection".to_owned(), "close".to_owned())];
        fields.extend(text.map(|text| ("Authorization".to_owned(), format!("Bearer {text}"))));
        fields.extend(self.fields.iter().cloned());
        if !self.fields.iter().any(|(name, _)| name == "Transfer-Encoding") {
            fields.push(("Content-Length".to_owned(), self.body.len().to_string()));
        }
        let fields: String = fields.iter().map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect();
        let head = format!("{} {} HTTP/1.1\r\n{fields}", self.method, self.path);
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body: String = String::from_utf8_lossy(&self.body).chars().take(200).collect();
        write!(f, "{} {} {:?} {body:?}", self.method, self.path, self.fields)
    }
}
