//! Cookies: their flags, what counts of them, and where their values never stand.

use token_console::routes;
use token_http::Verb;
use token_testkit::{Answer, on_each_database};

use super::browser::{DEVICE, START};
use super::calls::{NEXT, ends_a_session, good};
use crate::app::App;
use crate::sign_in::browser::{PASSWORD, SESSION};

fn set(answer: &Answer) -> Vec<&str> {
    answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str()).collect()
}

/// Name, and attributes but for the age.
fn flags(cookie: &str) -> (&str, Vec<&str>) {
    let attributes = cookie.split("; ").skip(1).filter(|part| !part.starts_with("Max-Age")).collect();
    (cookie.split('=').next().unwrap(), attributes)
}

#[test]
fn atk_k07_cookies_of_pages_are_for_this_host_over_tls_and_for_no_script() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let signed_in = app.browser().sign_in("ada", PASSWORD).expect(303);
        let fields = [("password_current", PASSWORD), ("password_new", NEXT), ("password_again", NEXT)];
        let changed = ada.post("/account/password", &fields).expect(303);
        let signed_out = ada.sign_out();
        let strict = vec!["Path=/", "Secure", "HttpOnly", "SameSite=Strict"];
        for (answer, names) in
            [(&signed_in, vec![SESSION, DEVICE]), (&changed, vec![SESSION]), (&signed_out, vec![SESSION])]
        {
            let cookies: Vec<_> = set(answer).into_iter().map(flags).collect();
            let expected: Vec<_> = names.into_iter().map(|name| (name, strict.clone())).collect();
            assert_eq!(cookies, expected);
        }
        assert!(!set(&signed_in)[0].contains("Max-Age"), "a session is gone with the browser");
        assert!(set(&signed_out)[0].starts_with(&format!("{SESSION}=; Max-Age=0;")), "{signed_out:?}");
    });
}

#[test]
fn atk_k06_another_spelling_of_a_session_or_two_of_them_are_nobody() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let (ada, bob) = (app.ada(), app.somebody("bob", &[]));
        let secret = ada.secret();
        let mut other = secret.clone().into_bytes();
        other[10] = if other[10] == b'A' { b'B' } else { b'A' };
        let other = String::from_utf8(other).unwrap();
        let bare = app.browser().page();
        let before = app.seen();
        for cookie in [
            format!("{SESSION}="),
            format!("{SESSION}={other}"),
            format!("{SESSION}=\"{secret}\""),
            format!("{SESSION}={secret}="),
            format!("{SESSION}={secret}A"),
            format!("{SESSION}={}", secret.to_lowercase()),
            format!("{SESSION}={}", "A".repeat(43)),
            format!("{SESSION}={}", "A".repeat(10_000)),
            format!("{SESSION}={}; {SESSION}={secret}", bob.secret()),
            format!("{SESSION}={secret}; {SESSION}={}", bob.secret()),
            format!("{SESSION}={secret}; {SESSION}={secret}"),
            format!("{SESSION}={secret}; {SESSION}="),
            format!("{}={secret}", SESSION.to_uppercase()),
            format!("tokenward-session={secret}"),
            format!("{DEVICE}={secret}"),
        ] {
            let client = bare.with("Cookie", &cookie);
            let answer = client.get("/overview").expect(303);
            assert_eq!(answer.header("location"), Some("/sign-in?next=%2Foverview"), "{cookie}");
            let form = format!("name=x&do=save&csrf={}", ada.csrf());
            let _ = client.request("POST", "/admin/roles/new", Some(&form)).expect(401);
        }
        let two = bare.with("Cookie", &format!("{SESSION}={secret}")).with("Cookie", &format!("{SESSION}={other}"));
        let _ = two.get("/overview").expect(303);
        assert_eq!(app.seen(), before);
        let _ = ada.get("/overview").expect(200);
    });
}

#[test]
fn atk_k08_the_secret_of_a_session_is_in_no_page_and_no_address() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let secrets = [ada.secret(), ada.cookie(DEVICE).unwrap()];
        for (verb, route, _) in routes().filter(|(_, route, _)| !ends_a_session(route) && *route != "/sign-in") {
            let call = good(&app, verb, route);
            let answer = match verb {
                Verb::Post => ada.post_owned(&call.path, &call.fields),
                _ => ada.get(&call.path),
            };
            let told = format!("{:?}{}", answer.headers, answer.text);
            assert!(secrets.iter().all(|secret| !told.contains(secret)), "{verb} {route}");
        }
    });
}

#[test]
fn p61_atk_l09_every_sign_in_makes_a_new_secret_and_a_planted_one_is_none() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let before = ada.secret();
        let _ = ada.sign_in("ada", PASSWORD).expect(303);
        assert_ne!(ada.secret(), before, "a sign-in on top of a session");
        let planted = "B".repeat(43);
        let victim = app.browser();
        victim.set_cookie(SESSION, &planted);
        let _ = victim.sign_in("ada", PASSWORD).expect(303);
        assert_ne!(victim.secret(), planted);
        let attacker = app.browser();
        attacker.set_cookie(SESSION, &planted);
        let _ = attacker.get("/overview").expect(303);
        // With the session of somebody else planted, one is oneself after signing in.
        app.accounts().make("bob", &[]);
        let bob = app.visitor("bob");
        let victim = app.browser();
        victim.set_cookie(SESSION, &bob.secret());
        let _ = victim.sign_in("ada", PASSWORD).expect(303);
        assert!(victim.get("/account").expect(200).text.contains("<dd>ada</dd>"));
        assert!(bob.get("/account").expect(200).text.contains("<dd>bob</dd>"));
    });
}

#[test]
fn atk_k12_a_bomb_of_cookies_is_431_on_a_page_that_says_so() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let ada = app.ada();
        let _ = ada.client().with("Cookie", &format!("bomb={}", "x".repeat(5_000))).get("/overview").expect(200);
        for path in ["/", "/sign-in", "/overview", "/admin/api-tokens"] {
            let answer = ada.client().with("X-Bomb", &"x".repeat(17_000)).get(path).expect(431);
            assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{path}: {answer:?}");
        }
        let _ = ada.get("/overview").expect(200);
    });
}
