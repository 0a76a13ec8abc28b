//! Signing in by the page, through the router in this process: what it costs.

use std::net::IpAddr;

use token_testkit::{Answer, RawRequest};

use crate::sign_in::house::{House, ORIGIN, PASSWORD, SESSION, in_each_house};

/// Sends the form of signing in from an address of its own.
fn sign_in(house: &House, from: &str, name: &str, password: &str) -> Answer {
    let fields = [
        ("Host", "tokens.example"),
        ("Origin", ORIGIN),
        ("Sec-Fetch-Site", "same-origin"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    let body = format!("username={name}&password={}", password.replace(' ', "+"));
    let raw = RawRequest {
        method: "POST".to_owned(),
        target: "/sign-in".to_owned(),
        headers: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        body: body.into_bytes(),
    };
    house.product.page(&raw, from.parse::<IpAddr>().unwrap())
}

/// Everything a stranger sees, but for the name that was typed and the id and time of the answer.
fn seen(answer: &Answer, name: &str) -> (u16, Vec<(String, String)>, String) {
    let headers = answer.headers.iter().filter(|(field, _)| field != "x-request-id" && field != "date").cloned();
    let mut headers: Vec<_> = headers.collect();
    headers.sort();
    (answer.status, headers, answer.text.replace(&format!("value=\"{name}\""), "value=\"-\""))
}

#[test]
fn p61_atk_l01_l17_nobody_disabled_and_wrong_get_the_same_page_after_one_hash_each() {
    in_each_house(|house| {
        let _ = house.ada();
        let _ = house.person_with("Without", &[], None);
        house.disable(house.person("Disabled", &[]));
        let mut pages = Vec::new();
        for (number, (name, password)) in [
            ("nobody", PASSWORD),
            ("Ada", "another long way"),
            ("ADA", "a long way to Tipperarx"),
            ("Without", PASSWORD),
            ("Disabled", PASSWORD),
            ("Disabled", "another long way"),
        ]
        .into_iter()
        .enumerate()
        {
            let before = house.product.sign_in.passwords_checked();
            let answer = sign_in(house, &format!("192.0.2.{number}"), name, password).expect(401);
            assert_eq!(house.product.sign_in.passwords_checked() - before, 1, "{name} {password}");
            pages.push(seen(&answer, name));
        }
        assert!(pages.windows(2).all(|pair| pair[0] == pair[1]), "{pages:#?}");
        let before = house.product.sign_in.passwords_checked();
        let signed_in = sign_in(house, "192.0.2.100", "Ada", PASSWORD).expect(303);
        assert!(signed_in.cookie(SESSION).is_some());
        assert_eq!(house.product.sign_in.passwords_checked() - before, 1, "success costs the same");
    });
}

#[test]
fn p62_atk_l02_d12_whoever_waits_or_cannot_be_right_costs_no_hash() {
    in_each_house(|house| {
        let _ = house.ada();
        for (name, password) in [("", PASSWORD), ("Ada", ""), ("Ada", &"x".repeat(1_025)), ("Ada", &"x".repeat(60_000))]
        {
            let _ = sign_in(house, "192.0.2.1", name, password).expect(401);
        }
        let _ = sign_in(house, "192.0.2.1", "Ada", &"x".repeat(70_000)).expect(413);
        assert_eq!(house.product.sign_in.passwords_checked(), 0);
        for _ in 0..5 {
            let _ = sign_in(house, "192.0.2.1", "Ada", "wrong+wrong+wrong").expect(401);
        }
        let waits = sign_in(house, "192.0.2.2", "Ada", PASSWORD).expect(429);
        assert!(waits.header("retry-after").is_some());
        assert_eq!(house.product.sign_in.passwords_checked(), 5);
    });
}
