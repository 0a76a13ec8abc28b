//! Route rules: replaced as a whole, told, asked about, and from a file.

mod commands;
mod file;

use serde_json::{Value, json};
use token_testkit::{Answer, Client, on_each_database};

use crate::app::App;
use crate::forward::{rules, set_rules};

fn put(client: &Client, version: &str, body: &Value) -> Answer {
    client.with("If-Match", version).request("PUT", "/api/v1/routes", Some(&body.to_string()))
}

fn events(app: &App) -> Vec<Value> {
    app.admin.get("/api/v1/events?type=routes.changed").expect(200).json()["items"].as_array().unwrap().clone()
}

#[test]
fn rules_are_replaced_from_their_version_and_the_same_ones_change_nothing() {
    on_each_database(|database| {
        let app = App::start(database);
        let before = app.admin.get("/api/v1/routes").expect(200);
        assert_eq!(before.json(), json!({"rules": [], "source": "database", "version": 0}));
        assert_eq!(before.header("etag"), Some("\"0\""));
        let body = rules(&["GET /assets/** assets:read", "* /a%41 b:c"]);
        assert_eq!(app.admin.request("PUT", "/api/v1/routes", Some(&body.to_string())).status, 428);
        assert_eq!(put(&app.admin, "\"1\"", &body).status, 412);
        assert_eq!(put(&app.admin, "\"1\"", &rules(&["get / a:b"])).status, 412, "that comes first");
        assert_eq!(put(&app.admin, "\"0\"", &rules(&["get / a:b"])).status, 422);
        let saved = put(&app.admin, "\"0\"", &body).expect(200);
        assert!(saved.header("tokenward-effective").unwrap().starts_with("everywhere;"), "{saved:?}");
        assert_eq!(saved.header("etag"), Some("\"1\""));
        let spelled = rules(&["GET /assets/** assets:read", "* /aA b:c"])["rules"].clone();
        assert_eq!(saved.json()["rules"], json!([spelled[1], spelled[0]]), "in one order and one spelling");
        assert_eq!(app.admin.get("/api/v1/routes").expect(200).json(), saved.json());
        assert_eq!(events(&app).len(), 1);
        // The same rules in another order and spelling.
        let again = put(&app.admin, "\"1\"", &rules(&["* /%61%41 b:c", "GET /assets/** assets:read"])).expect(200);
        assert_eq!((again.header("etag"), events(&app).len()), (Some("\"1\""), 1));
        assert_eq!(put(&app.admin, "\"0\"", &rules(&[])).status, 412, "nobody's save is lost");
        let _ = put(&app.admin, "\"1\"", &rules(&[])).expect(200);
        assert_eq!(events(&app).len(), 2);
        assert_eq!(app.program.run(&["events", "verify"]).code, Some(0));
    });
}

#[test]
fn p65_the_log_tells_which_rules_went_and_came() {
    on_each_database(|database| {
        let app = App::start(database);
        let many: Vec<String> = (0..150).map(|n| format!("GET /many/{n} a:b")).collect();
        let _ = set_rules(&app.admin, &["GET /a a:b", "GET /b a:b"]);
        let _ = set_rules(&app.admin, &["GET /a a:c", "GET /b a:b", "PUT /b a:b"]);
        let _ = set_rules(&app.admin, &many.iter().map(String::as_str).collect::<Vec<_>>());
        let told = events(&app);
        let detail = |event: &Value, name: &str| {
            let details = event["details"].as_array().unwrap();
            details.iter().find(|detail| detail["field"] == name).cloned().unwrap_or_default()
        };
        assert_eq!(
            told[1]["message"].as_str().map(|text| text.ends_with("changed the route rules")),
            Some(true),
            "{told:?}"
        );
        assert_eq!(told[1]["level"], "notice");
        assert_eq!((&detail(&told[1], "rules")["before"], &detail(&told[1], "rules")["after"]), (&json!(2), &json!(3)));
        assert_eq!(detail(&told[1], "removed")["before"], json!(["GET /a a:b"]));
        assert_eq!(detail(&told[1], "added")["after"], json!(["GET /a a:c", "PUT /b a:b"]));
        let added = detail(&told[0], "added")["after"].clone();
        assert_eq!(added.as_array().map(Vec::len), Some(101), "the rest is a number");
        assert_eq!(added[100], "and 50 more");
    });
}

#[test]
fn every_wrong_rule_is_told_at_once() {
    on_each_database(|database| {
        let app = App::start(database);
        let body = rules(&["get /a a:b", "GET /a//b a:b", "GET /a a", "GET /x a:b", "GET /%78 a:b"]);
        let refused = put(&app.admin, "\"0\"", &body).expect(422).json();
        let places: Vec<&str> =
            refused["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert_eq!(places, ["/rules/0/method", "/rules/1/path", "/rules/2/permission"]);
        let twice = put(&app.admin, "\"0\"", &rules(&["GET /x a:b", "GET /%78 a:b", "GET /x c:d"])).expect(422).json();
        assert_eq!(twice["errors"][0]["pointer"], "/rules/1/path");
        assert_eq!(twice["errors"][1]["pointer"], "/rules/2/path");
        assert_eq!(events(&app).len(), 0);
    });
}

#[test]
fn a_dry_run_tells_the_rule_and_whether_a_token_would_pass() {
    on_each_database(|database| {
        let app = App::start(database);
        let _ = set_rules(&app.admin, &["GET /assets/** assets:read", "DELETE /assets/* assets:write"]);
        let token = app.token("t", &[&app.role("Reader", &["allow assets:read"])]);
        let check = |query: &str| app.admin.get(&format!("/api/v1/routes/check?{query}")).expect(200).json();
        let found = check("method=HEAD&path=/assets/1%3Fx=1");
        assert_eq!(found["rule"], json!({"method": "GET", "path": "/assets/**", "permission": "assets:read"}));
        assert_eq!((&found["refused"], &found["token"]), (&Value::Null, &Value::Null));
        assert_eq!(check("method=PUT&path=/assets/1")["rule"], Value::Null);
        let refused = check("method=GET&path=/assets/%252e%252e/x");
        assert_eq!((&refused["rule"], refused["refused"].as_str().is_some()), (&Value::Null, true));
        let with = |query: &str| check(&format!("{query}&token={}", token.id))["token"].clone();
        assert_eq!(
            with("method=GET&path=/assets"),
            json!({"id": token.id, "passes": true, "message": "allowed by rule `allow assets:read` of role `Reader`"})
        );
        assert_eq!(with("method=DELETE&path=/assets/1")["passes"], false);
        assert_eq!(with("method=PUT&path=/assets/1")["message"], "no route rule is about this method and path");
        assert_eq!(with("method=GET&path=//")["passes"], false);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
        assert_eq!(with("method=GET&path=/assets")["message"], "the token is revoked");
        // About a token only whoever may ask why it may do something.
        let reader = app.caller("reader", &["allow routes:read"]);
        let _ = reader.get("/api/v1/routes/check?method=GET&path=/assets").expect(200);
        let refused = reader.get(&format!("/api/v1/routes/check?method=GET&path=/&token={}", token.id)).expect(403);
        assert!(refused.text.contains("decisions:explain"), "{}", refused.text);
        let unknown = "0192f3c1-7a52-7c11-8d4e-0242ac120002";
        let _ = app.admin.get(&format!("/api/v1/routes/check?method=GET&path=/&token={unknown}")).expect(404);
    });
}
