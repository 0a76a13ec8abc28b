//! The endpoints that OAuth clients know: introspection, revocation, and where to find them.

mod clients;
mod introspection;
mod keys;
mod metadata;
mod revocation;
mod unknown;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use token_testkit::{Answer, Client};

use crate::app::{App, Made};

/// When the clock of these tests begins to stand still.
const NOON: i64 = 1_900_000_000;

const FORM: &str = "application/x-www-form-urlencoded";
const INTROSPECT: &str = "/oauth2/introspect";
const REVOKE: &str = "/oauth2/revoke";

/// Sends a form.
fn send(client: &Client, path: &str, form: &str) -> Answer {
    client.with("Content-Type", FORM).request("POST", path, Some(form))
}

/// What is told of this text.
fn ask(client: &Client, text: &str) -> Answer {
    send(client, INTROSPECT, &format!("token={text}"))
}

fn is_active(client: &Client, text: &str) -> bool {
    let answer = ask(client, text).expect(200).json();
    answer["active"].as_bool().expect("a verdict")
}

/// Ends the token of this text, or does nothing.
fn end(client: &Client, text: &str) -> Answer {
    send(client, REVOKE, &format!("token={text}"))
}

/// Somebody who may ask about texts and nothing else.
fn asker(app: &App) -> Client {
    app.caller("asker", &["allow tokens:introspect"])
}

/// A client that presents this token with its id, as OAuth clients do.
fn as_client(app: &App, token: &Made) -> Client {
    with_secret(&app.server.client(), &token.id, &token.text)
}

fn with_secret(client: &Client, id: &str, secret: &str) -> Client {
    client.with("Authorization", &format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))
}

/// The last event of the log.
fn head(app: &App) -> u64 {
    app.admin.get("/api/v1/events?limit=1").expect(200).json()["items"][0]["seq"].as_u64().unwrap()
}

/// Header fields without those that differ from call to call.
fn steady_fields(answer: &Answer) -> Vec<(String, String)> {
    let differs = ["date", "x-request-id"];
    let mut fields: Vec<_> =
        answer.headers.iter().filter(|(name, _)| !differs.contains(&name.as_str())).cloned().collect();
    fields.sort();
    fields
}
