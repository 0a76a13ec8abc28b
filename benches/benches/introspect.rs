//! `POST /oauth2/introspect` beside a bare actix route that takes the same form, in one server process, called in turns by one
//! client over 32 connections. CPU is that of the server alone. Texts are asked about in turn, 1 000 and 100 000 of them.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use token_admin::{NewRole, NewToken};
use token_bench::{Contender, Installation, Load, ServerProcess, asked_to_serve, compare, serve_until_asked};
use token_core::{Author, RoleSet};
use token_guard::Following;
use token_http::{HttpState, configure};
use token_jwt::SystemRandomness;

/// What stands for an answer of the same length.
const BODY: &str = r#"{"active":true,"iss":"https://tokens.example","sub":"0192f3c1-7a52-7c11-8d4e-0242ac120002","aud":"applications","jti":"0192f3c1-7a52-7c11-8d4e-0242ac120003","iat":1900000000,"token_type":"Bearer","scope":"assets:read","name":"token 1000","roles":["readers"]}"#;

fn main() {
    if let Some(arguments) = asked_to_serve() {
        let [folder, tokens] = arguments.as_slice() else { return };
        return serve(Path::new(folder), tokens.parse().expect("a number"));
    }
    for tokens in [1_000, 100_000] {
        report(tokens);
    }
}

/// The text of a token that may ask about others.
fn asker(installation: &Installation) -> String {
    let (admin, author) = (&installation.product.admin, Author::command_line());
    let role = NewRole {
        name: "asker".parse().expect("a name"),
        description: "".parse().expect("a description"),
        rules: vec!["allow tokens:introspect".parse().expect("a rule")],
        users: BTreeSet::new(),
    };
    let role = admin.create_role(&author, &Ok(role)).expect("a role").value.id;
    let new = NewToken {
        name: "asker".parse().expect("a name"),
        description: "".parse().expect("a description"),
        roles: RoleSet::from([role]),
        expires_at: None,
        allowed_networks: None,
    };
    admin.create_token(&author, &new).expect("a token").value.text.expose().to_owned()
}

/// Both routes.
fn serve(folder: &Path, tokens: usize) {
    let installation = Installation::with(folder, tokens);
    let asker = asker(&installation);
    std::fs::write(folder.join("texts"), installation.texts.join("\n")).expect("a file");
    let guard = installation.guard();
    let randomness = Arc::new(SystemRandomness::new());
    let state = HttpState { guard: Arc::clone(&guard), randomness, ..HttpState::clone(&installation.product.state()) };
    let (state, store) = (Arc::new(state), Arc::clone(&installation.product.store));
    let poll = Duration::from_millis(250);
    let _following = Following::begin(&guard, poll, Some(Arc::new(move || store.wake_ups())), |_| {}).expect("threads");
    let bare = |form: web::Form<Vec<(String, String)>>| async move {
        let given = form.iter().any(|(name, _)| name == "token");
        if given {
            HttpResponse::Ok().content_type("application/json").body(BODY)
        } else {
            HttpResponse::BadRequest().finish()
        }
    };
    let both = move |config: &mut web::ServiceConfig| {
        config.route("/bare", web::post().to(bare));
        configure(Arc::clone(&state))(config);
    };
    serve_until_asked(both, &asker);
}

fn report(tokens: usize) {
    println!("\n{tokens} texts in turn, one worker");
    let folder = tempfile::tempdir().expect("a folder");
    let process = ServerProcess::start(&[&folder.path().to_string_lossy(), &tokens.to_string()]);
    let texts = std::fs::read_to_string(folder.path().join("texts")).expect("texts");
    let contender = |(name, path)| {
        let request = |text: &str| {
            let body = format!("token={text}&token_type_hint=access_token");
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
                process.told(),
                body.len()
            );
            (head + &body).into_bytes()
        };
        let load = Load::new(process.address(), texts.lines().map(request).collect(), |answer| {
            answer.status == 200 && answer.body.starts_with(b"{\"active\":true")
        });
        Contender { name, load, process: &process }
    };
    compare(&mut [("bare", "/bare"), ("introspect", "/oauth2/introspect")].map(contender));
}
