//! A server whose signing key is in the wrong hands too, and a comparison of answers byte by byte.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::Ed25519KeyPair;
use serde_json::{Value, json};
use token_testkit::{Answer, Database};

use crate::app::{App, Made};

const PEM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/token-jwt/tests/keys/test-only-ed25519.pem");

/// What is the same in every refusal: the status, each field but date and request id, the body without request id.
pub(crate) type Bytes = (u16, Vec<(String, String)>, String);

pub(crate) struct Hand {
    pub(crate) app: App,
    /// A good token with an end, signed by the stolen key.
    pub(crate) token: Made,
    /// Another one.
    pub(crate) other: Made,
    key: Ed25519KeyPair,
    uniform: Bytes,
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(segment: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(segment).unwrap()
}

impl Hand {
    pub(crate) fn new(database: Database) -> Self {
        let _ = database.program().run(&["key", "import", "--now", PEM]).ok();
        let app = App::start(database);
        let made =
            |name: &str| app.token_with(&json!({"name": name, "roles": [], "expires_at": "2099-01-01T00:00:00Z"}));
        let (token, other) = (made("stolen"), made("other"));
        let pem = std::fs::read_to_string(PEM).unwrap();
        let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&STANDARD.decode(der).unwrap()).unwrap();
        let uniform = same(&app.server.client().bearer("a.b.c").get("/api/v1/whoami").expect(401));
        let hand = Self { app, token, other, key, uniform };
        // The hand signs as well as the server does.
        let [header, payload, _] = hand.segments();
        assert_eq!(hand.signed(&header, &payload), hand.token.text);
        let _ = hand.answer(&hand.token.text).expect(200);
        hand
    }

    /// Header, payload and signature of the good token.
    pub(crate) fn segments(&self) -> [String; 3] {
        let parts: Vec<String> = self.token.text.split('.').map(str::to_owned).collect();
        parts.try_into().unwrap()
    }

    pub(crate) fn header(&self) -> String {
        String::from_utf8(decode(&self.segments()[0])).unwrap()
    }

    pub(crate) fn payload(&self) -> String {
        String::from_utf8(decode(&self.segments()[1])).unwrap()
    }

    /// A claim or header member of the good token.
    pub(crate) fn claim(&self, name: &str) -> Value {
        let payload: Value = serde_json::from_str(&self.payload()).unwrap();
        payload[name].clone()
    }

    /// These segments with a good signature over exactly them.
    pub(crate) fn signed(&self, header: &str, payload: &str) -> String {
        let input = format!("{header}.{payload}");
        format!("{input}.{}", encode(self.key.sign(input.as_bytes())))
    }

    /// The public half, as the key set shows it.
    pub(crate) fn public(&self) -> Vec<u8> {
        ring::signature::KeyPair::public_key(&self.key).as_ref().to_vec()
    }

    pub(crate) fn answer(&self, text: &str) -> Answer {
        self.app.server.client().bearer(text).get("/api/v1/whoami")
    }

    /// A text is refused like every other one.
    #[track_caller]
    pub(crate) fn refused(&self, text: &str, why: &str) {
        assert_ne!(text, self.token.text, "{why}: this is the good text");
        assert_eq!(same(&self.answer(text)), self.uniform, "{why}: {text}");
    }

    /// A header and a payload in clear are refused with the old signature, with none, and truly signed.
    #[track_caller]
    pub(crate) fn refused_thrice(&self, header: &[u8], payload: &[u8], why: &str) {
        let (header, payload) = (encode(header), encode(payload));
        let old = &self.segments()[2];
        self.refused(&format!("{header}.{payload}.{old}"), &format!("{why}, old signature"));
        self.refused(&format!("{header}.{payload}."), &format!("{why}, no signature"));
        self.refused(&self.signed(&header, &payload), &format!("{why}, truly signed"));
    }
}

/// An answer without what differs from call to call.
pub(crate) fn same(answer: &Answer) -> Bytes {
    let stays = |name: &String| !matches!(name.as_str(), "date" | "x-request-id");
    let mut fields: Vec<_> = answer.headers.iter().filter(|(name, _)| stays(name)).cloned().collect();
    // Fields come in an order that is drawn by lot for each answer.
    fields.sort();
    let id = answer.header("x-request-id").unwrap_or_default();
    (answer.status, fields, answer.text.replace(id, "-"))
}
