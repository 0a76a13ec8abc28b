//! No other site makes a browser change anything.

use serde_json::json;
use token_http::{Need, Verb};
use token_testkit::Answer;

use super::house::{Browser, House, ORIGIN, PASSWORD, in_each_house, problem};

const ID: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";

/// A change with other fields of these names than a page of ours sends; `None` leaves one out.
fn changed(browser: &Browser<'_>, fields: &[(&str, Option<&str>)], method: &str, path: &str) -> Answer {
    let mut sent = browser.fields(method);
    sent.retain(|(name, _)| !fields.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)));
    let other = fields.iter().filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.to_owned())));
    sent.extend(other);
    let body = json!({"name": "made by another site"});
    browser.product.request(method, path, &sent, Some(&body), browser.from)
}

fn head(house: &House) -> u64 {
    house.product.store.head().unwrap().seq.get()
}

#[test]
fn p64_atk_k02_k03_k04_a_change_needs_our_origin_and_the_sessions_token() {
    in_each_house(|house| {
        let _ = house.ada();
        let (browser, other) = (house.signed_in("Ada"), house.signed_in("Ada"));
        let others = other.csrf.borrow().clone();
        let before = head(house);
        for (fields, why) in [
            (&[("Origin", None)][..], "Origin"),
            (&[("Origin", Some("null"))], "Origin"),
            (&[("Origin", Some(""))], "Origin"),
            (&[("Origin", Some("http://tokens.example"))], "Origin"),
            (&[("Origin", Some("https://tokens.example:8443"))], "Origin"),
            (&[("Origin", Some("https://tokens.example.evil"))], "Origin"),
            (&[("Origin", Some("https://evil.tokens.example"))], "Origin"),
            (&[("Origin", Some("https://tokens.example")), ("origin", Some("https://evil.example"))], "Origin"),
            (&[("Origin", None), ("Referer", Some("https://tokens.example/x"))], "Origin"),
            (&[("Sec-Fetch-Site", Some("cross-site"))], "Sec-Fetch-Site"),
            (&[("Sec-Fetch-Site", Some("same-site"))], "Sec-Fetch-Site"),
            (&[("Sec-Fetch-Site", Some("none"))], "Sec-Fetch-Site"),
            (&[("X-CSRF-Token", None)], "X-CSRF-Token"),
            (&[("X-CSRF-Token", Some(""))], "X-CSRF-Token"),
            (&[("X-CSRF-Token", Some("x"))], "X-CSRF-Token"),
            (&[("X-CSRF-Token", Some(others.as_str()))], "X-CSRF-Token"),
        ] {
            let refused = changed(&browser, fields, "POST", "/api/v1/roles");
            assert_eq!((refused.status, problem(&refused).as_str()), (403, "csrf"), "{fields:?}: {}", refused.text);
            assert!(refused.json()["detail"].as_str().unwrap().contains(why), "{fields:?}: {}", refused.text);
        }
        let in_query = format!("/api/v1/roles?X-CSRF-Token={}", browser.csrf.borrow());
        let _ = changed(&browser, &[("X-CSRF-Token", None)], "POST", &in_query).expect(403);
        assert_eq!(head(house), before, "nothing changed");
        // Browsers that do not say where they fetch from are as good as others.
        let _ = changed(&browser, &[("Sec-Fetch-Site", None)], "POST", "/api/v1/roles").expect(201);
    });
}

#[test]
fn p64_atk_k01_k05_every_route_that_changes_refuses_what_no_page_of_ours_asked_for() {
    in_each_house(|house| {
        let _ = house.ada();
        let browser = house.signed_in("Ada");
        let before = head(house);
        for (verb, path, need) in token_http::routes() {
            let path = path.replace("{id}", ID);
            let foreign: &[_] = &[("Origin", Some("https://evil.example")), ("X-CSRF-Token", None)];
            let answer = changed(&browser, foreign, verb.as_str(), &path);
            match (verb, need) {
                (_, Need::Token) => assert_eq!(answer.status, 401, "{verb} {path}: no session counts"),
                (Verb::Get, _) => assert_ne!(answer.status, 403, "{verb} {path}: reading is no change"),
                _ if path.starts_with("/oauth2/") => assert_eq!(answer.status, 401, "{verb} {path}: no session counts"),
                // Who signs in has no session yet; a page of another site is refused all the same.
                (_, Need::Public | Need::Caller | Need::Session | Need::Permission(_)) => {
                    assert_eq!((answer.status, problem(&answer).as_str()), (403, "csrf"), "{verb} {path}");
                }
            }
        }
        assert_eq!(head(house), before, "nothing changed");
        assert_eq!(browser.whoami(), 200);
    });
}

#[test]
fn p64_atk_k01_a_simple_request_is_none_of_ours() {
    in_each_house(|house| {
        let _ = house.ada();
        let browser = house.signed_in("Ada");
        for media in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            let mut fields = browser.fields("POST");
            fields.push(("Content-Type".to_owned(), media.to_owned()));
            let answer = house.product.request("POST", "/api/v1/roles", &fields, None, browser.from);
            assert_eq!(answer.status, 415, "{media}: also with all that a page of ours sends");
        }
    });
}

#[test]
fn atk_l11_no_other_site_signs_anybody_in() {
    in_each_house(|house| {
        let _ = house.ada();
        let body = json!({"username": "Ada", "password": PASSWORD});
        let from = "192.0.2.1".parse().ok();
        let sign_in = |fields: &[(&str, &str)]| {
            let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            house.product.request("POST", "/api/v1/session", &fields, Some(&body), from)
        };
        for fields in [
            &[("Origin", "https://evil.example")][..],
            &[("Origin", "null")],
            &[("Origin", ORIGIN), ("Sec-Fetch-Site", "same-site")],
            &[("Sec-Fetch-Site", "cross-site")],
        ] {
            assert_eq!(problem(&sign_in(fields).expect(403)), "csrf", "{fields:?}");
        }
        assert_eq!(house.product.sign_in.passwords_checked(), 0);
        let _ = sign_in(&[]).expect(200);
        let _ = sign_in(&[("Origin", ORIGIN), ("Sec-Fetch-Site", "same-origin")]).expect(200);
    });
}

#[test]
fn atk_k13_a_session_is_for_the_names_of_this_server() {
    in_each_house(|house| {
        let _ = house.ada();
        let browser = house.signed_in("Ada");
        let named = |host: Option<&str>| changed(&browser, &[("Host", host)], "GET", "/api/v1/whoami");
        for host in ["tokens.example", "TOKENS.example", "tokens.example:443", "127.0.0.1:8080", "localhost:8080"] {
            let _ = named(Some(host)).expect(200);
        }
        for host in [Some("evil.example"), Some("tokens.example.evil"), Some("tokens.example:8080"), Some(""), None] {
            assert_eq!(problem(&named(host).expect(421)), "misdirected", "{host:?}");
        }
    });
}
