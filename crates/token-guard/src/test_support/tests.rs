use token_core::permission;

use super::*;
use crate::{Arrival, Caller, Refusal};

fn call_from(fake: &TestGuard, text: &str, peer: Option<&str>) -> Result<Caller, Refusal> {
    let peer = peer.map(|peer| peer.parse().unwrap());
    fake.guard().admit_text(text, Arrival { now: fake.now(), peer })
}

/// The status of a call, and what its challenge says.
fn status(fake: &TestGuard, text: &str) -> (u16, String) {
    match call_from(fake, text, None) {
        Ok(_) => (200, String::new()),
        Err(refusal) => (refusal.answer().status, refusal.answer().detail),
    }
}

#[test]
fn s35_fake_tokens_end_by_revocation_deletion_and_expiry() {
    let fake = TestGuard::new();
    let [revoked, deleted, expired, goes_on] = ["a", "b", "c", "d"].map(|name| fake.token(name, &[]));
    fake.revoke(&revoked);
    fake.delete(&deleted);
    fake.expire(&expired);
    assert!(status(&fake, revoked.text()).1.contains("is revoked"));
    assert!(status(&fake, deleted.text()).1.contains("is not accepted"));
    assert!(status(&fake, expired.text()).1.contains("is expired"));
    assert_eq!(status(&fake, goes_on.text()).0, 200);
    fake.delete(&revoked);
    fake.revoke(&deleted);
    assert!(status(&fake, deleted.text()).1.contains("is not accepted"), "what is deleted does not return");
}

#[test]
fn a_fake_token_with_an_end_passes_until_its_second() {
    let fake = TestGuard::new();
    let token = fake.token_for(60, "short", &[]);
    fake.advance(59);
    assert_eq!(status(&fake, token.text()).0, 200);
    fake.advance(1);
    assert_eq!(status(&fake, token.text()).0, 401);
}

#[test]
fn s21_rules_of_a_fake_token_act_on_the_next_call() {
    let fake = TestGuard::new();
    let token = fake.token("reader", &["allow assets.*:read", "deny assets.secret:read"]);
    let may = |permission| call_from(&fake, token.text(), None).unwrap().require(&permission).is_ok();
    assert!(may(permission!("assets.public:read")) && !may(permission!("assets.secret:read")));
    fake.edit_rules(&token, &["allow assets.secret:read"]);
    assert!(!may(permission!("assets.public:read")) && may(permission!("assets.secret:read")));
}

#[test]
fn strangers_and_wrong_addresses_are_refused() {
    let fake = TestGuard::new();
    assert_eq!(status(&fake, &fake.foreign_text()).0, 401);
    assert_eq!(status(&fake, &TestGuard::new().token("other", &[]).bearer()).0, 401);
    let token = fake.token("placed", &[]);
    fake.allow_from(&token, &["10.0.0.0/8"]);
    assert!(call_from(&fake, token.text(), Some("10.1.2.3")).is_ok());
    assert!(matches!(call_from(&fake, token.text(), Some("192.0.2.1")), Err(Refusal::Address)));
}

#[test]
fn p11_without_a_log_nobody_passes_and_with_it_everybody_as_before() {
    let fake = TestGuard::new();
    let (first, second) = (fake.token("first", &[]), fake.token("second", &[]));
    assert_eq!(status(&fake, first.text()).0, 200);
    fake.lose_log();
    fake.revoke(&second);
    for token in [&first, &second] {
        assert_eq!(status(&fake, token.text()).0, 503);
    }
    fake.find_log();
    assert_eq!(status(&fake, first.text()).0, 200);
    assert_eq!(status(&fake, second.text()).0, 401);
}
