//! Texts that are truly signed with our own key, and were never issued: whoever stole the key makes nothing of it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::Ed25519KeyPair;
use serde_json::{Value, json};
use token_testkit::{Client, on_each_database};

use crate::app::{App, Made};

/// A key that the server was given, so that somebody else has it, too.
struct Stolen(Ed25519KeyPair);

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/token-jwt/tests/keys/test-only-ed25519.pem");

impl Stolen {
    fn read() -> Self {
        let pem = std::fs::read_to_string(FILE).unwrap();
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        Self(Ed25519KeyPair::from_pkcs8_maybe_unchecked(&STANDARD.decode(body).unwrap()).unwrap())
    }

    /// A compact JWS over these texts.
    fn sign(&self, header: &str, payload: &str) -> String {
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = self.0.sign(input.as_bytes());
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

/// Header and payload of a text, as they stand in it.
fn parts(text: &str) -> (String, String) {
    let mut segments =
        text.split('.').map(|segment| String::from_utf8(URL_SAFE_NO_PAD.decode(segment).unwrap_or_default()));
    (segments.next().unwrap().unwrap(), segments.next().unwrap().unwrap())
}

fn answer(anybody: &Client, text: &str) -> (u16, Option<String>, Value) {
    let answer = anybody.bearer(text).get("/api/v1/whoami");
    let mut body = answer.json();
    body["request_id"] = Value::Null;
    (answer.status, answer.header("www-authenticate").map(ToOwned::to_owned), body)
}

/// The payload with one claim replaced where it stands, so that nothing but the claim differs.
fn with(payload: &str, name: &str, value: &Value) -> String {
    let claims: Value = serde_json::from_str(payload).unwrap();
    let old = format!("\"{name}\":{}", claims[name]);
    assert!(payload.contains(&old), "{old} in {payload}");
    payload.replace(&old, &format!("\"{name}\":{value}"))
}

fn forgeries(own: &Made, other: &Made) -> Vec<(&'static str, String, String)> {
    let (header, payload) = parts(&own.text);
    let (_, foreign) = parts(&other.text);
    let foreign: Value = serde_json::from_str(&foreign).unwrap();
    let claims: Value = serde_json::from_str(&payload).unwrap();
    let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    let unknown = json!("0192f3c1-7a52-7c11-8d4e-0242ac120002");
    let same = |what, payload: String| (what, header.clone(), payload);
    let other_header = |what, header: String| (what, header, payload.clone());
    let mut members: Vec<String> =
        claims.as_object().unwrap().iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    members.reverse();
    vec![
        same("unknown jti", with(&payload, "jti", &unknown)),
        same("unknown sub", with(&payload, "sub", &unknown)),
        same("jti of another live token", with(&payload, "jti", &foreign["jti"])),
        same("sub of another live token", with(&payload, "sub", &foreign["sub"])),
        same("later exp", with(&payload, "exp", &json!(exp + 1))),
        same("earlier exp", with(&payload, "exp", &json!(exp - 1))),
        same("exp as a text", with(&payload, "exp", &json!(exp.to_string()))),
        same("exp with a fraction", payload.replace(&exp.to_string(), &format!("{exp}.0"))),
        same("no exp", payload.replace(&format!(",\"exp\":{exp}"), "")),
        same("other iat", with(&payload, "iat", &json!(iat - 1))),
        same("other iss", with(&payload, "iss", &json!("https://elsewhere.example"))),
        same("other aud", with(&payload, "aud", &json!("elsewhere"))),
        same("aud as a list", with(&payload, "aud", &json!([claims["aud"]]))),
        same("nbf in the past", payload.replace('}', ",\"nbf\":1}")),
        same("roles of its own", payload.replace('}', ",\"roles\":[\"admin\"]}")),
        same("exp twice", payload.replace('}', &format!(",\"exp\":{}}}", exp + 1))),
        same("a blank", payload.replacen(':', ": ", 1)),
        same("other order", format!("{{{}}}", members.join(","))),
        same("an escape", payload.replacen("\"sub\"", "\"\\u0073ub\"", 1)),
        same("a list", format!("[{payload}]")),
        same("trailing bytes", format!("{payload} ")),
        other_header("crit", header.replace('}', ",\"crit\":[\"exp\"]}")),
        other_header("typ of others", header.replace("api-token+jwt", "JWT")),
        other_header("typ in full", header.replace("api-token+jwt", "application/api-token+jwt")),
        other_header("alg none", header.replace("EdDSA", "none")),
        other_header("alg of another family", header.replace("EdDSA", "ES256")),
        other_header("jku", header.replace('}', ",\"jku\":\"http://127.0.0.1:1/\"}")),
        other_header("alg twice", header.replace('}', ",\"alg\":\"EdDSA\"}")),
    ]
}

#[test]
fn p51_m10_c16_a_stolen_key_signs_nothing_that_is_accepted_but_what_we_issued_ourselves() {
    on_each_database(|database| {
        let mut app = App::start(database);
        let _ = app.program.run(&["key", "import", "--now", FILE]).ok();
        let token =
            |name: &str| app.token_with(&json!({"name": name, "roles": [], "expires_at": "2099-01-01T00:00:00Z"}));
        let (own, other) = (token("own"), token("other"));
        let stolen = Stolen::read();
        let anybody = app.server.client();

        let (header, payload) = parts(&own.text);
        assert_eq!(stolen.sign(&header, &payload), own.text, "the key is the server's own");
        assert_eq!(answer(&anybody, &own.text).0, 200);
        let uniform = answer(&anybody, "a.b.c");
        assert_eq!(uniform.0, 401);
        for (what, header, payload) in forgeries(&own, &other) {
            let text = stolen.sign(&header, &payload);
            assert_ne!(text, own.text, "{what}");
            assert_eq!(answer(&anybody, &text), uniform, "{what}");
        }

        // Deleted is the same as never issued, although every byte was ours.
        let _ = app.admin.delete(&format!("/api/v1/tokens/{}", other.id)).expect(204);
        assert_eq!(answer(&anybody, &other.text), uniform);

        // Withdrawn, the key vouches for nothing, from the moment the command returns.
        let kid = serde_json::from_str::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned();
        let _ = app.program.run(&["key", "withdraw", "--yes", &kid]).ok();
        assert_eq!(answer(&anybody, &own.text), uniform);
        app.server.kill();
    });
}
