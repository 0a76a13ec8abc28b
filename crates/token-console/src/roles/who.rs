//! *Who could …*: which roles allow or deny a permission, and how many hold them.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use token_admin::AdminError;
use token_core::limits::PAGE;
use token_core::{BuiltIn, Effect, Permission, Role, RoleQuery};
use token_http::HttpState;
use token_http::pages::{PageError, Visit, blocking, html};

use super::{PATH, Panel, RolesPage, listing, place};
use crate::counts::counted;
use crate::forms::sentence;
use crate::looks::rendered;
use crate::panels::Mark;

/// A role that says something about the permission.
pub(super) struct Says {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) mark: Mark,
    /// The rule that says it; none for `admin`.
    pub(super) rule: String,
    pub(super) held_by: String,
}

/// The question, and its answer.
pub(super) struct WhoCould {
    pub(super) permission: String,
    pub(super) problem: Option<String>,
    pub(super) says: Option<Vec<Says>>,
}

/// `GET /admin/roles/who-could?permission=`.
pub(crate) async fn who_could(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let mut place = place(&request);
    let asked = place.query.text("permission").unwrap_or_default();
    let who = match asked.trim().parse::<Permission>() {
        _ if asked.is_empty() => WhoCould { permission: asked, problem: None, says: None },
        Ok(permission) => {
            let says = blocking(&state, move |state| says(state, &permission)).await?;
            WhoCould { permission: asked, problem: None, says: Some(says) }
        }
        Err(error) => {
            let problem = format!("{} A permission looks like `assets:read`.", sentence(&format!("{error}")));
            WhoCould { permission: asked, problem: Some(problem), says: None }
        }
    };
    let listing = listing(place, &visit, &state, None).await?;
    Ok(html(rendered(&RolesPage::new(&visit, None, listing, Panel::Who(who)))))
}

fn says(state: &HttpState, permission: &Permission) -> Result<Vec<Says>, AdminError> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = state.admin.store().list_roles(&RoleQuery { name: None, after, limit: PAGE })?;
        for role in &page.items {
            if let Some((mark, rule)) = said(role, permission) {
                all.push(Says {
                    name: role.name.to_string(),
                    href: format!("{PATH}/{}", role.id),
                    mark,
                    rule,
                    held_by: held_by(state, role)?,
                });
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// What a role says by itself: a deny before an allow, as everywhere.
fn said(role: &Role, permission: &Permission) -> Option<(Mark, String)> {
    if role.built_in() == Some(BuiltIn::Admin) {
        return Some((Mark { look: "good", word: "allows" }, "above every rule".to_owned()));
    }
    let rule = |effect| role.rules.iter().find(|rule| rule.effect == effect && rule.pattern.covers(permission));
    let denies = rule(Effect::Deny).map(|rule| (Mark { look: "bad", word: "denies" }, rule.to_string()));
    denies.or_else(|| rule(Effect::Allow).map(|rule| (Mark { look: "good", word: "allows" }, rule.to_string())))
}

fn held_by(state: &HttpState, role: &Role) -> Result<String, AdminError> {
    match role.built_in() {
        Some(BuiltIn::AllExternalApplications) => Ok("every token".to_owned()),
        Some(BuiltIn::AllUsers) => Ok("every person".to_owned()),
        Some(BuiltIn::Admin) | None => {
            let (_, used) = state.admin.role(role.id)?;
            Ok(format!("{}, {}", counted(used.tokens, "token", "tokens"), counted(used.users, "person", "people")))
        }
    }
}
