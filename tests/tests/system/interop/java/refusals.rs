//! What a verifier in Java refuses that has no library to do it, and why: nothing is refused for something else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, KeyPair as _,
};
use serde_json::{Value, json};

use super::Java;
use crate::interop::run;

const HEADER: &str = r#"{"alg":"EdDSA","typ":"api-token+jwt","kid":"k"}"#;
const CLAIMS: &str = r#"{"iss":"us","aud":"them","sub":"s","jti":"j","iat":1,"exp":4102444800,"nbf":1}"#;

struct Signer(Ed25519KeyPair);

impl Signer {
    fn new() -> Self {
        let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self(Ed25519KeyPair::from_pkcs8(key.as_ref()).unwrap())
    }

    fn jwk(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.0.public_key());
        json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "k", "alg": "EdDSA", "use": "sig"})
    }

    /// Header and claims, truly signed.
    fn token(&self, header: &str, claims: &str) -> String {
        let signed = to_sign(header, claims);
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(self.0.sign(signed.as_bytes())))
    }
}

fn jwks(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

fn to_sign(header: &str, claims: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

/// The good texts with one piece replaced, and what is said of them.
fn replaced() -> Vec<(&'static str, String, String)> {
    let header = |why, piece: &str, by: &str| (why, HEADER.replacen(piece, by, 1), CLAIMS.to_owned());
    let claims = |why, piece: &str, by: &str| (why, HEADER.to_owned(), CLAIMS.replacen(piece, by, 1));
    vec![
        header("not the algorithm", "EdDSA", "none"),
        header("not the algorithm", "EdDSA", "HS256"),
        header("not the algorithm", r#""alg":"EdDSA","#, ""),
        header("another type", "api-token+jwt", "JWT"),
        header("another type", r#""typ":"api-token+jwt","#, ""),
        header("nobody knows", "{", r#"{"crit":["exp"],"#),
        header("no such key", r#""k""#, r#""l""#),
        header("no such key", r#","kid":"k""#, ""),
        header("duplicate key", "{", r#"{"alg":"none","#),
        header("not one JSON object", HEADER, "null"),
        header("not one JSON object", HEADER, r#"[["alg","EdDSA"],["typ","api-token+jwt"],["kid","k"]]"#),
        header("MalformedJson", "}", "}1"),
        header("MalformedJson", "{", "{/**/"),
        claims("another issuer", r#""us""#, r#""them""#),
        claims("another audience", r#""them""#, r#""us""#),
        claims("another audience", r#""them""#, r#"["them"]"#),
        claims("claim is missing", r#""sub":"s","#, ""),
        claims("claim is missing", r#""sub":"s""#, r#""sub":null"#),
        claims("claim is missing", r#""jti":"j","#, ""),
        claims("claim is missing", r#""iat":1,"#, ""),
        claims("not one JSON object", CLAIMS, r#"[["iss","us"],["aud","them"],["sub","s"],["jti","j"],["iat",1]]"#),
        claims("duplicate key", "{", r#"{"iss":"you","#),
        claims("expired", "4102444800", "1700000000"),
        claims("not a time", "4102444800", r#""4102444800""#),
        claims("not good yet", r#""nbf":1"#, r#""nbf":4102444800"#),
    ]
}

#[test]
fn s15_a_verifier_in_java_refuses_what_libraries_refuse() {
    let java = Java::compile("Verify");
    let signer = Signer::new();
    let read = |text: &str| run(&mut java.command(), &[&jwks(&[signer.jwk()]), text, "them", "us"]);
    let good = signer.token(HEADER, CLAIMS);
    assert_eq!(read(&good).unwrap()["sub"], "s");
    let without_end = signer.token(HEADER, &CLAIMS.replace(r#","exp":4102444800,"nbf":1"#, ""));
    assert_eq!(read(&without_end).unwrap()["sub"], "s");

    let refused = |why: &str, text: &str| {
        let said = read(text).expect_err(text);
        assert!(said.contains(why), "{text} is refused, but not because of `{why}`: {said}");
    };
    for (why, header, claims) in replaced() {
        refused(why, &signer.token(&header, &claims));
    }
    refused("wrong signature", &Signer::new().token(HEADER, CLAIMS));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    refused("wrong signature", &format!("{signed}."));
    // 63 bytes instead of 64, and 65.
    refused("wrong signature", &format!("{signed}.{}", &signature[..84]));
    refused("wrong signature", &format!("{signed}.A{signature}"));
    refused("not base64url", &format!("{good}=="));
    // The last letter stands for two bits, and four that are nothing.
    let stray = char::from(signature.as_bytes()[85] + 1);
    refused("not base64url", &format!("{signed}.{}{stray}", &signature[..85]));
    refused("not three parts", &format!("{good}."));
    refused("not three parts", signed);
}

#[test]
fn s15_a_verifier_in_java_takes_one_form_of_es256_and_no_zeros() {
    let java = Java::compile("Verify");
    let (random, signed) = (SystemRandom::new(), to_sign(&HEADER.replace("EdDSA", "ES256"), CLAIMS));
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let signer =
        |form: &'static EcdsaSigningAlgorithm| EcdsaKeyPair::from_pkcs8(form, pkcs8.as_ref(), &random).unwrap();
    let signature = |form| signer(form).sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec();
    let public = signer(&ECDSA_P256_SHA256_FIXED_SIGNING).public_key().as_ref().to_vec();
    let [x, y] = [1..33, 33..65].map(|half| URL_SAFE_NO_PAD.encode(&public[half]));
    let key = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "k", "alg": "ES256", "use": "sig"});
    let read = |signature: &[u8]| {
        let text = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        run(&mut java.command(), &[&jwks(core::slice::from_ref(&key)), &text, "them", "us"])
    };
    let good = signature(&ECDSA_P256_SHA256_FIXED_SIGNING);
    assert_eq!(read(&good).unwrap()["sub"], "s");
    let (r, s) = good.split_at(32);
    let zeros = [0; 32];
    for bad in [
        [zeros, zeros].concat(),
        [r, &zeros].concat(),
        [&zeros, s].concat(),
        [s, r].concat(),
        signature(&ECDSA_P256_SHA256_ASN1_SIGNING),
    ] {
        let said = read(&bad).expect_err("a bad signature");
        assert!(said.contains("wrong signature"), "{bad:?}: {said}");
    }
}
