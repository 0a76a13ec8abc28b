//! What a browser may present, and what counts of it.

use token_core::{Author, BuiltIn};

use super::house::{DEVICE, PASSWORD, SESSION, in_each_house, problem};
use crate::world::new_token;

#[test]
fn atk_k07_the_cookies_are_for_this_host_over_tls_and_for_no_script() {
    in_each_house(|house| {
        let _ = house.ada();
        let answer = house.browser().sign_in("Ada", PASSWORD).expect(200);
        let set: Vec<&str> =
            answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str()).collect();
        assert_eq!(set.len(), 2, "{set:?}");
        for cookie in set {
            let attributes: Vec<&str> =
                cookie.split("; ").skip(1).filter(|part| !part.starts_with("Max-Age")).collect();
            assert_eq!(attributes, ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"], "{cookie}");
            assert!(cookie.starts_with("__Host-tokenward-"), "{cookie}");
        }
        let secret = answer.cookie(SESSION).unwrap();
        assert!(!answer.text.contains(secret), "the secret is in the cookie and nowhere else");
    });
}

#[test]
fn atk_k06_another_spelling_of_a_session_is_none() {
    in_each_house(|house| {
        let _ = house.ada();
        let browser = house.signed_in("Ada");
        let secret = browser.cookie(SESSION);
        let mut other = secret.clone().into_bytes();
        other[10] = if other[10] == b'A' { b'B' } else { b'A' };
        let other = String::from_utf8(other).unwrap();
        for value in [
            String::new(),
            "x".to_owned(),
            other,
            format!("\"{secret}\""),
            format!("{secret}="),
            format!("{secret}A"),
            format!("{secret} x"),
            format!("{secret}; {SESSION}={secret}"),
            format!("{secret}; {SESSION}="),
            "A".repeat(43),
            "A".repeat(10_000),
            secret.to_lowercase(),
        ] {
            let tossed = house.browser();
            tossed.set_cookie(SESSION, &value);
            assert_eq!(problem(&tossed.get("/api/v1/whoami").expect(401)), "session-required", "{value:.100}");
        }
        for name in [DEVICE, "tokenward-session", "__Host-tokenward-Session", "token", "Authorization"] {
            let misnamed = house.browser();
            misnamed.set_cookie(name, &secret);
            assert_eq!(problem(&misnamed.get("/api/v1/whoami").expect(401)), "credentials-required", "{name}");
        }
        assert_eq!(browser.whoami(), 200);
    });
}

#[test]
fn atk_b19_b20_c22_a_presented_token_decides_alone() {
    in_each_house(|house| {
        let _ = house.ada();
        let _ = house.person("Eve", &[]);
        let (ada, eve) = (house.signed_in("Ada"), house.signed_in("Eve"));
        let create = |roles: &[_]| {
            let made = house.product.admin.create_token(&Author::command_line(), &new_token(roles)).unwrap();
            made.value.text.expose().to_owned()
        };
        let (strong, weak) = (create(&[BuiltIn::Admin.id()]), create(&[]));
        house.product.guard.look().unwrap();
        let both = |browser: &super::house::Browser<'_>, field: &str, path: &str| {
            let mut fields = browser.fields("GET");
            fields.push(("Authorization".to_owned(), field.to_owned()));
            house.product.request("GET", path, &fields, None, browser.from)
        };
        // Never the stronger of both.
        let _ = both(&ada, &format!("Bearer {weak}"), "/api/v1/roles").expect(403);
        let me = both(&eve, &format!("Bearer {strong}"), "/api/v1/whoami").expect(200).json();
        assert_eq!(me["kind"], "token");
        // A bad one beside a good session.
        for field in ["Bearer a.b.c", "Bearer", "", "Basic YTpi", &format!("Bearer {}", ada.cookie(SESSION))] {
            let refused = both(&ada, field, "/api/v1/whoami").expect(401);
            assert!(matches!(problem(&refused).as_str(), "invalid-token" | "credentials-required"), "{field}");
        }
        // One in the place of the other.
        for text in [ada.cookie(SESSION), ada.csrf.borrow().clone(), ada.cookie(DEVICE)] {
            let bearer = house.product.call("GET", "/api/v1/whoami", Some(&text), None).expect(401);
            assert_eq!(problem(&bearer), "invalid-token");
        }
        let swapped = house.browser();
        swapped.set_cookie(SESSION, &strong);
        assert_eq!(problem(&swapped.get("/api/v1/whoami").expect(401)), "session-required");
        // A token is no session.
        let token = house.product.call("GET", "/api/v1/session", Some(&strong), None).expect(401);
        assert_eq!(problem(&token), "session-required");
    });
}
