//! One token, as people and programs read it.

use token_admin::AdminError;
use token_core::{RoleId, TokenRecord};
use token_wire::{TokenState, TokenView};

use crate::failure::Failure;
use crate::output::{self, Format};
use crate::parts::Parts;

pub(super) fn print(record: &TokenRecord, parts: &Parts, format: Format) -> Result<(), Failure> {
    let view = TokenView::new(record, parts.admin.now());
    if format == Format::Json {
        output::json(&view);
        return Ok(());
    }
    let roles: Vec<String> =
        record.token.grant().roles.iter().map(|role| role_name(parts, *role)).collect::<Result<_, _>>()?;
    let state = state(&view).to_owned();
    let mut rows = vec![
        ("id", view.id),
        ("name", view.name),
        ("description", view.description),
        ("state", state),
        ("roles", if roles.is_empty() { "none".to_owned() } else { roles.join(", ") }),
        ("expires", view.expires_at.unwrap_or_else(|| "no expiry".to_owned())),
        ("networks", view.allowed_networks.map_or_else(|| "any".to_owned(), |networks| networks.join(", "))),
        ("created", format!("{} by {}", view.created_at, view.created_by.name)),
    ];
    if let Some(end) = view.revoked {
        rows.push(("revoked", format!("{} by {}", end.at, end.by.name)));
        rows.push(("reason", end.reason.unwrap_or_else(|| "none given".to_owned())));
    }
    rows.push(("version", view.version.to_string()));
    output::table(&["field", "value"], rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]));
    Ok(())
}

pub(super) const fn state(view: &TokenView) -> &'static str {
    match view.state {
        TokenState::Active => "active",
        TokenState::Expired => "expired",
        TokenState::Revoked => "revoked",
    }
}

/// A role's name; its id if it went away meanwhile.
fn role_name(parts: &Parts, id: RoleId) -> Result<String, Failure> {
    match parts.admin.role(id) {
        Ok((role, _)) => Ok(role.name.to_string()),
        Err(AdminError::NotFound(_)) => Ok(id.to_string()),
        Err(error) => Err(error.into()),
    }
}
