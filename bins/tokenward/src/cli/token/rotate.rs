//! `tokenward token rotate`

use clap::Args;
use token_admin::{OldEnds, RotateToken};
use token_core::{Author, IdempotencyKey, TokenId};

use super::{end, issued};
use crate::failure::Failure;
use crate::output::Format;
use crate::parts::Parts;

#[derive(Args, Debug)]
pub(crate) struct Rotate {
    /// Which token
    id: TokenId,
    /// The end of the new text and of the token: a date (that whole day, UTC) or an RFC 3339 time; without it the
    /// token keeps its end
    #[arg(long, value_name = "TIME", conflicts_with = "no_expiry")]
    expires: Option<String>,
    /// Let the new text and the token have no end
    #[arg(long)]
    no_expiry: bool,
    #[command(flatten)]
    older: Older,
    /// What you call this request, e.g. a random UUID: repeated with it within a day, it makes nothing and prints the
    /// same again
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<IdempotencyKey>,
}

/// When the older texts end.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
#[expect(clippy::struct_field_names, reason = "the names of the flags")]
struct Older {
    /// End the older texts now
    #[arg(long)]
    older_now: bool,
    /// End the older texts at this time
    #[arg(long, value_name = "TIME")]
    older_at: Option<String>,
    /// End the older texts with the first call that presents the new one, and at this time at the latest
    #[arg(long, value_name = "TIME")]
    older_on_first_use: Option<String>,
}

pub(super) fn rotate(wanted: Rotate, author: &Author, parts: &Parts, format: Format) -> Result<(), Failure> {
    let at = end(wanted.older.older_at)?.map(OldEnds::At);
    let used = end(wanted.older.older_on_first_use)?.map(|latest| OldEnds::OnFirstUse { latest });
    let command = RotateToken {
        expires_at: if wanted.no_expiry { Some(None) } else { end(wanted.expires)?.map(Some) },
        old_ends: at.or(used).unwrap_or(OldEnds::Now),
    };
    let key = wanted.idempotency_key.as_ref();
    let issued = parts.admin.rotate_once(author, wanted.id, &Ok(command), key)?.value;
    issued::print(issued, parts.admin.now(), format);
    Ok(())
}
