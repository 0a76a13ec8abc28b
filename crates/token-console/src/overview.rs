//! The overview: how many tokens in which state, what ends soon, what was refused, and how this node is.

mod totals;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use token_admin::{AdminError, rights};
use token_http::HttpState;
use token_http::pages::{PageError, Visit, blocking, html, redirect};

use crate::chart::Chart;
use crate::console::Console;
use crate::counts::grouped;
use crate::looks::rendered;
use crate::shell::{Shell, View, admin_start};

pub(crate) use totals::Totals;

/// A figure and where it leads.
struct Tile {
    figure: String,
    name: &'static str,
    href: &'static str,
}

/// One part of the node.
struct Part {
    name: String,
    ok: bool,
    detail: String,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    shell: Shell,
    tiles: Vec<Tile>,
    chart: Option<Chart>,
    refused: Option<Vec<(String, String)>>,
    refused_more: bool,
    parts: Vec<Part>,
    as_of: String,
    nothing: bool,
}

/// `GET /overview`: for everybody who is signed in, what they may see of it.
pub(crate) async fn page(
    visit: Visit,
    state: Data<HttpState>,
    console: Data<Console>,
) -> Result<HttpResponse, PageError> {
    let (sees_tokens, sees_log) = (visit.may(&rights::TOKENS_READ), visit.may(&rights::EVENTS_READ));
    let shown = console.clone();
    let figures = blocking(&state, move |state| {
        let console = shown;
        let tokens = sees_tokens.then(|| console.totals.tokens(state)).transpose()?;
        let refused = sees_log.then(|| console.totals.refused(state)).transpose()?;
        Ok::<_, AdminError>((tokens, refused, state.readiness.check()))
    })
    .await?;
    let (tokens, refused, readiness) = figures;
    if sees_tokens && console.totals.is_aging(state.clock.now()) {
        let (state, console) = (state.clone(), console.clone());
        actix_web::rt::spawn(async move {
            // Nobody waits for it; whoever looks next counts if it failed.
            let _ = blocking(&state, move |state| console.totals.recount(state)).await;
        });
    }
    let tile = |number: u64, name, href| Tile { figure: grouped(number), name, href };
    let tiles = tokens.as_ref().map(|tokens| {
        vec![
            tile(tokens.totals.active, "active tokens", "/admin/api-tokens?state=active"),
            tile(
                tokens.totals.without_end,
                "of them without expiry",
                "/admin/api-tokens?state=active&sort=-expires_at",
            ),
            tile(
                tokens.totals.ending.iter().sum(),
                "end within 30 days",
                "/admin/api-tokens?state=active&sort=expires_at",
            ),
            tile(tokens.totals.expired, "expired", "/admin/api-tokens?state=expired"),
            tile(tokens.totals.revoked, "revoked", "/admin/api-tokens?state=revoked"),
        ]
    });
    // How durable changes are is how the database was set up, and no fault.
    let good = |name: &str, detail: &str| detail == "ok" || name == "durable";
    let parts = readiness.parts.into_iter();
    let parts = parts.map(|(name, detail)| Part { ok: good(&name, &detail), name, detail }).collect();
    Ok(html(rendered(&OverviewPage {
        shell: Shell::new("Overview", View::Overview, &visit),
        tiles: tiles.unwrap_or_default(),
        chart: tokens.as_ref().map(|tokens| Chart::of(&tokens.totals.ending, tokens.at)),
        as_of: tokens.map(|tokens| crate::moment::exact(tokens.counted_at)).unwrap_or_default(),
        refused_more: refused.as_ref().is_some_and(|refused| refused.more),
        refused: refused
            .map(|refused| refused.by_reason.into_iter().map(|(reason, count)| (reason, grouped(count))).collect()),
        parts,
        nothing: !sees_tokens && !sees_log && admin_start(&visit).is_none(),
    })))
}

/// `GET /admin`: to the first view that somebody may see.
pub(crate) async fn admin(visit: Visit) -> HttpResponse {
    redirect(admin_start(&visit).unwrap_or("/overview"))
}
