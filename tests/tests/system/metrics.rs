//! What the server tells of itself to whoever watches it: numbers that move, and nothing of anybody.

use std::net::TcpListener;
use std::process::{Child, Stdio};

use serde_json::json;
use token_testkit::{Client, Database, Kind, Server, on_each_database};

use crate::app::App;
use crate::keys::soon;

/// The number behind a name with its labels.
#[track_caller]
fn value(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| unreachable!("no {name} in:\n{text}")).parse().unwrap()
}

/// The same where it is a whole number.
#[track_caller]
fn count(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| unreachable!("no {name} in:\n{text}")).parse().unwrap()
}

fn read(caller: &Client) -> String {
    let answer = caller.get("/metrics").expect(200);
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    answer.text
}

#[test]
fn metrics_move_with_what_happens() {
    on_each_database(|database| {
        let app = App::start(database);
        let anybody = app.server.client();
        let (token, ended) = (app.token("t", &[]), app.token("ended", &[]));
        let before = read(&anybody);
        for _ in 0..40 {
            assert_eq!(app.whoami(&token), 200);
        }
        let _ = app.as_token(&token).get("/api/v1/tokens").expect(403);
        let _ = anybody.bearer("a.b.c").get("/api/v1/whoami").expect(401);
        let _ = anybody.get("/api/v1/whoami").expect(401);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", ended.id), &json!({})).expect(200);
        assert_eq!(app.whoami(&ended), 401);
        let after = read(&anybody);

        let moved = |name: &str| count(&after, name) - count(&before, name);
        let call = |outcome: &str| moved(&format!("tokenward_calls_total{{outcome=\"{outcome}\"}}"));
        assert_eq!(call("admitted"), 41, "40 and the revocation");
        assert_eq!(
            ["permission", "invalid", "no_credentials", "revoked", "expired", "stale"].map(call),
            [1, 1, 1, 1, 0, 0]
        );
        assert!(1 <= moved("tokenward_cache_lookups_total{result=\"hit\"}"));
        assert!(1 <= moved("tokenward_cache_lookups_total{result=\"miss\"}"));
        assert!(1 <= moved("tokenward_admission_seconds_count"));
        let sum = "tokenward_admission_seconds_sum";
        assert!(value(&before, sum) < value(&after, sum));
        let (all, largest) = ("tokenward_admission_seconds_count", "tokenward_admission_seconds_bucket{le=\"+Inf\"}");
        assert_eq!(count(&after, all), count(&after, largest));
        assert_eq!(moved("tokenward_everywhere_seconds_count"), 1);
        assert_eq!(count(&after, "tokenward_everywhere_nodes"), 1);
        assert_eq!(moved("tokenward_log_applied_seq"), 1);
        assert!(2 <= count(&after, "tokenward_cached_entries{kind=\"tokens\"}"));
        assert!(1 <= count(&after, "tokenward_cached_entries{kind=\"texts\"}"));
        assert!(1 <= count(&after, "tokenward_pool_open_connections{pool=\"read\"}"));
        assert_eq!(count(&after, "tokenward_pool_most_connections{pool=\"read\"}"), 8);
        assert!(after.contains("tokenward_build_info{version=\""));
        soon("it is fresh and has applied everything", || {
            let text = read(&anybody);
            let fresh = value(&text, "tokenward_fresh_seconds");
            0.0 < fresh && fresh <= 1.0 && count(&text, "tokenward_log_lag_events") == 0
        });
    });
}

#[test]
fn atk_i11_metrics_tell_nothing_of_tokens_people_and_addresses() {
    on_each_database(|database| {
        let app = App::start(database);
        let role = app.role("a-role-of-somebody", &["allow assets:read"]);
        let token = app.token("a-name-of-somebody", &[&role]);
        let person = app.user("somebody", &json!({"display_name": "Some Body"}));
        let _ = app.as_token(&token).get("/api/v1/whoami").expect(200);
        let _ = app.admin.post(&format!("/api/v1/tokens/{}/revoke", token.id), &json!({})).expect(200);
        let _ = app.as_token(&token).get("/api/v1/whoami").expect(401);
        let text = read(&app.server.client());
        let texts = [&token.text, &app.admin_text, &token.id, &role, &person].map(String::as_str);
        let words =
            ["a-name-of-somebody", "a-role-of-somebody", "somebody", "Some Body", "root", "127.0.0.1", "postgres"];
        for secret in texts.iter().chain(&words) {
            assert!(!text.contains(secret), "{secret} in:\n{text}");
        }
        let labels: Vec<&str> =
            text.lines().filter_map(|line| line.split_once('{')?.1.split_once('=')).map(|l| l.0).collect();
        let known = ["version", "outcome", "result", "le", "kind", "pool"];
        assert!(labels.iter().all(|label| known.contains(label)), "{labels:?}");
        assert!(text.lines().count() < 150, "as many lines for a million tokens:\n{text}");
    });
}

#[test]
fn atk_i11_whoever_comes_through_a_proxy_finds_no_metrics() {
    let app = App::start(Database::fresh(Kind::Sqlite));
    for (name, value) in [("X-Forwarded-For", "203.0.113.7"), ("Forwarded", "for=203.0.113.7"), ("Via", "1.1 proxy")] {
        let answer = app.server.client().with(name, value).get("/metrics").expect(404);
        assert_eq!(answer.json()["type"], "/problems/not-found");
    }
}

pub(crate) fn free_address(host: &str) -> String {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    format!("{host}:{port}")
}

#[test]
fn metrics_have_a_listener_of_their_own_or_none() {
    let database = Database::fresh(Kind::Sqlite);
    let apart = free_address("127.0.0.1");
    let program = database.program().with("TOKENWARD_METRICS_LISTEN", &apart);
    let server = Server::start(&program, database.folder().join("apart.log"));
    let _ = server.client().get("/metrics").expect(404);
    let metrics = Client::new(&format!("http://{apart}"));
    assert!(read(&metrics).contains("tokenward_calls_total"));
    for path in ["/", "/healthz", "/api/v1/whoami", "/metrics/"] {
        let _ = metrics.get(path).expect(404);
    }
    drop(server);

    let off = database.program().with("TOKENWARD_METRICS_LISTEN", "off");
    let server = Server::start(&off, database.folder().join("off.log"));
    let _ = server.client().get("/metrics").expect(404);
    drop(server);

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let program = database.program().with("TOKENWARD_METRICS_LISTEN", &taken.local_addr().unwrap().to_string());
    let why = Server::try_start(&program, database.folder().join("taken.log")).expect_err("a refusal");
    assert!(why.contains("--metrics-listen"), "{why}");
}

/// A process that ends with this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn atk_i11_a_listener_for_other_machines_has_no_metrics() {
    let database = Database::fresh(Kind::Sqlite);
    let listen = free_address("0.0.0.0");
    let log = std::fs::File::create(database.folder().join("far.log")).unwrap();
    let mut command = database.program().command(&["serve", "--listen", &listen, "--trusted-proxies", "192.0.2.0/24"]);
    let _server = Running(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
    let caller = Client::new(&format!("http://{}", listen.replace("0.0.0.0", "127.0.0.1")));
    soon("it answers", || caller.send("GET", "/readyz", None).is_ok_and(|answer| answer.status == 200));
    for method in ["GET", "HEAD", "POST", "DELETE"] {
        assert_eq!(caller.request(method, "/metrics", None).status, caller.request(method, "/nowhere", None).status);
    }
    let _ = caller.get("/metrics").expect(404);
}
