//! Whom PostgreSQL runs as.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::failure::Failure;
use crate::{packages, process};

/// Whom the server runs as, where this process is root: PostgreSQL refuses to be root.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Owner {
    /// The user PostgreSQL's package made, or the one that owns nothing; `None` where this process is not root.
    ///
    /// # Errors
    ///
    /// This process is root, and there is neither.
    pub(crate) fn find() -> Result<Option<Self>, Failure> {
        if !packages::is_root() {
            return Ok(None);
        }
        let id = |what: &str, user: &str| -> Option<u32> {
            process::output(Command::new("id").args([what, user]))?.parse().ok()
        };
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|user| {
                let (uid, gid) = (id("-u", user)?, id("-g", user)?);
                Some(Some(Self { uid, gid }))
            })
            .ok_or_else(|| Failure::new("there is neither a user `postgres` nor a user `nobody`"))
    }
}

/// Makes `command` run as `owner`, and in a folder that every user may be in.
pub(crate) fn apply(owner: Option<Owner>, command: &mut Command) -> &mut Command {
    if let Some(Owner { uid, gid }) = owner {
        // For root this drops the supplementary groups as well.
        command.uid(uid).gid(gid);
    }
    command.current_dir("/")
}
