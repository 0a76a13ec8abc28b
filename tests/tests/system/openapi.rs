//! The OpenAPI document and the pages made of it: as served, as printed, and held against router and golden table.

use std::collections::BTreeSet;

use serde_json::Value;
use token_testkit::{Answer, Database, Kind, Program, on_each_database};

use crate::app::App;

const GOLDEN: &str = include_str!("routes/golden.txt");

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn document() -> Value {
    serde_json::from_str(&token_http::openapi()).unwrap()
}

/// Method, path and what is told of each operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = METHODS.iter().filter(|method| !item[**method].is_null());
        // What takes every method is described once.
        let name = |method: &str| if path.starts_with("/authz") { "ANY".to_owned() } else { method.to_uppercase() };
        found.extend(methods.map(|method| (name(method), path.clone(), item[*method].clone())));
    }
    found
}

fn golden() -> impl Iterator<Item = Vec<&'static str>> {
    GOLDEN.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_whitespace().collect())
}

#[test]
fn atk_n01_router_document_and_golden_table_are_the_same_set() {
    let document = document();
    let told: BTreeSet<(String, String)> =
        operations(&document).into_iter().map(|(method, path, _)| (method, path)).collect();
    let router: BTreeSet<_> = token_http::routes().map(|(verb, path, _)| (verb.to_string(), path.to_owned())).collect();
    let written: BTreeSet<_> = golden().map(|row| (row[0].to_owned(), row[1].to_owned())).collect();
    let untold: Vec<_> = router.difference(&told).collect();
    assert!(untold.is_empty(), "not in the document: {untold:?}");
    assert_eq!(told, router);
    assert_eq!(written, router);
}

#[test]
fn every_status_of_the_golden_table_is_documented() {
    let document = document();
    let operations = operations(&document);
    for row in golden() {
        let (_, _, told) =
            operations.iter().find(|(method, path, _)| method == row[0] && path == row[1]).expect("a description");
        for status in &row[3..] {
            assert!(!told["responses"][*status].is_null(), "{} {} does not tell of {status}", row[0], row[1]);
        }
    }
}

#[test]
fn the_document_is_served_as_it_is_printed_and_a_client_that_has_it_is_told_so() {
    let app = App::start(Database::fresh(Kind::Sqlite));
    let anonymous = app.server.client();
    let served = anonymous.get("/api/openapi.json").expect(200);
    assert_eq!(served.header("content-type"), Some("application/json"));
    assert_eq!(served.text, token_http::openapi());
    let etag = served.header("etag").unwrap();
    let known = anonymous.with("If-None-Match", etag).get("/api/openapi.json").expect(304);
    assert!(known.text.is_empty() && known.header("etag") == Some(etag), "{known:?}");
    let _ = anonymous.with("If-None-Match", "\"x\"").get("/api/openapi.json").expect(200);
    // Neither needs settings, not even good ones.
    let program = Program::new(vec![("TOKENWARD_LISTEN".to_owned(), "nowhere".to_owned())]);
    assert_eq!(program.run(&["openapi"]).ok().out.trim_end(), served.text);
}

/// What is wrong with a query, by parameter.
fn refused(answer: &Answer) -> Vec<(String, String)> {
    let problem = answer.json();
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    errors.iter().map(|error| (text(&error["pointer"]), text(&error["detail"]))).collect()
}

#[test]
fn every_documented_parameter_is_read_and_an_undocumented_one_is_not() {
    let app = App::start(Database::fresh(Kind::Sqlite));
    for (method, path, told) in operations(&document()) {
        let parameters = told["parameters"].as_array().cloned().unwrap_or_default();
        let names = parameters.iter().filter(|parameter| parameter["in"] == "query");
        let names: Vec<&str> = names.map(|parameter| parameter["name"].as_str().unwrap()).collect();
        let path = path.replace("{id}", "0192f3c1-7a52-7c11-8d4e-0242ac120002");
        let path = path.replace("{name}", "not-found").replace("{file}", "start.js").replace("{kid}", "k");
        for name in names {
            // A value nobody takes: refused for what it is, or not at all, but never as unknown.
            let answer = app.admin.request(&method, &format!("{path}?{name}=%00"), None);
            let unknown = refused(&answer).iter().any(|(_, detail)| detail.contains("no such parameter"));
            assert!(!unknown, "{method} {path} does not read `{name}`");
        }
        // Who is signed in is asked before; whether the process runs, what it counts, and its keys, take whatever a probe adds.
        let asked = !path.starts_with("/api/v1/session") && !path.ends_with('z');
        if method == "GET" && asked && !["/.well-known/jwks.json", "/metrics"].contains(&path.as_str()) {
            let answer = app.admin.get(&format!("{path}?nobody_reads_this=1")).expect(400);
            assert!(refused(&answer).iter().any(|(pointer, _)| pointer == "?nobody_reads_this"), "{path}: {answer:?}");
        }
    }
}

#[test]
fn swagger_ui_is_whole_and_may_run_nothing_but_its_own_files() {
    let app = App::start(Database::fresh(Kind::Sqlite));
    let anonymous = app.server.client();
    let page = anonymous.get("/api/docs").expect(200);
    assert_eq!(page.text, anonymous.get("/api/docs/").expect(200).text);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    for directive in ["default-src 'none'", "script-src 'self';", "connect-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(directive), "{policy}");
    }
    let named: Vec<&str> = page.text.split('"').filter(|text| text.starts_with("/api/docs/")).collect();
    assert_eq!(named.len(), 4, "{}", page.text);
    for file in named.into_iter().filter(|file| !file.contains("favicon")) {
        let file = anonymous.get(file).expect(200);
        assert!(!file.text.is_empty() && file.header("etag").is_some());
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
    }
    // No script between tags, and nothing of another origin.
    assert!(!page.text.contains("<script>") && !page.text.contains("//"), "{}", page.text);
    assert!(!anonymous.get("/api/docs/start.js").text.contains("http"));
}

#[test]
fn atk_f01_no_way_out_of_the_folder_of_swagger_ui() {
    on_each_database(|database| {
        let app = App::start(database);
        let anonymous = app.server.client();
        for path in [
            "/api/docs/index.html",
            "/api/docs/swagger-initializer.js",
            "/api/docs/oauth2-redirect.html",
            "/api/docs/..%2fopenapi.json",
            "/api/docs/%2e%2e/openapi.json",
            "/api/docs/..%5cstart.js",
            "/api/docs/start.js/",
            "/api/docs/start.js%00",
            "/api/docs/START.JS",
            "/api/docs//start.js",
            "/api/docs/./start.js",
            "/api/docs/etc/passwd",
        ] {
            let answer = anonymous.get(path);
            assert_eq!(answer.status, 404, "{path}: {answer:?}");
        }
        for method in ["POST", "PATCH", "DELETE", "PUT"] {
            let _ = anonymous.request(method, "/api/docs", None).expect(405);
        }
    });
}
