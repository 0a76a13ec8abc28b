//! The one profile of tokens: what we sign verifies, and nothing else does, also when it is truly signed.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test fails by panicking")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use ring::signature::Ed25519KeyPair;
use token_core::{
    Algorithm, Credential, CredentialId, Encoding, Ends, Identity, KeyState, PublicKey, Randomness, RandomnessFailed,
    TokenId, UnixMicros, UnixSeconds,
};
use token_jwt::{KeyError, KeyRing, MAX_TOKEN, NewKey, SigningInput, SigningKey, UnverifiedJwt};

const ED25519: &str = include_str!("keys/test-only-ed25519.pem");
const P256: &str = include_str!("keys/test-only-p256.pem");
const RSA: &str = include_str!("keys/test-only-rsa-2048.pem");

struct Sevens;
impl Randomness for Sevens {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        bytes.fill(7);
        Ok(())
    }
}

struct World {
    key: NewKey,
    public: PublicKey,
    identity: Identity,
    token: TokenId,
    credential: Credential,
    ring: KeyRing,
}

fn at(seconds: i64) -> UnixSeconds {
    UnixSeconds::new(seconds).unwrap()
}

fn world(pem: &str) -> World {
    let key = NewKey::import_pem(pem).unwrap();
    let public = key.public(KeyState::Signing, at(1)).unwrap();
    let identity = Identity { issuer: "https://t.example".parse().unwrap(), audience: "assets".parse().unwrap() };
    let now = UnixMicros::new(1_000_000).unwrap();
    let credential = Credential {
        id: CredentialId::new(now, &Sevens).unwrap(),
        key: public.id.clone(),
        issued_at: at(1),
        expires_at: Some(at(100)),
        encoding: Encoding::V1,
        ends: Ends::Never,
    };
    let ring = KeyRing::new(std::slice::from_ref(&public), Some(&identity)).unwrap();
    World { key, public, identity, token: TokenId::new(now, &Sevens).unwrap(), credential, ring }
}

impl World {
    fn signing(&self) -> SigningKey {
        SigningKey::open(self.public.algorithm, self.public.id.clone(), self.key.private()).unwrap()
    }

    fn text(&self) -> String {
        let input = SigningInput::new(&self.identity, self.token, &self.credential, self.public.algorithm);
        self.signing().sign(&input).unwrap().expose().to_owned()
    }

    fn accepts(&self, text: &str) -> bool {
        let verified = UnverifiedJwt::parse(text, MAX_TOKEN).and_then(|jwt| self.ring.verify(&jwt));
        verified.is_ok_and(|claims| claims.is_exactly(&self.identity, self.token, &self.credential))
    }

    /// Any header and payload, truly signed by our key.
    fn truly_signed(&self, header: &str, payload: &str) -> String {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(self.key.private()).unwrap();
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = pair.sign(input.as_bytes());
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn header(&self) -> String {
        format!(r#"{{"alg":"EdDSA","kid":"{}","typ":"api-token+jwt"}}"#, self.public.id)
    }

    fn payload(&self) -> String {
        let (token, jti) = (self.token, self.credential.id);
        format!(r#"{{"iss":"https://t.example","aud":"assets","sub":"{token}","jti":"{jti}","iat":1,"exp":100}}"#)
    }
}

#[test]
fn s13_s15_all_algorithms_verify_and_deterministic_ones_repeat() {
    for (pem, algorithm) in [(ED25519, Algorithm::EdDsa), (P256, Algorithm::Es256), (RSA, Algorithm::Rs256)] {
        let world = world(pem);
        assert_eq!(world.public.algorithm, algorithm);
        let text = world.text();
        assert!(world.accepts(&text), "{algorithm}");
        assert_eq!(world.text() == text, algorithm.is_deterministic(), "{algorithm}");
    }
}

#[test]
fn the_test_signs_truly() {
    let world = world(ED25519);
    assert_eq!(world.truly_signed(&world.header(), &world.payload()), world.text());
}

#[test]
fn atk_h_headers_of_every_other_kind_truly_signed() {
    let world = world(ED25519);
    let (good, kid) = (world.header(), world.public.id.as_str());
    let with = |more: &str| good.replacen('{', &format!("{{{more},"), 1);
    let mut bad: Vec<String> =
        ["none", "NONE", "nOnE", "none ", "HS256", "ES256", "RS256", "Ed448", "eddsa", "EdDSA ", ""]
            .map(|alg| good.replace("EdDSA", alg))
            .to_vec();
    for value in ["null", "1", "true", "[]", "{}"] {
        bad.push(good.replace("\"EdDSA\"", value));
        bad.push(good.replace(&format!("\"{kid}\""), value));
        bad.push(good.replace("\"api-token+jwt\"", value));
    }
    for typ in ["JWT", "id+jwt", "JWE", "application/api-token+jwt", "API-TOKEN+JWT"] {
        bad.push(good.replace("api-token+jwt", typ));
    }
    for more in [
        r#""crit":["x"]"#,
        r#""crit":[]"#,
        r#""crit":"alg""#,
        r#""b64":false"#,
        r#""zip":"DEF""#,
        r#""enc":"A128GCM""#,
        r#""cty":"JWT""#,
        r#""jku":"http://127.0.0.1/""#,
        r#""x5u":"file:///x""#,
        r#""x5c":["MII"]"#,
        r#""jwk":{}"#,
        r#""alg":"EdDSA""#,
        r#""kid":"other""#,
        r#""x":1"#,
    ] {
        bad.push(with(more));
    }
    bad.extend(["{}", "[]", "null", "1", "\"x\"", ""].map(str::to_owned));
    bad.push(good.replace("\"alg\"", "\"ALG\""));
    bad.push(good.replace("\"alg\"", "\"\\u0061lg\""));
    bad.push(good.replace(':', ": "));
    bad.push(format!("{good} "));
    bad.push(format!("{good}//"));
    bad.push(good.replace(kid, "/dev/null"));
    bad.push(good.replace(kid, "' OR 1=1 --"));
    for header in bad {
        assert!(!world.accepts(&world.truly_signed(&header, &world.payload())), "{header}");
    }
}

#[test]
fn atk_c_claims_of_every_other_kind_truly_signed_and_with_the_old_signature() {
    let world = world(ED25519);
    let (good, text) = (world.payload(), world.text());
    let (head, signature) = (text.split_once('.').unwrap().0, text.rsplit_once('.').unwrap().1);
    let token = world.token.to_string();
    let mut bad = vec!["{}".to_owned(), "[]".to_owned(), "null".to_owned(), String::new(), format!("{good} ")];
    for exp in ["\"100\"", "true", "null", "-1", "0", "1e3", "100.0", "0100", "101", "99", "9223372036854775808"] {
        bad.push(good.replace("\"exp\":100", &format!("\"exp\":{exp}")));
    }
    for iss in ["\"\"", "1", "null", "[\"https://t.example\"]", "\"https://t.example/\"", "\"HTTPS://t.example\""] {
        bad.push(good.replace("\"https://t.example\"", iss));
    }
    for aud in ["\"\"", "\"*\"", "1", "null", "[]", "[\"assets\"]", "\"other\""] {
        bad.push(good.replace("\"assets\"", aud));
    }
    for sub in ["\"\"", "null", "{\"$ne\":null}", "\"%\"", "\"x\""] {
        bad.push(good.replacen(&format!("\"{token}\""), sub, 1));
    }
    bad.push(good.replace(",\"exp\":100", ""));
    bad.push(good.replace("\"iat\":1", "\"iat\":2"));
    bad.push(good.replace("\"exp\":100", "\"exp\":100,\"exp\":200"));
    bad.push(good.replace("\"exp\":100", "\"exp\":100,\"nbf\":1"));
    bad.push(good.replace("\"exp\":100", "\"exp\":100,\"roles\":[\"admin\"]"));
    bad.push(good.replace(',', ", "));
    for payload in bad {
        assert!(!world.accepts(&world.truly_signed(&world.header(), &payload)), "truly signed: {payload}");
        let old = format!("{head}.{}.{signature}", URL_SAFE_NO_PAD.encode(&payload));
        assert!(!world.accepts(&old), "old signature: {payload}");
    }
}

#[test]
fn atk_h05_no_hmac_whatever_the_secret() {
    let world = world(ED25519);
    let header = world.header().replace("EdDSA", "HS256");
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(world.payload()));
    let x = URL_SAFE_NO_PAD.encode(&world.public.public);
    let secrets: [&[u8]; 4] = [&world.public.public, x.as_bytes(), b"", b"secret"];
    for secret in secrets {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
        let tag = ring::hmac::sign(&key, input.as_bytes());
        assert!(!world.accepts(&format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag))));
    }
}

#[test]
fn atk_h07_s09_a_foreign_key_under_our_name() {
    let world = world(ED25519);
    let foreign = NewKey::generate(Algorithm::EdDsa).unwrap();
    let input = SigningInput::new(&world.identity, world.token, &world.credential, Algorithm::EdDsa);
    let signing = SigningKey::open(Algorithm::EdDsa, world.public.id.clone(), foreign.private()).unwrap();
    assert!(!world.accepts(signing.sign(&input).unwrap().expose()));
    let twins = [world.public.clone(), world.public.clone()];
    assert_eq!(KeyRing::new(&twins, None).err(), Some(KeyError::Duplicate));
}

#[test]
fn atk_s02_s03_e_every_other_spelling_is_refused() {
    for pem in [ED25519, P256, RSA] {
        let world = world(pem);
        let text = world.text();
        for position in 0..text.len() {
            for other in [b'A', b'B', b'_', b'.', b'=', b'+'] {
                let mut bytes = text.clone().into_bytes();
                if bytes[position] != other {
                    bytes[position] = other;
                    assert!(!world.accepts(std::str::from_utf8(&bytes).unwrap()), "{position}");
                }
            }
            assert!(!world.accepts(&text[..position]));
        }
        for more in ["A", "=", "==", ".", "~", "\n", " ", "\0"] {
            assert!(!world.accepts(&format!("{text}{more}")), "{more:?}");
            assert!(!world.accepts(&format!("{more}{text}")), "{more:?}");
        }
    }
}

#[test]
fn atk_s04_s05_zero_and_der_signatures() {
    for pem in [ED25519, P256, RSA] {
        let world = world(pem);
        let text = world.text();
        let signed = text.rsplit_once('.').unwrap().0;
        for length in [0, 1, 32, 63, 64, 65, 71, 96, 128, 256, 257] {
            for byte in [0, 0xff] {
                assert!(!world.accepts(&format!("{signed}.{}", URL_SAFE_NO_PAD.encode(vec![byte; length]))));
            }
        }
    }
}

#[test]
fn atk_s08_retired_keys_verify_and_withdrawn_ones_do_not() {
    let world = world(ED25519);
    let text = world.text();
    let ring = |state| {
        let key = PublicKey { state, ..world.public.clone() };
        KeyRing::new(&[key], Some(&world.identity)).unwrap()
    };
    let verifies = |ring: &KeyRing| ring.verify(&UnverifiedJwt::parse(&text, MAX_TOKEN).unwrap()).is_ok();
    assert!(verifies(&ring(KeyState::Retired)));
    assert!(!verifies(&ring(KeyState::Withdrawn)));
    assert!(ring(KeyState::Withdrawn).jwks().keys.is_empty());
}

#[test]
fn atk_s10_h10_weak_and_wrong_keys_are_refused() {
    for pem in [
        "",
        "x",
        include_str!("keys/test-only-ed25519-public.pem"),
        include_str!("keys/test-only-rsa-2048-public.pem"),
        include_str!("keys/test-only-rsa-1024.pem"),
        include_str!("keys/test-only-ed448.pem"),
        include_str!("keys/test-only-p384.pem"),
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ] {
        assert_eq!(NewKey::import_pem(pem).err(), Some(KeyError::Pem));
    }
    assert!(NewKey::import_pem(include_str!("keys/test-only-rsa-2048-pkcs1.pem")).is_ok());
    let world = world(ED25519);
    let one = |first: u8| {
        let mut point = vec![0; 32];
        point[0] = first;
        point
    };
    for public in [one(0), one(1), vec![0xff; 32], vec![1; 31], Vec::new()] {
        let key = PublicKey { public, ..world.public.clone() };
        assert_eq!(KeyRing::new(&[key], None).err(), Some(KeyError::Public));
    }
    assert_eq!(NewKey::generate(Algorithm::Rs256).err(), Some(KeyError::Unsupported));
}

#[test]
fn is_exactly_sees_every_difference() {
    let world = world(ED25519);
    let text = world.text();
    let claims = world.ring.verify(&UnverifiedJwt::parse(&text, MAX_TOKEN).unwrap()).unwrap();
    assert!(claims.is_exactly(&world.identity, world.token, &world.credential));
    let good = &world.credential;
    for other in [
        Credential { issued_at: at(2), ..good.clone() },
        Credential { expires_at: None, ..good.clone() },
        Credential { expires_at: Some(at(101)), ..good.clone() },
        Credential { key: "other".parse().unwrap(), ..good.clone() },
    ] {
        assert!(!claims.is_exactly(&world.identity, world.token, &other));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn p06_random_texts_neither_pass_nor_panic(text in "[A-Za-z0-9_.=-]{0,200}|\\PC{0,60}") {
        let world = world(ED25519);
        prop_assert!(!world.accepts(&text));
    }

    #[test]
    fn p01_random_payloads_truly_signed_neither_pass_nor_panic(payload in "\\PC{0,120}") {
        let world = world(ED25519);
        prop_assert!(!world.accepts(&world.truly_signed(&world.header(), &payload)));
    }
}
