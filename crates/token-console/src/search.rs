//! Search in the bar: tokens, roles and people by a piece of their names.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use token_admin::rights;
use token_core::{RoleQuery, TokenName, TokenQuery, UserQuery};
use token_http::HttpState;
use token_http::pages::{Fields, PageError, Query, Visit, blocking, html};

use crate::access;
use crate::looks::rendered;
use crate::panels::Mark;
use crate::shell::{Shell, View};
use crate::tokens::mark;

/// Most hits of a kind.
const MOST: usize = 10;

/// Something that was found.
struct Hit {
    name: String,
    href: String,
    mark: Option<Mark>,
}

/// Hits of one kind, and where all of them are.
struct Hits {
    kind: &'static str,
    all: Vec<Hit>,
    more_at: String,
    more: bool,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    shell: Shell,
    asked: String,
    problem: bool,
    found: Vec<Hits>,
}

/// `GET /search?q=`.
pub(crate) async fn page(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let asked = Query::parse(request.query_string()).text("q").unwrap_or_default().trim().to_owned();
    let problem = 100 < asked.chars().count() || asked.chars().any(char::is_control);
    let shell = Shell::new("Search", View::None, &visit);
    if asked.is_empty() || problem {
        return Ok(html(rendered(&SearchPage { shell, asked: String::new(), problem, found: Vec::new() })));
    }
    let (needle, seen) = (asked.clone(), visit.clone());
    let found = blocking(&state, move |state| {
        let folded = Some(TokenName::fold_needle(&needle));
        let all = |path: &str| format!("{path}?{}", Fields::kept([("name".to_owned(), needle.clone())]).encoded());
        let store = state.admin.store();
        let mut found = Vec::new();
        if seen.may(&rights::TOKENS_READ) {
            let query = TokenQuery { name: folded.clone(), ..TokenQuery::newest(seen.now(), MOST) };
            let page = store.list_tokens(&query)?;
            let hit = |record: &token_core::TokenRecord| Hit {
                name: record.token.grant().name.to_string(),
                href: format!("/admin/api-tokens/{}", record.id()),
                mark: Some(mark(record, seen.now()).0),
            };
            let hits = page.items.iter().map(hit).collect();
            found.push(Hits {
                kind: "API tokens",
                all: hits,
                more_at: all("/admin/api-tokens"),
                more: page.next.is_some(),
            });
        }
        if seen.may(&rights::ROLES_READ) {
            let page = store.list_roles(&RoleQuery { name: folded.clone(), after: None, limit: MOST })?;
            let hit = |role: &token_core::Role| Hit {
                name: role.name.to_string(),
                href: format!("/admin/roles/{}", role.id),
                mark: None,
            };
            let hits = page.items.iter().map(hit).collect();
            found.push(Hits { kind: "Roles", all: hits, more_at: all("/admin/roles"), more: page.next.is_some() });
        }
        if seen.may(&rights::USERS_READ) {
            let page = store.list_users(&UserQuery { name: folded, limit: MOST, ..UserQuery::default() })?;
            let hit = |record: &token_core::UserRecord| Hit {
                name: access::person(record),
                href: format!("/admin/users/{}", record.id()),
                mark: None,
            };
            let hits = page.items.iter().map(hit).collect();
            found.push(Hits { kind: "People", all: hits, more_at: all("/admin/users"), more: page.next.is_some() });
        }
        Ok(found)
    })
    .await?;
    Ok(html(rendered(&SearchPage { shell, asked, problem: false, found })))
}
