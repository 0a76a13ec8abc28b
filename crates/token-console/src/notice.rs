//! What was done, said once on the page that comes after it. The address names one of these and nothing else, so
//! nobody can put words of their own into a page.

use token_http::pages::Query;

/// A message on top of a page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Notice {
    /// `good`, `warn` or `bad`.
    pub(crate) look: &'static str,
    pub(crate) text: String,
}

impl Notice {
    pub(crate) fn good(text: impl Into<String>) -> Self {
        Self { look: "good", text: text.into() }
    }

    pub(crate) fn bad(text: impl Into<String>) -> Self {
        Self { look: "bad", text: text.into() }
    }
}

const IN_FORCE: &str = "It is in force on every node: no call is accepted from now on.";

/// What may stand behind `done=`, and what it says.
const DONE: [(&str, &str); 23] = [
    ("token-created", "The token is made and works at once. Show it, copy its text and hand it over."),
    ("token-made-before", "This form was saved before; this is the token it made."),
    ("token-saved", "Saved. It is in force on every node."),
    ("token-unchanged", "There was nothing to save."),
    ("token-revoked", "The token is revoked for good."),
    ("token-deleted", "The token is revoked and deleted."),
    ("tokens-revoked", "The chosen tokens are revoked for good."),
    ("tokens-deleted", "The chosen tokens are revoked and deleted."),
    ("expired-deleted", "All expired tokens are deleted."),
    ("role-created", "The role is made."),
    ("role-saved", "Saved. It is in force on every node: the next call of every holder is judged by it."),
    ("role-deleted", "The role is deleted, and nobody holds it any more."),
    ("routes-saved", "Saved. It is in force on every node: gateways let the next call pass by it."),
    ("user-created", "The account is made."),
    ("user-saved", "Saved. It is in force on every node."),
    ("user-deleted", "The account is deleted, and all its sessions have ended."),
    ("user-signed-out", "All sessions of this person have ended."),
    ("password-changed", "Your password is changed. All your other sessions have ended."),
    ("signed-out", "You are signed out."),
    ("set-up", "Your account is made. Sign in with it."),
    ("key-rotated", "The new key is published."),
    ("key-withdrawn", "The key is withdrawn. No text that it signed is accepted any more, on any node."),
    ("signed-out-everywhere", "All your other sessions have ended."),
];

/// What takes something away, and so is said with how far it reaches.
const TAKES_AWAY: [&str; 5] = ["token-revoked", "token-deleted", "tokens-revoked", "tokens-deleted", "expired-deleted"];

/// The message that a page was asked to show, if it is one of ours.
pub(crate) fn done(query: &mut Query) -> Option<Notice> {
    let name = query.text("done")?;
    let (name, text) = DONE.into_iter().find(|(known, _)| *known == name)?;
    Some(Notice::good(if TAKES_AWAY.contains(&name) { format!("{text} {IN_FORCE}") } else { text.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atk_x07_a_page_says_nothing_that_an_address_makes_up() {
        let said = |query: &str| done(&mut Query::parse(query));
        assert!(said("done=token-revoked").unwrap().text.contains("every node"));
        for bad in ["", "done=", "done=%3Cscript%3E", "done=you+won"] {
            assert_eq!(said(bad), None, "{bad}");
        }
    }

    #[test]
    fn names_stand_once() {
        for (index, (name, _)) in DONE.iter().enumerate() {
            assert!(DONE.iter().skip(index + 1).all(|(other, _)| other != name), "{name}");
        }
        assert!(TAKES_AWAY.iter().all(|name| DONE.iter().any(|(known, _)| known == name)));
    }
}
