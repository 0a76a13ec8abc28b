//! The pages that explain problems: each kind has one, and every answer names one that is there.

use serde_json::json;
use token_testkit::{Answer, Kind, exchange, on_each_database};
use token_wire::ProblemKind;

use crate::app::App;

fn page(app: &App, path: &str) -> Answer {
    let page = app.server.client().get(path).expect(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!page.text.contains("<script") && !page.text.contains("http://") && !page.text.contains("https://"));
    page
}

#[test]
fn every_kind_of_problem_has_its_page_and_the_list_leads_to_it() {
    let app = App::start(token_testkit::Database::fresh(Kind::Sqlite));
    let list = page(&app, "/problems");
    for kind in ProblemKind::ALL {
        let path = format!("/problems/{}", kind.name());
        assert!(list.text.contains(&format!("href=\"{path}\"")), "{path}");
        let page = page(&app, &path);
        assert!(page.text.contains(kind.title()) && page.text.contains(&kind.status().to_string()), "{path}");
    }
    for none in ["/problems/", "/problems/none", "/problems/not-found/", "/problems/NOT-FOUND", "/problems/..%2fx"] {
        let _ = app.server.client().get(none).expect(404);
    }
}

/// One call for each way in which a request can be refused from outside, and what it is answered.
fn refused(app: &App) -> Vec<Answer> {
    let token = app.token("t", &[]);
    let (path, other) = (format!("/api/v1/tokens/{}", token.id), app.as_token(&token));
    let anonymous = app.server.client();
    let twice = "GET /api/v1/whoami HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer a\r\n\
                 Connection: close\r\n\r\n";
    let head =
        format!("GET /api/v1/whoami HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-A: {}\r\n\r\n", "a".repeat(17_000));
    let giver = app.caller("giver", &["allow tokens:create"]);
    let broad = app.role("broad", &["allow *:*"]);
    let mut answers = exchange(app.server.address(), twice.as_bytes());
    answers.extend(exchange(app.server.address(), head.as_bytes()));
    answers.extend([
        anonymous.get("/api/v1/whoami"),
        anonymous.bearer("a.b.c").get("/api/v1/whoami"),
        other.get("/api/v1/roles"),
        giver.post("/api/v1/tokens", &json!({"name": "n", "roles": [broad]})),
        app.admin.request("POST", "/api/v1/tokens", Some("{")),
        app.admin.post("/api/v1/tokens", &json!({"name": 1})),
        app.admin.post("/api/v1/tokens", &json!({"name": ""})),
        app.admin.request("POST", "/api/v1/tokens", Some(&format!("{{\"name\":\"{}\"}}", "a".repeat(70_000)))),
        app.admin.with("Content-Type", "text/plain").request("POST", "/api/v1/tokens", Some("{}")),
        app.admin.get("/api/v1/tokens?limit=0"),
        app.admin.get("/nowhere"),
        app.admin.delete("/api/v1/tokens"),
        app.admin.request("PATCH", &path, Some("{}")),
        app.admin.with("If-Match", "*").request("PATCH", &path, Some("{}")),
        app.admin.patch(&path, 9, &json!({})),
        app.admin.post("/api/v1/roles", &json!({"name": "broad"})),
    ]);
    answers
}

#[test]
fn every_answer_names_a_page_that_is_there() {
    on_each_database(|database| {
        let app = App::start(database);
        let mut statuses = Vec::new();
        for answer in refused(&app) {
            let problem = answer.json();
            let kind = problem["type"].as_str().unwrap_or_else(|| unreachable!("{answer:?}"));
            let page = page(&app, kind);
            assert!(page.text.contains(problem["title"].as_str().unwrap()), "{kind}");
            statuses.push(answer.status);
        }
        let expected = [400, 431, 401, 401, 403, 403, 400, 400, 422, 413, 415, 400, 404, 405, 428, 400, 412, 409];
        assert_eq!(statuses, expected);
    });
}
