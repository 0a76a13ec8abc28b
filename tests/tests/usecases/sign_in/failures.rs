//! Who is not let in, and what that tells a stranger.

use serde_json::json;
use token_testkit::Answer;

use super::house::{PASSWORD, in_each_house, problem};

/// Everything a stranger sees, but for the id and the time of the answer.
fn seen(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let id = answer.header("x-request-id").unwrap();
    let headers = answer.headers.iter().filter(|(name, _)| name != "x-request-id" && name != "date").cloned();
    (answer.status, headers.collect(), answer.text.replace(id, "-"))
}

#[test]
fn p61_atk_l01_l17_nobody_disabled_and_wrong_are_answered_alike_after_one_hash_each() {
    in_each_house(|house| {
        let _ = house.ada();
        let _ = house.person_with("Without", &[], None);
        let disabled = house.person("Disabled", &[]);
        house.disable(disabled);
        let mut answers = Vec::new();
        for (number, (name, password)) in [
            ("nobody", PASSWORD),
            ("Ada", "another long way"),
            ("Ada", "a long way to Tipperarx"),
            ("Ada", "x long way to Tipperary"),
            ("Without", PASSWORD),
            ("Disabled", PASSWORD),
            ("Disabled", "another long way"),
        ]
        .into_iter()
        .enumerate()
        {
            let browser = house.browser_at(format!("192.0.2.{number}").parse().ok());
            let before = house.product.sign_in.passwords_checked();
            let answer = browser.sign_in(name, password).expect(401);
            assert_eq!(house.product.sign_in.passwords_checked() - before, 1, "{name} {password}");
            assert_eq!(answer.cookie(super::house::SESSION), None);
            answers.push(seen(&answer));
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
        let before = house.product.sign_in.passwords_checked();
        let _ = house.browser().sign_in("Ada", PASSWORD).expect(200);
        assert_eq!(house.product.sign_in.passwords_checked() - before, 1, "success costs the same");
    });
}

#[test]
fn atk_l02_l03_d12_bodies_that_cannot_be_good_cost_no_hash() {
    in_each_house(|house| {
        let _ = house.ada();
        let browser = house.browser();
        for (body, status) in [
            (json!({}), 422),
            (json!({"username": "Ada"}), 422),
            (json!({"username": "Ada", "password": ""}), 422),
            (json!({"username": "", "password": PASSWORD}), 422),
            (json!({"username": "Ada\u{0}", "password": PASSWORD}), 422),
            (json!({"username": "Ada", "password": "x".repeat(1_025)}), 422),
            (json!({"username": "Ada", "password": "x".repeat(60_000)}), 422),
            (json!({"username": "Ada", "password": "x".repeat(70_000)}), 413),
            (json!({"username": {"$gt": ""}, "password": {"$gt": ""}}), 400),
            (json!({"username": ["Ada"], "password": PASSWORD}), 400),
            (json!({"username": 1, "password": PASSWORD}), 400),
            (json!({"username": "Ada", "password": PASSWORD, "admin": true}), 400),
        ] {
            let answer = browser.post("/api/v1/session", &body);
            assert_eq!(answer.status, status, "{body:.80}: {}", answer.text);
            assert!(!answer.text.contains(PASSWORD), "no echo");
        }
        assert_eq!(house.product.sign_in.passwords_checked(), 0);
        let _ = browser.sign_in("Ada", PASSWORD).expect(200);
    });
}

#[test]
fn atk_l08_sql_in_name_and_password_is_text() {
    in_each_house(|house| {
        let _ = house.ada();
        for (number, text) in
            ["' OR '1'='1", "Ada'--", "Ada\"; DROP TABLE users;--", "%", "_da", "A%"].iter().enumerate()
        {
            let browser = house.browser_at(format!("192.0.2.{number}").parse().ok());
            assert_eq!(problem(&browser.sign_in(text, text)), "sign-in-refused", "{text}");
        }
        let _ = house.browser().sign_in("Ada", PASSWORD).expect(200);
    });
}

#[test]
fn atk_l15_a_password_is_read_from_the_body_alone() {
    in_each_house(|house| {
        let _ = house.ada();
        let browser = house.browser();
        let query = "/api/v1/session?username=Ada&password=a+long+way+to+Tipperary";
        let _ = browser.get(query).expect(401);
        assert_eq!(problem(&browser.post(query, &json!({}))), "invalid-query");
        let form = [("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
        let answer = house.product.request("POST", "/api/v1/session", &form, None, browser.from);
        assert_eq!(problem(&answer), "unsupported-media-type");
        assert_eq!(house.product.sign_in.passwords_checked(), 0);
    });
}
