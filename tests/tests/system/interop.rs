//! Other languages verify our tokens with the published keys, and ask us about them.

mod clients;
mod java;

use std::path::{Path, PathBuf};
use std::process::Command;

use token_testkit::on_each_database;

use self::java::Java;
use crate::app::{App, Made};

/// What a foreign program says, or why it could not. Those that verify are given keys, text, audience and issuer.
fn run(command: &mut Command, arguments: &[&str]) -> Result<serde_json::Value, String> {
    let output = command.args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    } else {
        Err(text(&output.stderr))
    }
}

fn python(script: &str) -> Command {
    let program = std::env::var("TOKENWARD_TEST_PYTHON").expect("TOKENWARD_TEST_PYTHON; the test command sets it");
    let mut command = Command::new(program);
    command.arg(folder().join(script));
    command
}

fn node(script: &str) -> Command {
    let packages = std::env::var("TOKENWARD_TEST_NODE_DIR").expect("TOKENWARD_TEST_NODE_DIR; the test command sets it");
    let mut command = Command::new("node");
    command.env("NODE_DIR", packages);
    command.arg(folder().join(script));
    command
}

/// Where the scripts are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/system/interop")
}

fn verifiers(java: &Java) -> [Command; 3] {
    [python("verify.py"), node("verify.mjs"), java.command()]
}

/// The same token text as PyJWT, jose and Java read it.
fn verified_elsewhere(java: &Java, app: &App, token: &Made, algorithm: &str) {
    let jwks = app.server.client().get("/.well-known/jwks.json").expect(200);
    let issuer = app.program.run(&["events", "list", "--type", "installation.identified", "--json"]).ok().json();
    let issuer = issuer["items"][0]["details"][0]["after"].as_str().unwrap().to_owned();
    for mut command in verifiers(java) {
        let claims = run(&mut command, &[&jwks.text, &token.text, &issuer, &issuer]).unwrap();
        assert_eq!(claims["sub"].as_str(), Some(token.id.as_str()), "{algorithm}");
    }
    let mut altered = token.text.clone();
    let at = altered.len() - 20;
    altered.replace_range(at..=at, if altered[at..].starts_with('A') { "B" } else { "A" });
    for mut command in verifiers(java) {
        let refused = run(&mut command, &[&jwks.text, &altered, &issuer, &issuer]).expect_err("an altered text");
        assert!(refused.to_lowercase().contains("signature"), "{algorithm}: {refused}");
    }
}

#[test]
fn s15_pyjwt_jose_and_java_verify_all_three_algorithms() {
    let java = Java::compile("Verify");
    on_each_database(|database| {
        let app = App::start(database);
        verified_elsewhere(&java, &app, &app.token("eddsa", &[]), "EdDSA");
        // The server knows of the new key when the command returns.
        let _ = app.program.run(&["key", "rotate", "--now", "--algorithm", "ES256"]).ok();
        let es256 = app.token("es256", &[]);
        assert_eq!(app.whoami(&es256), 200);
        verified_elsewhere(&java, &app, &es256, "ES256");
        let pem = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/token-jwt/tests/keys/test-only-rsa-2048.pem");
        let _ = app.program.run(&["key", "import", "--now", pem]).ok();
        let rs256 = app.token("rs256", &[]);
        assert_eq!(app.whoami(&rs256), 200);
        verified_elsewhere(&java, &app, &rs256, "RS256");
        assert_eq!(app.whoami(&es256), 200, "texts of retired keys stay good");
    });
}

#[test]
fn s15_jwks_shows_public_members_only() {
    on_each_database(|database| {
        let app = App::start(database);
        let set = app.server.client().get("/.well-known/jwks.json").expect(200).json();
        let key = set["keys"][0].as_object().unwrap();
        let mut members: Vec<&str> = key.keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
    });
}
