//! OAuth clients of other languages find the endpoints, ask about tokens and end them.

use std::process::Command;

use serde_json::json;
use token_testkit::{Database, Server, on_each_database};

use super::java::Java;
use super::{node, python, run};
use crate::app::{App, Made};

/// A server whose address is the issuer of its texts, as clients expect it.
fn start(database: Database) -> App {
    let program = database.program();
    let server = Server::start(&program, database.folder().join("server.log"));
    let first = program.clone().with("TOKENWARD_PUBLIC_URL", server.address());
    let created = first.run(&["token", "create", "--name", "root", "--role", "admin", "--json"]).ok().json();
    let admin_text = created["token"].as_str().unwrap().to_owned();
    let admin = server.client().bearer(&admin_text);
    App { server, database, program, admin, admin_text }
}

/// A client that may ask about all tokens and end them meets one of them.
fn asks_and_ends(client: impl Fn() -> Command) {
    on_each_database(|database| {
        let app = start(database);
        let issuer = app.server.address();
        let role = app.role("Client", &["allow tokens:introspect", "allow tokens:revoke"]);
        let reader = app.role("Reader", &["allow assets:read"]);
        let (able, token) = (app.token("client", &[&role]), app.token("t", &[&reader]));
        let said = run(&mut client(), &[issuer, &able.id, &able.text, &token.text]).unwrap();
        let before = &said["before"];
        assert_eq!((&before["active"], before["sub"].as_str()), (&json!(true), Some(token.id.as_str())), "{said}");
        assert_eq!((&before["scope"], &before["iss"]), (&json!("assets:read"), &json!(issuer)), "{said}");
        for ended in ["after", "unknown"] {
            assert_eq!(said[ended], json!({"active": false}), "{said}");
        }
        assert_eq!(said["error"], "invalid_request", "{said}");
        assert_eq!((app.whoami(&token), app.whoami(&able)), (401, 200));
        let other = app.token("other", &[]);
        let wrong = Made { id: able.id.clone(), text: other.text.clone() };
        let refused = run(&mut client(), &[issuer, &wrong.id, &wrong.text, &other.text]).unwrap_err();
        assert!(refused.contains("the token is not accepted"), "{refused}");
        assert_eq!(app.whoami(&other), 200);
    });
}

#[test]
fn oauth4webapi_finds_asks_and_ends() {
    asks_and_ends(|| node("oauth4webapi.mjs"));
}

#[test]
fn openid_client_finds_asks_and_ends() {
    asks_and_ends(|| node("openid-client.mjs"));
}

#[test]
fn authlib_finds_asks_and_ends() {
    asks_and_ends(|| python("authlib_client.py"));
}

#[test]
fn a_java_client_finds_asks_and_ends() {
    let client = Java::compile("OAuthClient");
    asks_and_ends(|| client.command());
}
