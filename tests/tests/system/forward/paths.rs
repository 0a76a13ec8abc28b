//! Paths that could be read as others pass by no rule, whoever calls.

use token_testkit::{exchange, on_each_database};

use super::{ask, gateway, problem, set_rules};

/// What a program behind a gateway may read as another path than a rule does.
const REFUSED: &[&str] = &[
    "//assets",
    "/assets//1",
    "/assets//",
    "/.",
    "/..",
    "/./assets",
    "/assets/.",
    "/assets/..",
    "/assets/../admin",
    "/assets/%2e%2e/admin",
    "/assets/.%2E/admin",
    "/assets/%2E",
    "/assets%2fadmin",
    "/assets%2Fadmin",
    "/assets/%2F",
    "/assets%5cadmin",
    "/assets%5Cadmin",
    "/assets\\admin",
    "/assets/..\\admin",
    "/assets;x",
    "/assets/;/admin",
    "/assets%3bx",
    "/assets/%00",
    "/assets%00.png",
    "/assets/%0d%0aX:y",
    "/assets/%09",
    "/assets/%7f",
    "/assets/%",
    "/assets/%2",
    "/assets/%zz",
    "/assets/%252e%252e/admin",
    "/assets/%252fadmin",
    "/assets/%ff",
    "/assets/%c0%ae%c0%ae/admin",
    "/assets#x",
];

/// What is no path at all.
const NONE: &[&str] = &["assets", "*", "http://x/assets", "", "?x=/assets"];

#[test]
fn atk_w05_paths_that_could_be_read_as_others_are_refused() {
    on_each_database(|database| {
        let app = gateway(database);
        let _ = set_rules(&app.admin, &["* /** any:thing", "GET /assets/** assets:read"]);
        let _ = ask(&app.admin, "GET", "/assets").expect(200);
        for target in REFUSED.iter().chain(NONE) {
            let refused = ask(&app.admin, "GET", target).expect(403);
            assert_eq!(problem(&refused), "path-refused", "{target}");
            assert!(refused.json()["detail"].as_str().unwrap().contains("not matched against any rule"), "{refused:?}");
            let original = app.admin.with("X-Original-Method", "GET").with("X-Original-URI", target);
            assert_eq!(problem(&original.get("/authz").expect(403)), "path-refused", "{target}");
            // Without a token nobody learns even that.
            let _ = ask(&app.server.client(), "GET", target).expect(401);
        }
    });
}

#[test]
fn atk_w05_nor_do_they_pass_behind_our_own_path() {
    on_each_database(|database| {
        let app = gateway(database);
        let _ = set_rules(&app.admin, &["* /** any:thing"]);
        let ask = |target: &str| {
            let request = format!(
                "GET /authz{target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
                app.admin_text
            );
            exchange(app.server.address(), request.as_bytes()).first().map(|answer| answer.status)
        };
        assert_eq!(ask("/assets"), Some(200));
        for target in REFUSED {
            // Some of them are no request line at all.
            let status = ask(target);
            let fragment = target.contains('#');
            assert!(matches!(status, Some(403 | 400)) || fragment, "{target}: {status:?}");
        }
        for spelled in ["/..%2fauthz/assets", "%2fassets", "//", "/%2e%2e/authz", "%2Fassets", ";/assets"] {
            let status = ask(spelled);
            assert!(matches!(status, Some(400 | 403 | 404)), "{spelled}: {status:?}");
        }
    });
}
