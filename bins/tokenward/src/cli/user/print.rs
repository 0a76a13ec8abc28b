//! Prints a person.

use token_core::{UserId, UserRecord};
use token_wire::{UserView, UserWithUseView};

use crate::failure::Failure;
use crate::output::{self, Format};
use crate::parts::Parts;

/// Whether somebody may sign in, in a word or two.
pub(super) fn state(record: &UserRecord) -> &'static str {
    match (record.user.enabled, record.password.is_some()) {
        (false, _) => "disabled",
        (true, false) => "no password",
        (true, true) => "enabled",
    }
}

pub(super) fn print(parts: &Parts, id: UserId, format: Format) -> Result<(), Failure> {
    let details = parts.admin.user(id)?;
    let (record, user) = (&details.record, &details.record.user);
    if format == Format::Json {
        let (user, tokens_created, sessions) = (UserView::from(record), details.tokens_made, details.sessions);
        output::json(&UserWithUseView { user, tokens_created, sessions });
        return Ok(());
    }
    let mut rows = vec![
        ("id", user.id.to_string()),
        ("user name", user.username.to_string()),
        ("display name", user.display_name.to_string()),
        ("state", state(record).to_owned()),
        ("version", record.version.to_string()),
        ("sessions", details.sessions.to_string()),
        ("tokens made", details.tokens_made.to_string()),
    ];
    for role in &user.roles {
        rows.push(("role", parts.admin.role(*role)?.0.name.to_string()));
    }
    output::table(&["field", "value"], rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]));
    Ok(())
}
