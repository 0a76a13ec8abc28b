//! `/api/v1/events`: the changelog.

pub(crate) mod list;
pub(crate) mod verify;
