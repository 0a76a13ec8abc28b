//! Requests of every shape: half of what they carry is almost right.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use token_testkit::RawRequest;

/// Ids of things that are there.
pub(crate) struct Known {
    pub(crate) token: String,
    pub(crate) role: String,
    pub(crate) kid: String,
}

/// A request before its ids are known.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) route: &'static str,
    method: &'static str,
    id: Leaf,
    query: Vec<(String, Leaf)>,
    headers: Vec<(&'static str, String)>,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    None,
    Bytes(Vec<u8>),
    Json(Value),
    Members(Vec<(String, Leaf)>),
}

/// A value that may be good, or one that no list of good ones has.
#[derive(Clone, Debug)]
enum Leaf {
    Token,
    Role,
    Kid,
    Text(String),
    Json(Value),
}

/// Members and parameters of the whole contract.
const NAMES: &[&str] = &[
    "name",
    "description",
    "roles",
    "expires_at",
    "allowed_networks",
    "revoked",
    "reason",
    "old_ends",
    "jti",
    "rules",
    "ids",
    "filter",
    "expected_count",
    "action",
    "username",
    "display_name",
    "password",
    "enabled",
    "users",
    "code",
    "current",
    "new",
    "pem",
    "now",
    "state",
    "role",
    "created_by",
    "expires_before",
    "unused_since",
    "sort",
    "total",
    "cursor",
    "limit",
    "level",
    "type",
    "subject",
    "subject_id",
    "from",
    "until",
    "text",
    "permission",
    "force",
];

/// Texts that are good somewhere, and texts that are good nowhere.
const TEXTS: &[&str] = &[
    "",
    " ",
    "a",
    "now",
    "active",
    "revoked",
    "revoke",
    "delete",
    "2099-12-31",
    "2027-02-29",
    "9999-12-31T23:59:60Z",
    "-1",
    "0",
    "1",
    "500",
    "501",
    "18446744073709551616",
    "1e3",
    "NaN",
    "name",
    "-name",
    "created",
    "*:*",
    "a.*:b",
    "a:b",
    "allow",
    "10.0.0.0/8",
    "::/0",
    "'; DROP TABLE tokens;--",
    "%",
    "_",
    "\\",
    "\u{0}",
    "\u{202e}",
    "\u{feff}",
    "İ",
    "ß",
    "\u{1f600}",
    "AAAA",
    "../..",
    "null",
    "true",
    "0192f3c1-7a52-7c11-8d4e-0242ac120002",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    "correct horse battery",
    "\"*^(",
];

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        6 => proptest::sample::select(TEXTS).prop_map(ToOwned::to_owned),
        2 => any::<String>(),
        1 => (proptest::sample::select(TEXTS), 1_usize..3_000).prop_map(|(text, times)| text.repeat(times.min(40_000 / text.len().max(1)))),
    ]
    .boxed()
}

/// Any JSON, three levels deep.
fn value() -> BoxedStrategy<Value> {
    let name = prop_oneof![4 => proptest::sample::select(NAMES).prop_map(ToOwned::to_owned), 1 => any::<String>()];
    let flat = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    flat.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((name.clone(), inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
    .boxed()
}

/// Shapes that some member takes.
fn shaped() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"at": "2099-01-01"})),
        Just(json!({"on_first_use": "2099-01-01T00:00:00Z"})),
        Just(json!([{"effect": "allow", "permission": "assets:read"}])),
        Just(json!([{"effect": "deny", "permission": "*:*"}])),
        Just(json!(["10.0.0.0/8", "2001:db8::/32"])),
        Just(json!([])),
        Just(json!({"state": "active"})),
        Just(json!({"name": "a"})),
    ]
}

fn leaf() -> BoxedStrategy<Leaf> {
    prop_oneof![
        4 => Just(Leaf::Token),
        3 => Just(Leaf::Role),
        1 => Just(Leaf::Kid),
        4 => text().prop_map(Leaf::Text),
        3 => shaped().prop_map(Leaf::Json),
        3 => value().prop_map(Leaf::Json),
    ]
    .boxed()
}

fn named(leaf: BoxedStrategy<Leaf>, most: usize) -> impl Strategy<Value = Vec<(String, Leaf)>> {
    let name = prop_oneof![12 => proptest::sample::select(NAMES).prop_map(ToOwned::to_owned), 1 => "[a-z_]{1,8}"];
    vec((name, leaf), 0..most)
}

/// One member that its route must have is more often there than not.
fn body() -> impl Strategy<Value = Body> {
    let good = prop_oneof![
        Just(json!({"name": "a name"})),
        Just(json!({"old_ends": "now"})),
        Just(json!({"description": "x"})),
        Just(json!({})),
    ];
    prop_oneof![
        2 => Just(Body::None),
        2 => vec(any::<u8>(), 0..200).prop_map(Body::Bytes),
        2 => value().prop_map(Body::Json),
        3 => good.prop_map(Body::Json),
        6 => named(leaf(), 6).prop_map(Body::Members),
    ]
}

fn headers() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let version = prop_oneof![5 => Just("\"1\"".to_owned()), 1 => Just("*".to_owned()), 1 => "[ -~]{0,12}"];
    let media = prop_oneof![9 => Just("application/json".to_owned()), 1 => "[ -~]{0,30}"];
    let key = prop_oneof![1 => Just("a key".to_owned()), 1 => "[ -~]{0,300}"];
    (version, media, proptest::option::weighted(0.2, key)).prop_map(|(version, media, key)| {
        let key = key.map(|key| ("Idempotency-Key", key));
        [("If-Match", version), ("Content-Type", media)].into_iter().chain(key).collect()
    })
}

/// Some requests in a row.
pub(crate) fn batches() -> impl Strategy<Value = Vec<Wish>> {
    let routes: Vec<(&'static str, &'static str)> =
        token_http::routes().map(|(verb, route, _)| (verb.as_str(), route)).collect();
    let query = prop_oneof![3 => Just(Vec::new()), 1 => named(leaf(), 4)];
    let id = prop_oneof![4 => Just(Leaf::Token), 4 => Just(Leaf::Role), 2 => Just(Leaf::Kid), 1 => text().prop_map(Leaf::Text)];
    let wish = (proptest::sample::select(routes), id, query, headers(), body())
        .prop_map(|((method, route), id, query, headers, body)| Wish { route, method, id, query, headers, body });
    vec(wish, 1..50)
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => encoded + &char::from(byte).to_string(),
        other => format!("{encoded}%{other:02X}"),
    })
}

impl Leaf {
    fn value(&self, known: &Known) -> Value {
        match self {
            Self::Token => known.token.clone().into(),
            Self::Role => known.role.clone().into(),
            Self::Kid => known.kid.clone().into(),
            Self::Text(text) => text.clone().into(),
            Self::Json(value) => value.clone(),
        }
    }

    fn text(&self, known: &Known) -> String {
        match self.value(known) {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }
}

impl Wish {
    /// The request, by somebody with this text.
    pub(crate) fn request(&self, known: &Known, text: &str) -> RawRequest {
        let segment = |part: &str| {
            if part.starts_with('{') {
                encoded(&self.id.text(known).chars().take(200).collect::<String>())
            } else {
                part.to_owned()
            }
        };
        let path: Vec<String> = self.route.split('/').map(segment).collect();
        let pair = |(name, leaf): &(String, Leaf)| format!("{name}={}", encoded(&leaf.text(known)));
        let query: Vec<String> = self.query.iter().map(pair).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let target: String = format!("{}{mark}{}", path.join("/"), query.join("&")).chars().take(8_000).collect();
        let member = |(name, leaf): &(String, Leaf)| {
            let value = leaf.value(known);
            let listed = matches!(name.as_str(), "roles" | "ids" | "users") && value.is_string();
            (name.clone(), if listed { json!([value]) } else { value })
        };
        let body = match &self.body {
            Body::None => Vec::new(),
            Body::Bytes(bytes) => bytes.clone(),
            Body::Json(value) => value.to_string().into_bytes(),
            Body::Members(members) => {
                Value::Object(members.iter().map(member).collect::<Map<_, _>>()).to_string().into_bytes()
            }
        };
        let own = self.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let headers = [("Authorization".to_owned(), format!("Bearer {text}"))].into_iter().chain(own).collect();
        RawRequest { method: self.method.to_owned(), target, headers, body }
    }
}
