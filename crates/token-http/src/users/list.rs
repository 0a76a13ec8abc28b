//! Lists people.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_core::{TokenName, UserQuery};
use token_wire::{PageView, UserView};

use crate::answer::json;
use crate::author::Asking;
use crate::cursor::Cursors;
use crate::error::ApiError;
use crate::query::Query;
use crate::state::{HttpState, blocking};

/// `GET /api/v1/users?name=&role=&enabled=&cursor=&limit=`: one page, by user name.
pub(crate) async fn list(asking: Asking, mut query: Query, state: Data<HttpState>) -> Result<HttpResponse, ApiError> {
    let (wanted, cursors) = wanted(&mut query, &asking, &state);
    let wanted = query.finish(wanted)?;
    let page = blocking(&state, move |state| Ok(state.admin.store().list_users(&wanted)?)).await?;
    let next = page.next.map(|name| cursors.seal(name.as_bytes()));
    Ok(json(&PageView { items: page.items.iter().map(UserView::from).collect(), next }))
}

/// What the parameters ask for, and the cursors of that question.
pub(crate) fn wanted(query: &mut Query, asking: &Asking, state: &HttpState) -> (UserQuery, Cursors) {
    let cursors = Cursors::new(&state.cursor_key, "users.1", asking.id(), query);
    let wanted = UserQuery {
        name: query.needle("name").map(|needle| TokenName::fold_needle(&needle)),
        role: query.typed("role", "expected the id of a role"),
        enabled: query.parsed("enabled", "expected `true` or `false`", |text| text.parse().ok()),
        after: cursors.position(query, |name| String::from_utf8(name.to_vec()).ok()),
        limit: query.limit(state.limits.max_page),
    };
    (wanted, cursors)
}
