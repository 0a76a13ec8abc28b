//! The load report: a guarded actix route beside the same route bare, and beside the design everybody builds first, in one
//! server process, called in turns by one client over 32 connections. CPU is that of the server alone. Tokens are called in
//! turn, 1 000 and 100 000 of them, and told is how many of the calls the guard could not answer without the database.
//! `TOKENWARD_BENCH_SAME` calls the bare route in place of the guarded one: how much of a difference is none.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use token_bench::{
    Connection, Contender, Installation, Load, ServerProcess, asked_to_serve, compare, serve_until_asked,
};
use token_core::{Clock, GuardSource as _, Permission};
use token_guard::actix::{GuardLayer, Require, Requirement, presented};
use token_guard::{Following, Presented};
use token_jwt::{KeyRing, MAX_TOKEN, UnverifiedJwt};
use token_store::TokenStore;

struct ReadAssets;

impl Requirement for ReadAssets {
    const PERMISSION: Permission = Permission::literal("assets:read");
}

fn main() {
    if let Some(arguments) = asked_to_serve() {
        let [folder, tokens] = arguments.as_slice() else { return };
        return serve(Path::new(folder), tokens.parse().expect("a number"));
    }
    for tokens in [1_000, 100_000] {
        report(tokens);
    }
}

/// All three routes.
fn serve(folder: &Path, tokens: usize) {
    let installation = Installation::with(folder, tokens);
    std::fs::write(folder.join("texts"), installation.texts.join("\n")).expect("a file");
    let product = &installation.product;
    let ((guard, counted), clock) = (installation.counted_guard(), Arc::clone(&installation.clock) as Arc<dyn Clock>);
    let store = Arc::clone(&product.store);
    let listen = Arc::clone(&store);
    let poll = Duration::from_millis(250);
    let _following =
        Following::begin(&guard, poll, Some(Arc::new(move || listen.wake_ups())), |_| {}).expect("threads");
    let keys = store.rules().expect("keys").value.keys;
    let ring = Arc::new(KeyRing::new(&keys.keys, keys.identity.as_ref()).expect("a ring"));
    let configure = move |config: &mut web::ServiceConfig| {
        let (store, ring, counted) = (Arc::clone(&store), Arc::clone(&ring), Arc::clone(&counted));
        let layer = GuardLayer::new(Arc::clone(&guard), Arc::clone(&clock));
        let guarded = |_: Require<ReadAssets>| async { HttpResponse::Ok().body("{}") };
        let bare = || async { HttpResponse::Ok().body("{}") };
        let asked = move || {
            let asked = counted.asked().to_string();
            async { HttpResponse::Ok().body(asked) }
        };
        let naive = move |request: actix_web::HttpRequest| naive(request, Arc::clone(&store), Arc::clone(&ring));
        config
            .service(web::resource("/bare").route(web::get().to(bare)))
            .service(web::resource("/guarded").route(web::get().to(guarded)).wrap(layer))
            .service(web::resource("/naive").route(web::get().to(naive)))
            .service(web::resource("/asked").route(web::get().to(asked)));
    };
    serve_until_asked(configure, "");
}

/// Checks the signature and reads the token, beside the event loop, with every call.
async fn naive(request: actix_web::HttpRequest, store: Arc<TokenStore>, ring: Arc<KeyRing>) -> HttpResponse {
    let Presented::Bearer(text) = presented(request.headers()) else { return HttpResponse::Unauthorized().finish() };
    let text = text.to_owned();
    let read = web::block(move || {
        let jwt = UnverifiedJwt::parse(&text, MAX_TOKEN).ok()?;
        let claims = ring.verify(&jwt).ok()?;
        store.token(claims.sub()).ok()?.value
    });
    match read.await {
        Ok(Some(_)) => HttpResponse::Ok().body("{}"),
        _ => HttpResponse::Unauthorized().finish(),
    }
}

/// How often the guard has asked the database about a token.
fn asked(process: &ServerProcess) -> u64 {
    let answer = Connection::open(process.address()).answer(b"GET /asked HTTP/1.1\r\nHost: localhost\r\n\r\n");
    String::from_utf8(answer.body).ok().and_then(|asked| asked.parse().ok()).expect("a number")
}

fn report(tokens: usize) {
    println!("\n{tokens} tokens in turn, one worker");
    let folder = tempfile::tempdir().expect("a folder");
    let process = ServerProcess::start(&[&folder.path().to_string_lossy(), &tokens.to_string()]);
    let texts = std::fs::read_to_string(folder.path().join("texts")).expect("texts");
    let contender = |name| {
        let same = std::env::var_os("TOKENWARD_BENCH_SAME").is_some();
        let path = if same && name == "guarded" { "bare" } else { name };
        let request = |text: &str| {
            format!("GET /{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {text}\r\n\r\n").into_bytes()
        };
        let load = Load::new(process.address(), texts.lines().map(request).collect(), |answer| answer.status == 200);
        Contender { name, load, process: &process }
    };
    let mut contenders = ["bare", "guarded", "naive"].map(contender);
    let so_far = |[_, guarded, _]: &[Contender<'_>; 3]| (asked(&process), guarded.load.sent());
    let (asked_before, sent_before) = so_far(&contenders);
    compare(&mut contenders);
    let (asked, sent) = so_far(&contenders);
    println!("  {} of {} guarded calls asked the database", asked - asked_before, sent - sent_before);
}
