//! Texts with a good signature whose token has ended: what each may be told.

use serde_json::json;
use token_testkit::{Answer, on_each_database};

use super::hand::same;
use crate::app::{App, Made};

const START: i64 = 1_900_000_000;

fn refused(app: &App, token: &Made) -> Answer {
    app.as_token(token).get("/api/v1/whoami").expect(401)
}

/// An answer with the one word that may differ taken out.
fn without(answer: &Answer, reason: &str) -> (u16, String, String) {
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains(reason) && answer.text.contains(reason), "{reason}: {answer:?}");
    let (status, _, body) = same(answer);
    (status, challenge.replace(reason, "-"), body.replace(reason, "-"))
}

#[test]
fn p07_atk_c23_revoked_and_expired_are_named_and_deleted_is_not_told_from_unknown() {
    on_each_database(|database| {
        let app = App::at(database, START);
        let end = json!({"name": "expires", "expires_at": "2030-03-17T17:46:50Z"});
        let (revoked, deleted, expired) = (app.token("revoked", &[]), app.token("deleted", &[]), app.token_with(&end));
        let both = app.token_with(&end);
        let revoke = |token: &Made| {
            app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({"reason": "Sesame"})).expect(200)
        };
        let _ = (revoke(&revoked), revoke(&both));
        let _ = app.admin.delete(&format!("/api/v1/tokens/{}", deleted.id)).expect(204);
        app.set_clock(START + 10);
        let unknown = app.server.client().bearer("a.b.c").get("/api/v1/whoami").expect(401);
        assert_eq!(same(&refused(&app, &deleted)), same(&unknown));
        let (revoked, expired) = (refused(&app, &revoked), refused(&app, &expired));
        assert_eq!(without(&revoked, "the token is revoked"), without(&expired, "the token is expired"));
        assert_eq!(without(&revoked, "the token is revoked"), without(&unknown, "the token is not accepted"));
        // Both at once: the end that stays is the one that is told.
        assert_eq!(same(&refused(&app, &both)), same(&revoked));
        for answer in [&revoked, &expired, &unknown] {
            assert!(!answer.text.contains("Sesame"), "a reason is nobody's business: {answer:?}");
        }
    });
}
