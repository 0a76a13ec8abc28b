//! Very many revocations at once.

use serde_json::json;
use token_testkit::on_each_database;

use crate::app::App;

const CALLERS: usize = 50;
const TIMES: usize = 20;
const EACH: usize = 4;

#[test]
fn atk_d10_a_thousand_revocations_of_one_token_and_two_hundred_of_others_all_succeed() {
    on_each_database(|database| {
        let app = App::start(database);
        let one = app.token("one", &[]).id;
        let many: Vec<Vec<String>> =
            (0..CALLERS).map(|c| (0..EACH).map(|n| app.token(&format!("t{c}-{n}"), &[]).id).collect()).collect();
        let revoke_all = |ids: &[Vec<String>]| {
            std::thread::scope(|scope| {
                for ids in ids {
                    let caller = app.admin.clone();
                    scope.spawn(move || {
                        for id in ids {
                            let path = format!("/api/v1/tokens/{id}/revoke");
                            // A server that is too busy says so, and is asked again.
                            while let status = caller.post(&path, &json!({})).status
                                && status != 200
                            {
                                assert_eq!(status, 503, "{path}");
                            }
                        }
                    });
                }
            });
        };
        revoke_all(&vec![vec![one.clone(); TIMES]; CALLERS]);
        revoke_all(&many);
        let counted = |sql: &str| app.database.sql(sql).unwrap().trim().to_owned();
        assert_eq!(
            counted("SELECT count(*) FROM events WHERE kind = 'token.revoked'"),
            (CALLERS * EACH + 1).to_string()
        );
        assert_eq!(counted("SELECT count(*) FROM tokens WHERE revoked_at IS NULL"), "1", "the administrator's");
        let _ = app.program.run(&["events", "verify"]).ok();
    });
}
