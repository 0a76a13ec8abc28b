//! Answers that are not what the server said. None of them is a yes.

use std::sync::Arc;

use serde_json::{Value, json};
use token_testkit::{Database, Kind};

use super::between::{Between, Change, Mood};
use super::service::Service;
use super::{call, follower, revoke, server, until};

/// An answer with something else in it.
fn altered(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Mood {
    let change: Change = Arc::new(move |body| {
        let mut answer: Value = serde_json::from_str(body).unwrap();
        change(&mut answer);
        answer.to_string()
    });
    Mood::Changed(change)
}

/// Says that nothing has happened, whatever the server says.
fn silenced(answer: &mut Value) {
    answer["touches"] = json!({"everything": false, "tokens": [], "roles": [], "keys": []});
}

fn moods() -> Vec<(&'static str, Mood)> {
    vec![
        ("cut", Mood::Cut),
        ("the last good one again and again", Mood::Repeats),
        ("nothing", Mood::Changed(Arc::new(|_| String::new()))),
        ("no JSON", Mood::Changed(Arc::new(|_| "<html>try again later</html>".to_owned()))),
        ("another request's", altered(|answer| answer["nonce"] = json!("0".repeat(32)))),
        ("a longer lease", altered(|answer| answer["lease_ms"] = json!(3_600_000))),
        (
            "a lower number",
            altered(|answer| {
                silenced(answer);
                answer["head"]["seq"] = json!(answer["head"]["seq"].as_u64().unwrap() - 1);
            }),
        ),
        (
            "another history",
            altered(|answer| {
                silenced(answer);
                answer["head"]["seq"] = json!(1);
                answer["head"]["digest"] = json!("ab".repeat(32));
            }),
        ),
        (
            "another installation",
            altered(|answer| {
                answer["continuity"] = json!("other_epoch");
                answer["head"]["epoch"] = json!("cd".repeat(16));
                answer["touches"]["everything"] = json!(true);
                answer["rules"] = json!({"roles": [], "keys": [], "issuer": "https://other.example", "audience": "x"});
            }),
        ),
        ("a log that has gone back", altered(|answer| answer["continuity"] = json!("gone_back"))),
        ("something unknown", altered(|answer| answer["unless"] = json!("tuesday"))),
        ("no renewal", altered(|answer| answer["renewal"] = Value::Null)),
        ("something touched without its rules", altered(|answer| answer["touches"]["everything"] = json!(true))),
    ]
}

#[test]
fn atk_m12_answers_that_are_old_cut_forged_or_of_others_make_a_service_refuse_and_never_accept() {
    let (app, reader) = server(Database::fresh(Kind::Sqlite), "1s");
    let good = app.token("good", &[&reader]);
    let between = Between::new(app.server.address());
    let mut service = Service::start(between.address(), &follower(&app), app.database.folder().join("service.log"));
    for (what, mood) in moods() {
        let token = app.token("caller", &[&reader]);
        let _ = until(200, || call(&service, &token));
        assert_eq!(call(&service, &good), 200, "{what}");
        between.turn(mood);
        let _ = revoke(&app, &token);
        let accepted = until(503, || call(&service, &token)).into_iter().filter(|status| *status == 200).count();
        assert_eq!(accepted, 0, "{what}: calls that were sent after the revocation");
        let _ = until(503, || call(&service, &good));
        between.turn(Mood::Passes);
        let _ = until(200, || call(&service, &good));
        assert_eq!(call(&service, &token), 401, "{what}");
    }
    assert!(service.lives());
    assert!(service.log().contains("the token server gives no answer that counts"), "{}", service.log());
}
