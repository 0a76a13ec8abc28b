//! `tokenward restore …`

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;
use token_admin::{AdminError, BulkAction, BulkChoice, BulkEnd};
use token_core::limits::PAGE;
use token_core::{Author, Epoch, Reason, Store as _, TokenQuery};
use token_guard::waiter::bound;

use super::confirmation::Confirmation;
use super::field;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::parts::Parts;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Go on with a database that has gone back, as after a restored backup, though servers refuse it: its log begins
    /// another life, and a server starts again, or goes on if it waits
    ///
    /// What was written after the state that was restored is lost: tokens that were revoked since pass again. Where it is
    /// not known which, say `--revoke-all`. Cut short, it is said again: until it is done, servers go on to refuse.
    Accept {
        /// Before that, revoke every token there is and sign everybody out; each token is told in the changelog
        #[arg(long)]
        revoke_all: bool,
        #[command(flatten)]
        confirmation: Confirmation,
    },
}

/// What was ended before the database was accepted.
#[derive(Clone, Copy, Debug, Default)]
struct Ended {
    tokens: u64,
    sessions: u64,
}

pub(super) fn run(command: &Command, config: &Config, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    let Command::Accept { revoke_all, confirmation } = command;
    let revoke_all = *revoke_all;
    let question = if revoke_all {
        "Go on with this database as it is, without what was written later? Every token there is ends for good, and \
         everybody is signed out."
    } else {
        "Go on with this database as it is, without what was written later? Tokens that were revoked later pass again; \
         `--revoke-all` ends them all."
    };
    confirmation.ask(question)?;
    let ended = if revoke_all { end_all(parts)? } else { Ended::default() };
    // A node that knows more than this database has looked by then and refuses, or has not looked and is stale: nobody
    // passes by what the life before told.
    if crate::serve::may_run(config) {
        std::thread::sleep(bound(crate::acknowledgement::agreed(config, &parts.store)?));
    }
    let epoch = parts.admin.accept_restore(&Author::command_line())?.value;
    tell(epoch, revoke_all.then_some(ended), format);
    Ok(ExitCode::SUCCESS)
}

/// Ends every token, a page at a time, newest first; what is made meanwhile is left alone. What an earlier try has ended
/// stays as it is.
fn end_all(parts: &Parts) -> Result<Ended, Failure> {
    let reason: Reason = field("reason", "a restored database was accepted".parse())?;
    let mut query = TokenQuery::newest(parts.admin.now(), PAGE);
    let mut ended = Ended::default();
    loop {
        let page = parts.store.list_tokens(&query).map_err(AdminError::Store)?;
        let unrevoked = page.items.iter().filter(|record| record.token.end().is_none());
        let ids: Vec<_> = unrevoked.map(token_core::TokenRecord::id).collect();
        if !ids.is_empty() {
            let choice = BulkChoice::Ids(ids);
            let wanted = BulkEnd { choice, action: BulkAction::Revoke, reason: Some(reason.clone()) };
            let done = parts.admin.end_tokens(&Author::command_line(), &Ok(wanted)).map_err(|error| {
                let before = ended.tokens;
                Failure::NotDone(format!("{error}; {before} tokens were revoked before, so say it again"))
            })?;
            ended.tokens += done.value.len() as u64;
        }
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    ended.sessions = parts.admin.end_all_sessions(&Author::command_line())?.value;
    Ok(ended)
}

fn tell(epoch: Epoch, ended: Option<Ended>, format: Format) {
    match format {
        Format::Json => {
            let Ended { tokens, sessions } = ended.unwrap_or_default();
            output::json(&json!({ "epoch": epoch.to_string(), "revoked": tokens, "sessions_ended": sessions }));
        }
        Format::Table => {
            if let Some(Ended { tokens, sessions }) = ended {
                output::line(&format!("{tokens} tokens are revoked, {sessions} sessions ended"));
            }
            output::line(&format!("the log goes on in epoch {epoch}; start the servers that refused"));
        }
    }
}
