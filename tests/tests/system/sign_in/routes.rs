//! A signed-in person is answered on each route as a token with the same rights is.

use token_http::{Need, Verb};
use token_testkit::on_each_database;

use crate::app::App;
use crate::routes::{call, fresh_name, row};

/// What a person of this session is answered where a session is needed.
fn in_session(verb: Verb, path: &str) -> u16 {
    match (verb, path) {
        (Verb::Get, _) => 200,
        (Verb::Delete, _) => 204,
        // The call has an empty body.
        _ => 422,
    }
}

#[test]
fn atk_n01_p64_a_person_is_answered_like_a_token_with_the_same_rights_and_never_across_sites() {
    on_each_database(|database| {
        let app = App::start(database);
        let accounts = app.accounts();
        for (number, (verb, path, need)) in token_http::routes().enumerate() {
            let rule = match need {
                Need::Permission(permission) => vec![format!("allow {permission}")],
                Need::Public | Need::Caller | Need::Token | Need::Session => Vec::new(),
            };
            let role = app.role(&fresh_name(&app), &rule.iter().map(String::as_str).collect::<Vec<_>>());
            let (able, unable) = (format!("able {number}"), format!("unable {number}"));
            accounts.make(&able, &[&role]);
            accounts.make(&unable, &[]);
            let row = row(verb, path);
            let needed: u16 = row[row.len() - 2].parse().unwrap();
            let (good, lacking) = match need {
                // OAuth clients present a token, and no session is looked at.
                _ if path.starts_with("/oauth2/") => (401, 401),
                Need::Public | Need::Caller => (needed, needed),
                Need::Token => (401, 401),
                Need::Session => (in_session(verb, path), in_session(verb, path)),
                Need::Permission(_) => (needed, 403),
            };
            let as_good =
                matches!(need, Need::Public | Need::Token) || verb == Verb::Get || path.starts_with("/oauth2/");
            let crossed = if as_good { good } else { 403 };
            let able = app.signed_in(&able);
            for (who, client, expected) in [
                ("somebody whose browser was made to ask", able.with_token("x"), crossed),
                ("somebody with the right", able.page(), good),
                ("somebody without the right", app.signed_in(&unable).page(), lacking),
            ] {
                assert_eq!(call(&app, &client, verb.as_str(), path), expected, "{verb} {path}: {who}");
            }
        }
    });
}
