use token_wire::schemas::{IntrospectForm, RevokeForm};
use token_wire::{AuthorizationServerView, IntrospectionView};

use super::super::operation::{Described, get, post};

pub(super) fn rows() -> Vec<Described> {
    vec![
        post("/oauth2/introspect", "introspectToken", "Says whether a text is good (RFC 7662).")
            .text(
                "By the same judgement as a call with it, but nothing is used by asking. Of every text that is not good, \
                 whatever it is, only that is told.",
            )
            .body::<IntrospectForm>()
            .answers::<IntrospectionView<'_>>("What it is, or that it is not active."),
        post("/oauth2/revoke", "revokePresentedToken", "Ends a token by one of its texts (RFC 7009).")
            .text(
                "A token ends itself, and any other if it holds `tokens:revoke`; all its texts end, for good. 200 also for a \
                 text that is not good, was replaced by a newer one, or is not the caller's to end: then nothing happens.",
            )
            .body::<RevokeForm>()
            .empty(200, "The text is good no more, if it was the caller's to end."),
        get("/.well-known/oauth-authorization-server", "showAuthorizationServer", "Shows where OAuth clients find what (RFC 8414).")
            .answers::<AuthorizationServerView>("The metadata.")
            .empty(304, "The client has them."),
    ]
}
