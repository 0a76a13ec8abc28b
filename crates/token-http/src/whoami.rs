//! Who calls.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_admin::SignedIn;
use token_core::{BuiltIn, Role, RoleSet};
use token_wire::{RoleNameView, WhoamiRuleView, WhoamiView, format_seconds};

use crate::answer::json;
use crate::asker::Asker;
use crate::author::Asking;
use crate::error::ApiError;
use crate::query::NoQuery;
use crate::state::{HttpState, blocking};

/// `GET /api/v1/whoami`: who, roles, effective permissions, expiry; for every good credential.
pub(crate) async fn whoami(asking: Asking, NoQuery: NoQuery, state: Data<HttpState>) -> Result<HttpResponse, ApiError> {
    match &asking.asker {
        Asker::Token(caller) => {
            let roles = state.guard.roles(caller.roles().iter().copied());
            let implicit = state.guard.roles([BuiltIn::AllExternalApplications.id()]);
            Ok(json(&WhoamiView {
                kind: "token".to_owned(),
                id: caller.id().to_string(),
                name: caller.name().to_string(),
                credential: Some(caller.credential().to_string()),
                expires_at: caller.expires_at().map(format_seconds),
                permissions: roles.iter().chain(&implicit).flat_map(rules).collect(),
                roles: roles.iter().map(name).collect(),
            }))
        }
        Asker::Person(person) => {
            let SignedIn { user, session, .. } = person.signed_in.as_ref();
            let held: RoleSet = user.roles.iter().copied().chain([BuiltIn::AllUsers.id()]).collect();
            let roles = blocking(&state, move |state| {
                let mut roles = Vec::new();
                state.admin.store().read(&mut |tx| {
                    roles = tx.roles(&held)?;
                    Ok(())
                })?;
                Ok(roles)
            })
            .await?;
            let explicit = roles.iter().filter(|role| role.built_in() != Some(BuiltIn::AllUsers));
            Ok(json(&WhoamiView {
                kind: "person".to_owned(),
                id: user.id.to_string(),
                name: user.username.to_string(),
                credential: None,
                expires_at: Some(format_seconds(session.expires_at)),
                permissions: roles.iter().flat_map(rules).collect(),
                roles: explicit.map(name).collect(),
            }))
        }
    }
}

fn name(role: &Role) -> RoleNameView {
    RoleNameView { id: role.id.to_string(), name: role.name.to_string() }
}

/// What a role comes to; `admin` has no rules and needs none.
fn rules(role: &Role) -> Vec<WhoamiRuleView> {
    let view = |effect: &str, permission: String| WhoamiRuleView {
        effect: effect.to_owned(),
        permission,
        role: role.name.to_string(),
    };
    let written = role.rules.iter().map(|rule| view(rule.effect.as_str(), rule.pattern.to_string()));
    let above = (role.built_in() == Some(BuiltIn::Admin)).then(|| view("allow", "*:*".to_owned()));
    above.into_iter().chain(written).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admin_may_do_everything_without_rules() {
        let role = |id, rules: &[&str]| Role {
            id,
            name: "r".parse().unwrap(),
            description: "".parse().unwrap(),
            rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
            version: 1,
        };
        let texts = |role: &Role| rules(role).into_iter().map(|rule| rule.permission).collect::<Vec<_>>();
        assert_eq!(texts(&role(BuiltIn::Admin.id(), &[])), ["*:*"]);
        assert_eq!(texts(&role(BuiltIn::AllUsers.id(), &["allow a:b", "deny c:*"])), ["a:b", "c:*"]);
    }
}
