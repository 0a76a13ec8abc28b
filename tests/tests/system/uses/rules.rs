//! What rules allow and deny, seen through calls.

use token_testkit::on_each_database;

use crate::app::App;

/// Rules of one role each, and whether `events:read` is allowed by all together.
const ROWS: &[(&[&[&str]], bool)] = &[
    (&[], false),
    (&[&[]], false),
    (&[&["allow events:read"]], true),
    (&[&["allow events:*"]], true),
    (&[&["allow *:read"]], true),
    (&[&["allow *:*"]], true),
    (&[&["allow events.*:read"]], false),
    (&[&["allow event:read"]], false),
    (&[&["allow events:reads"]], false),
    (&[&["deny events:read"]], false),
    // Deny wins, whatever comes first, however wide either is, and whichever role has it.
    (&[&["allow events:read", "deny events:read"]], false),
    (&[&["deny events:read", "allow events:read"]], false),
    (&[&["allow events:read", "deny *:*"]], false),
    (&[&["deny *:read", "allow events:read"]], false),
    (&[&["allow *:*", "deny events:read"]], false),
    (&[&["allow events:read"], &["deny events:*"]], false),
    (&[&["deny events:*"], &["allow events:read"], &["allow *:*"]], false),
    // A deny of something else takes nothing.
    (&[&["allow events:read", "deny events:write", "deny roles:read"]], true),
    (&[&["allow *:*", "deny events.*:read"]], true),
    (&[&["allow events:read"], &[]], true),
];

#[test]
fn t06_a_rule_grants_or_denies_and_deny_wins() {
    on_each_database(|database| {
        let app = App::start(database);
        for (number, (roles, allowed)) in ROWS.iter().enumerate() {
            let made = |(index, rules): (usize, &&[&str])| app.role(&format!("Role {number}.{index}"), rules);
            let ids: Vec<String> = roles.iter().enumerate().map(made).collect();
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let answer = app.as_token(&app.token("t", &ids)).get("/api/v1/events");
            assert_eq!(answer.status, if *allowed { 200 } else { 403 }, "{roles:?}: {}", answer.text);
        }
    });
}

#[test]
fn t04_t06_no_rule_denies_what_admin_grants() {
    on_each_database(|database| {
        let app = App::start(database);
        let denied = app.role("Nothing", &["deny *:*"]);
        let admin = "00000000-0000-7000-8000-000000000001";
        let both = app.as_token(&app.token("both", &[admin, &denied]));
        let _ = both.get("/api/v1/events").expect(200);
        let _ = app.as_token(&app.token("denied", &[&denied])).get("/api/v1/events").expect(403);
    });
}
