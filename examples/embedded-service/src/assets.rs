//! The routes of the service; each says in its signature what a caller needs.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use token_guard::Caller;
use token_guard::actix::Require;

token_guard::requirement! {
    /// May see assets.
    ReadAssets = "assets:read";
    /// May make assets.
    WriteAssets = "assets:write";
}

/// Behind a [`token_guard::actix::GuardLayer`].
pub(crate) fn routes(config: &mut ServiceConfig) {
    config.route("", web::get().to(list)).route("", web::post().to(make)).route("/me", web::get().to(me));
}

async fn list(caller: Require<ReadAssets>) -> HttpResponse {
    HttpResponse::Ok().body(format!("the assets, for {}\n", caller.caller().name()))
}

async fn make(caller: Require<WriteAssets>) -> HttpResponse {
    HttpResponse::Created().body(format!("made by {}\n", caller.caller().name()))
}

/// For every good token.
async fn me(caller: Caller) -> HttpResponse {
    HttpResponse::Ok().body(format!("{}\n", caller.name()))
}
