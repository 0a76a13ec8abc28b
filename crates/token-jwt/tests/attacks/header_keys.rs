//! Keys and certificates that a text brings with it, and addresses it wants them fetched from.

use std::io::ErrorKind;
use std::net::TcpListener;

use token_core::Algorithm;
use token_jwt::{NewKey, VerifyError};

use crate::hand;
use crate::members::quoted;
use crate::points::SMALL_ORDER;
use crate::world::{World, claims, encode, on_each};

/// Refused with the member behind and before the others: with the old signature, truly signed, and signed by the key
/// the member offers.
fn refused(world: &World, member: &str, offered: Option<&World>) {
    for header in world.header().and(member) {
        if let Some(theirs) = offered {
            for header in [header.clone(), header.replace(world.algorithm().as_str(), theirs.algorithm().as_str())] {
                world.refuses(&theirs.sign(header, claims().to_string()), VerifyError::UnknownHeader);
            }
        }
        world.refuses_header(header);
    }
}

#[test]
fn atk_h09_a_jwk_of_their_own() {
    on_each(|world| {
        for algorithm in Algorithm::ALL {
            let theirs = World::foreign(*algorithm);
            let jwk = serde_json::to_string(&theirs.ring.jwks().keys[0]).unwrap();
            refused(world, &format!(r#""jwk":{jwk}"#), Some(&theirs));
        }
        // A symmetric key, and the tag it makes.
        let member = format!(r#""jwk":{{"kty":"oct","k":"{}"}}"#, encode(b"secret"));
        refused(world, &member, None);
        for (alg, hmac) in hand::HMACS {
            let [header, _] = world.header().and(&member);
            let header = header.replace(world.algorithm().as_str(), alg);
            let input = format!("{}.{}", encode(header), encode(claims().to_string()));
            let tag = encode(hand::hmac(hmac, b"secret", &input));
            world.refuses(&format!("{input}.{tag}"), VerifyError::UnknownHeader);
        }
    });
}

#[test]
fn atk_h10_a_jwk_of_small_order_with_the_signature_that_always_holds() {
    // The identity as R, zero as S.
    let mut signature = [0; 64];
    signature[0] = 1;
    let signature = encode(signature);
    on_each(|world| {
        let payload = encode(claims().to_string());
        for point in SMALL_ORDER {
            let member = format!(r#""jwk":{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, encode(point));
            refused(world, &member, None);
            for header in world.header().and(&member) {
                let header = encode(header.replace(world.algorithm().as_str(), "EdDSA"));
                world.refuses(&format!("{header}.{payload}.{signature}"), VerifyError::UnknownHeader);
            }
        }
        // And under the header of our own key.
        let header = encode(world.header().to_string());
        world.refuses(&format!("{header}.{payload}.{signature}"), VerifyError::Signature);
    });
}

#[test]
fn atk_h11_a_broken_jwk() {
    on_each(|world| {
        for jwk in [
            "{}",
            "[]",
            "null",
            "0",
            r#""x""#,
            r#""""#,
            "[{}]",
            r#"{"kty":"OKP"}"#,
            r#"{"kty":"OKP","crv":"Ed25519"}"#,
            r#"{"kty":"OKP","crv":"Ed25519","x":""}"#,
            r#"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#,
            r#"{"kty":"OKP","crv":"Ed25519","x":"!"}"#,
            r#"{"kty":"OKP","crv":"Ed25519","x":1}"#,
            r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#,
            r#"{"kty":"RSA","n":"","e":""}"#,
            r#"{"kty":"RSA","n":"AA","e":"AQ"}"#,
            r#"{"kty":"unknown"}"#,
            r#"{"kty":null}"#,
        ] {
            refused(world, &format!(r#""jwk":{jwk}"#), None);
        }
    });
}

#[test]
fn atk_h12_addresses_are_never_asked() {
    let canary = TcpListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let own = canary.local_addr().unwrap();
    on_each(|world| {
        for url in [
            format!("http://{own}/jwks"),
            format!("http://localhost:{}/.well-known/jwks.json", own.port()),
            format!("http://{own}/redirect?to=http://{own}/jwks"),
            format!("https://tokens.example@{own}/"),
            "file:///dev/null".to_owned(),
            "file://localhost/etc/passwd".to_owned(),
            String::new(),
        ] {
            let theirs = World::foreign(world.algorithm());
            refused(world, &format!(r#""jku":"{url}""#), Some(&theirs));
            refused(world, &format!(r#""x5u":"{url}""#), Some(&theirs));
        }
    });
    assert_eq!(canary.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "somebody called");
}

#[test]
fn atk_h13_certificates_of_their_own() {
    let pem = include_str!("../keys/test-only-ed25519-certificate.pem");
    let certificate: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let theirs = World::with(NewKey::import_pem(include_str!("../keys/test-only-ed25519.pem")).unwrap());
    let certificate = quoted(certificate);
    on_each(|world| {
        refused(world, &format!(r#""x5c":[{certificate}]"#), Some(&theirs));
        refused(world, &format!(r#""x5c":[{}]"#, vec![certificate.as_str(); 2_000].join(",")), Some(&theirs));
        for x5c in ["[]", r#"["!"]"#, r#"["AA"]"#, r#""AA""#, "null", "[null]", "[[]]"] {
            refused(world, &format!(r#""x5c":{x5c}"#), None);
        }
        refused(world, r#""x5t":"AA""#, None);
        refused(world, r#""x5t#S256":"AA""#, None);
    });
}
