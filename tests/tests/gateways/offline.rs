//! HAProxy that checks texts by itself: what it sees, and what it cannot.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use token_testkit::{Database, Kind};

use crate::caller::Call;
use crate::gateway::{Gateway, free};
use crate::guide::Guide;
use crate::world::World;

/// 14 November 2023, 22:13:20 UTC: what ends soon after that has ended by the clock of every machine.
const LONG_AGO: i64 = 1_700_000_000;

/// A key that is both Tokenward's and the test's, which can sign what Tokenward would not.
struct Key {
    algorithm: &'static str,
    file: &'static str,
    private: Vec<u8>,
}

impl Key {
    fn new(algorithm: &'static str, file: &'static str) -> Self {
        let pem = std::fs::read_to_string(file).unwrap();
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        Self { algorithm, file, private: STANDARD.decode(body).unwrap() }
    }

    /// A compact JWS over these texts.
    fn sign(&self, header: &str, payload: &str) -> String {
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let random = SystemRandom::new();
        let signature = if self.algorithm == "ES256" {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.private, &random).unwrap();
            pair.sign(&random, input.as_bytes()).unwrap().as_ref().to_vec()
        } else {
            let pair = RsaKeyPair::from_pkcs8(&self.private).unwrap();
            let mut signature = vec![0; pair.public().modulus_len()];
            pair.sign(&RSA_PKCS1_SHA256, &random, input.as_bytes(), &mut signature).unwrap();
            signature
        };
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// With the configuration of the guide, made for this key.
fn start(world: &World, key: &Key) -> (Gateway, String) {
    let _ = world.program.run(&["key", "import", "--now", key.file]).ok();
    let keys = world.program.run(&["key", "list", "--json"]).ok().json();
    let signing = keys.as_array().unwrap().iter().find(|known| known["state"] == "signing").unwrap();
    let kid = signing["kid"].as_str().unwrap();
    let (folder, address) = (world.database.folder(), free());
    let pem = world.program.run(&["key", "export", kid]).ok().out;
    std::fs::write(folder.join("tokenward.pem"), &pem).unwrap();
    let configuration = Guide::open("offline").block(
        "haproxy",
        &[
            ("/etc/haproxy/", &format!("{}/", folder.display())),
            ("127.0.0.1:9000", &world.application.address().to_string()),
            ("bind 127.0.0.1:8000", &format!("bind {address}")),
            ("KID", kid),
            ("ES256", key.algorithm),
        ],
    );
    let file = folder.join("haproxy.cfg");
    std::fs::write(&file, configuration).unwrap();
    (Gateway::start("haproxy", &["-db", "-f", &file.to_string_lossy()], folder, address), pem)
}

/// Texts that are no good, and why: made of a good one's header and claims.
fn bad(key: &Key, text: &str, pem: &str) -> Vec<(&'static str, String)> {
    let segment = |number: usize| {
        let bytes = URL_SAFE_NO_PAD.decode(text.split('.').nth(number).unwrap()).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let (header, payload) = (segment(0), segment(1));
    let claim = |name: &str, value: Value| {
        let claims: Value = serde_json::from_str(&payload).unwrap();
        let changed = payload.replace(&format!("\"{name}\":{}", claims[name]), &format!("\"{name}\":{value}"));
        assert_ne!(changed, payload, "{name}");
        key.sign(&header, &changed)
    };
    let head = |from: &str, to: &str| {
        assert!(header.contains(from), "{header}");
        header.replace(from, to)
    };
    let other = |algorithm: &str| head(key.algorithm, algorithm);
    let unsigned = |header: &str| format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(&payload));
    let input = |header: &str| format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(&payload));
    let hmac = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, pem.as_bytes());
    let hmac = ring::hmac::sign(&hmac, input(&other("HS256")).as_bytes());
    let claims: Value = serde_json::from_str(&payload).unwrap();
    let end = format!(",\"exp\":{}", claims["exp"]);
    let mut altered = text.to_owned();
    let last = altered.remove(altered.len() - 20);
    altered.insert(altered.len() - 19, if last == 'A' { 'B' } else { 'A' });
    vec![
        ("garbage", "garbage".to_owned()),
        ("an altered signature", altered),
        ("no algorithm", unsigned(&other("none"))),
        ("no signature", unsigned(&header)),
        ("the public key as a secret", format!("{}.{}", input(&other("HS256")), URL_SAFE_NO_PAD.encode(hmac))),
        ("another algorithm, truly signed", key.sign(&other("RS512"), &payload)),
        ("another key id", key.sign(&head("\"kid\":\"", "\"kid\":\"x"), &payload)),
        ("another type", key.sign(&head("api-token+jwt", "JWT"), &payload)),
        ("another issuer", claim("iss", json!("https://elsewhere.example"))),
        ("another audience", claim("aud", json!("https://elsewhere.example"))),
        ("no end", key.sign(&header, &payload.replace(&end, ""))),
        ("an end of 2023", claim("exp", json!(LONG_AGO + 60))),
        ("no claims", key.sign(&header, "{}")),
    ]
}

#[test]
fn haproxy_alone_refuses_what_a_text_tells_of_itself_and_sees_no_revocation() {
    for key in [
        Key::new("ES256", concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/token-jwt/tests/keys/test-only-p256.pem")),
        Key::new(
            "RS256",
            concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/token-jwt/tests/keys/test-only-rsa-2048.pem"),
        ),
    ] {
        let world = World::at(Database::fresh(Kind::Sqlite), LONG_AGO);
        let older = world.token_with("signed by the first key", &json!({"expires_at": "2099-01-01"}));
        let (gateway, pem) = start(&world, &key);
        let call = |text: &str| {
            let answer = Call::get("/assets/1?q=%2F").bearer(text).with("X-Token-Id", "forged").send(gateway.address());
            (answer, world.application.seen())
        };
        let token = world.token_with("t", &json!({"expires_at": "2099-01-01"}));
        let (answer, seen) = call(&token.text);
        assert_eq!((answer.status, seen.len()), (200, 1), "{answer:?}");
        assert_eq!(seen[0].target, "/assets/1?q=%2F");
        assert_eq!(seen[0].values("x-token-id"), [token.id.as_str()]);
        assert_eq!(seen[0].values("authorization"), [""; 0]);

        let ended = world.token_with("ended", &json!({"expires_at": "2023-11-15"}));
        let endless = world.token("endless");
        let mut refused = bad(&key, &token.text, &pem);
        refused.push(("an end that has passed", ended.text));
        refused.push(("no end at all", endless.text));
        refused.push(("another key", older.text));
        for (why, text) in refused {
            let (answer, seen) = call(&text);
            assert_eq!((answer.status, seen.len()), (401, 0), "{why}: {answer:?}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"assets\", error=\"invalid_token\""));
        }
        let nobody = Call::get("/assets/1").send(gateway.address());
        assert_eq!((nobody.status, world.application.seen().len()), (401, 0));
        assert_eq!(nobody.header("www-authenticate"), Some("Bearer realm=\"assets\""));

        // What the guide warns of.
        world.revoke(&token);
        assert_eq!(call(&token.text).0.status, 200, "it asks nobody");
    }
}
