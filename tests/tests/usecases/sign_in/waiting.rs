//! Whoever guesses has to wait, and nobody else.

use super::house::{DEVICE, House, PASSWORD, in_each_house, problem};

/// Wrong passwords until the name has to wait; each from another address.
fn guess(house: &House, name: &str, from: &mut impl Iterator<Item = String>) -> u32 {
    for tries in 0..20 {
        let answer = house.browser_at(from.next().unwrap().parse().ok()).sign_in(name, "wrong wrong wrong");
        if answer.status == 429 {
            assert_eq!(problem(&answer), "too-many-sign-ins");
            assert!(answer.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
            return tries;
        }
        let _ = answer.expect(401);
    }
    panic!("nobody has to wait")
}

/// Addresses that share nothing.
fn addresses() -> impl Iterator<Item = String> {
    (0..250).map(|number| format!("198.51.100.{number}"))
}

#[test]
fn p62_after_five_failures_the_wait_doubles_and_nothing_is_hashed_meanwhile() {
    in_each_house(|house| {
        let _ = house.ada();
        let mut from = addresses();
        assert_eq!(guess(house, "Ada", &mut from), 5);
        let hashed = house.product.sign_in.passwords_checked();
        assert_eq!(hashed, 5);
        for wait in [1, 2, 4, 8] {
            let mut early = || house.browser_at(from.next().unwrap().parse().ok()).sign_in("Ada", PASSWORD);
            assert_eq!(early().expect(429).header("retry-after"), Some(wait.to_string().as_str()));
            house.clock.advance(wait - 1);
            assert_eq!(early().expect(429).header("retry-after"), Some("1"), "too early costs nothing");
            house.clock.advance(1);
            let wrong = house.browser_at(from.next().unwrap().parse().ok()).sign_in("Ada", "wrong wrong wrong");
            let _ = wrong.expect(401);
        }
        assert_eq!(house.product.sign_in.passwords_checked(), hashed + 4);
        // Never for good, and the right password forgives what came before.
        house.clock.advance(16);
        let _ = house.browser().sign_in("Ada", PASSWORD).expect(200);
        assert_eq!(guess(house, "Ada", &mut from), 5);
    });
}

#[test]
fn p62_atk_l04_every_spelling_of_a_name_is_one_account_with_one_counter() {
    let spellings = ["Zoë", "ZOË", " zoë ", "Zoe\u{308}", "Ｚｏë", "zOë"];
    in_each_house(|house| {
        let _ = house.person("Zoë", &[]);
        let mut from = addresses();
        for name in spellings {
            let _ = house.browser_at(from.next().unwrap().parse().ok()).sign_in(name, PASSWORD).expect(200);
        }
        for name in &spellings[..5] {
            let wrong = house.browser_at(from.next().unwrap().parse().ok()).sign_in(name, "wrong wrong wrong");
            let _ = wrong.expect(401);
        }
        for name in spellings {
            let _ = house.browser_at(from.next().unwrap().parse().ok()).sign_in(name, PASSWORD).expect(429);
        }
        // Look-alikes are other people, who are not there.
        for name in ["Ζoë", "Zoe", "zοë"] {
            let _ = house.browser_at(from.next().unwrap().parse().ok()).sign_in(name, PASSWORD).expect(401);
        }
    });
}

#[test]
fn p62_atk_l01_names_of_nobody_wait_like_all_others() {
    in_each_house(|house| {
        let _ = house.ada();
        assert_eq!(guess(house, "nobody", &mut addresses()), 5);
    });
}

#[test]
fn p62_atk_l05_an_address_waits_whatever_name_it_tries() {
    in_each_house(|house| {
        let _ = house.ada();
        for (from, same, other) in [
            ("203.0.113.9", "203.0.113.9", "203.0.113.10"),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:3::1"),
        ] {
            for number in 0..5 {
                let browser = house.browser_at(from.parse().ok());
                let _ = browser.sign_in(&format!("{from} {number}"), PASSWORD).expect(401);
            }
            assert_eq!(house.browser_at(same.parse().ok()).sign_in("Ada", PASSWORD).status, 429, "{same}");
            // What an untrusted peer says of others counts for nothing.
            let mut fields = house.browser().fields("POST");
            fields.push(("X-Forwarded-For".to_owned(), "192.0.2.77".to_owned()));
            let body = serde_json::json!({"username": "Ada", "password": PASSWORD});
            let claims = house.product.request("POST", "/api/v1/session", &fields, Some(&body), same.parse().ok());
            let _ = claims.expect(429);
            let _ = house.browser_at(other.parse().ok()).sign_in("Ada", PASSWORD).expect(200);
        }
        // A success of the guesser's own forgives the address nothing.
        let from = "203.0.113.50";
        for number in 0..4 {
            let _ = house.browser_at(from.parse().ok()).sign_in(&format!("n{number}"), PASSWORD).expect(401);
        }
        let _ = house.browser_at(from.parse().ok()).sign_in("Ada", PASSWORD).expect(200);
        let _ = house.browser_at(from.parse().ok()).sign_in("n5", PASSWORD).expect(401);
        let _ = house.browser_at(from.parse().ok()).sign_in("n6", PASSWORD).expect(429);
    });
}

#[test]
fn p62_atk_l06_strangers_lock_out_nobody_whose_browser_is_known() {
    in_each_house(|house| {
        let _ = house.ada();
        let _ = house.person("Eve", &[]);
        let home = house.signed_in("Ada");
        let mut from = addresses();
        let _ = guess(house, "Ada", &mut from);
        assert_eq!(home.whoami(), 200, "the running session goes on");
        let _ = house.browser().sign_in("Ada", PASSWORD).expect(429);
        // Also from an address that has to wait itself.
        let shared = from.next().unwrap();
        for number in 0..5 {
            let _ = house.browser_at(shared.parse().ok()).sign_in(&format!("n{number}"), PASSWORD).expect(401);
        }
        let known = house.browser_at(shared.parse().ok());
        known.set_cookie(DEVICE, &home.cookie(DEVICE));
        let _ = known.sign_in("Ada", PASSWORD).expect(200);
        // A browser known for another account is none of Ada's.
        let eve = house.signed_in("Eve");
        let other = house.browser();
        other.set_cookie(DEVICE, &eve.cookie(DEVICE));
        let _ = other.sign_in("Ada", PASSWORD).expect(429);
        // A known browser has failures of its own.
        let stolen = house.browser();
        stolen.set_cookie(DEVICE, &home.cookie(DEVICE));
        for _ in 0..5 {
            let _ = stolen.sign_in("Ada", "wrong wrong wrong").expect(401);
        }
        let _ = stolen.sign_in("Ada", PASSWORD).expect(429);
    });
}
