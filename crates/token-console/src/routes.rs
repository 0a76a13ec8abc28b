//! The one table of pages.

use std::sync::Arc;

use actix_web::web::{self, Data, ServiceConfig};
use token_admin::rights;
use token_core::Permission;
use token_http::pages::{self, PageNeed, PageRoute};
use token_http::{HttpState, Verb};

use crate::console::Console;
use crate::looks::ConsoleLooks;
use crate::{
    account, assets, changelog, configuration, overview, roles, route_rules, search, set_up, sign_in, signing_keys,
    tokens, users,
};

use PageNeed::{Public, Session};

const fn may(permission: Permission) -> PageNeed {
    PageNeed::Permission(permission)
}

/// What a view is about, and what a page of it does: the list stands beside every form.
const fn both(read: Permission, act: Permission) -> PageNeed {
    PageNeed::Both(read, act)
}

macro_rules! table {
    ($($verb:ident $path:literal, $need:expr, $handler:path;)+) => {
        &[$(PageRoute { verb: Verb::$verb, path: $path, need: $need, handler: || web::route().to($handler) }),+]
    };
}

static PAGES: &[PageRoute] = table! {
    Get "/", Public, sign_in::front;
    Get "/sign-in", Public, sign_in::page;
    Post "/sign-in", Public, sign_in::sign_in;
    Post "/sign-out", Session, sign_in::sign_out;
    Get "/set-up", Public, set_up::page;
    Post "/set-up", Public, set_up::set_up;
    Get "/account", Session, account::page;
    Post "/account/password", Session, account::change_password;
    Get "/assets/{version}/{file}", Public, assets::file;
    Get "/overview", Session, overview::page;
    Get "/search", Session, search::page;
    Get "/admin", Session, overview::admin;
    Get "/admin/api-tokens", may(rights::TOKENS_READ), tokens::list;
    Get "/admin/api-tokens/count", may(rights::TOKENS_READ), tokens::count;
    Get "/admin/api-tokens/new", both(rights::TOKENS_READ, rights::TOKENS_CREATE), tokens::new;
    Post "/admin/api-tokens/new", both(rights::TOKENS_READ, rights::TOKENS_CREATE), tokens::create;
    Post "/admin/api-tokens/bulk", may(rights::TOKENS_READ), tokens::bulk;
    Get "/admin/api-tokens/delete-expired", both(rights::TOKENS_READ, rights::TOKENS_DELETE), tokens::delete_expired_page;
    Post "/admin/api-tokens/delete-expired", both(rights::TOKENS_READ, rights::TOKENS_DELETE), tokens::delete_expired;
    Get "/admin/api-tokens/{id}", may(rights::TOKENS_READ), tokens::show;
    Post "/admin/api-tokens/{id}", may(rights::TOKENS_READ), tokens::save;
    Post "/admin/api-tokens/{id}/show", both(rights::TOKENS_READ, rights::TOKENS_SHOW), tokens::reveal;
    Get "/admin/api-tokens/{id}/delete", both(rights::TOKENS_READ, rights::TOKENS_DELETE), tokens::delete_page;
    Post "/admin/api-tokens/{id}/delete", both(rights::TOKENS_READ, rights::TOKENS_DELETE), tokens::delete;
    Get "/admin/api-tokens/{id}/rotate", both(rights::TOKENS_READ, rights::TOKENS_ROTATE), tokens::rotate_page;
    Post "/admin/api-tokens/{id}/rotate", both(rights::TOKENS_READ, rights::TOKENS_ROTATE), tokens::rotate;
    Get "/admin/roles", may(rights::ROLES_READ), roles::list;
    Get "/admin/roles/new", both(rights::ROLES_READ, rights::ROLES_CREATE), roles::new;
    Post "/admin/roles/new", both(rights::ROLES_READ, rights::ROLES_CREATE), roles::create;
    Get "/admin/roles/who-could", may(rights::ROLES_READ), roles::who_could;
    Get "/admin/roles/{id}", may(rights::ROLES_READ), roles::show;
    Post "/admin/roles/{id}", both(rights::ROLES_READ, rights::ROLES_UPDATE), roles::save;
    Get "/admin/roles/{id}/delete", both(rights::ROLES_READ, rights::ROLES_DELETE), roles::delete_page;
    Post "/admin/roles/{id}/delete", both(rights::ROLES_READ, rights::ROLES_DELETE), roles::delete;
    Get "/admin/route-rules", may(rights::ROUTES_READ), route_rules::page;
    Post "/admin/route-rules", both(rights::ROUTES_READ, rights::ROUTES_UPDATE), route_rules::save;
    Get "/admin/users", may(rights::USERS_READ), users::list;
    Get "/admin/users/new", both(rights::USERS_READ, rights::USERS_CREATE), users::new;
    Post "/admin/users/new", both(rights::USERS_READ, rights::USERS_CREATE), users::create;
    Get "/admin/users/{id}", may(rights::USERS_READ), users::show;
    Post "/admin/users/{id}", both(rights::USERS_READ, rights::USERS_UPDATE), users::save;
    Post "/admin/users/{id}/sign-out", both(rights::USERS_READ, rights::USERS_UPDATE), users::sign_out;
    Get "/admin/users/{id}/delete", both(rights::USERS_READ, rights::USERS_DELETE), users::delete_page;
    Post "/admin/users/{id}/delete", both(rights::USERS_READ, rights::USERS_DELETE), users::delete;
    Get "/admin/changelog", may(rights::EVENTS_READ), changelog::page;
    Get "/admin/changelog/check", may(rights::EVENTS_READ), changelog::check;
    Get "/admin/changelog/export.csv", may(rights::EVENTS_READ), changelog::export;
    Get "/admin/signing-keys", may(rights::KEYS_READ), signing_keys::page;
    Post "/admin/signing-keys/rotate", both(rights::KEYS_READ, rights::KEYS_ROTATE), signing_keys::rotate;
    Get "/admin/signing-keys/{kid}/withdraw", both(rights::KEYS_READ, rights::KEYS_WITHDRAW), signing_keys::withdraw_page;
    Post "/admin/signing-keys/{kid}/withdraw", both(rights::KEYS_READ, rights::KEYS_WITHDRAW), signing_keys::withdraw;
    Get "/admin/configuration", may(rights::CONFIGURATION_READ), configuration::page;
    Get "/admin/{rest:.*}", Session, sign_in::nowhere;
};

/// The table, for tests that hold it against the world.
pub fn routes() -> impl Iterator<Item = (Verb, &'static str, &'static PageNeed)> {
    PAGES.iter().map(|row| (row.verb, row.path, &row.need))
}

/// Registers every page.
pub fn configure(state: Arc<HttpState>, console: Arc<Console>) -> impl Fn(&mut ServiceConfig) + Clone {
    let pages = pages::configure(state, PAGES, Arc::new(ConsoleLooks));
    move |config| {
        config.app_data(Data::from(Arc::clone(&console)));
        pages(config);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_stands_twice_and_few_pages_are_public() {
        let rows: Vec<_> = routes().map(|(verb, path, _)| (verb, path)).collect();
        for (index, row) in rows.iter().enumerate() {
            assert!(!rows[..index].contains(row), "{row:?}");
        }
        let public: Vec<_> =
            routes().filter(|(_, _, need)| **need == Public).map(|(verb, path, _)| (verb, path)).collect();
        let expected = [
            (Verb::Get, "/"),
            (Verb::Get, "/sign-in"),
            (Verb::Post, "/sign-in"),
            (Verb::Get, "/set-up"),
            (Verb::Post, "/set-up"),
            (Verb::Get, "/assets/{version}/{file}"),
        ];
        assert_eq!(public, expected);
        assert!(routes().all(|(verb, _, _)| matches!(verb, Verb::Get | Verb::Post)), "what forms can send");
    }
}
