use token_core::TokenSort;
use token_wire::ProblemKind::{CannotSign, Conflict, InsufficientScope, NotHeld, TooManyItems};
use token_wire::schemas::{BulkBody, EditTokenBody, NewTokenBody, RevealBody, RevokeBody, RotateBody};
use token_wire::{BulkView, CreatedView, ExplanationView, RevealedView, TokenPageView, TokenView, UsageView};

use super::super::operation::{Described, delete, get, patch, post};
use super::super::parameter::{cursor, id, limit, needle, one_of, required, text, time};

pub(super) fn rows() -> Vec<Described> {
    vec![
        get("/api/v1/tokens", "listTokens", "Lists tokens.")
            .text(
                "Filters add up. A page may be short, or empty, although there is more: go on until `next` is `null`.",
            )
            .parameter(needle(
                "name",
                "A piece of the name, whatever the case. One or two letters are looked for at the beginning of words.",
            ))
            .parameter(one_of("state", &["active", "expired", "revoked"], "Only tokens in this state."))
            .parameter(id("role", "Only tokens that hold this role explicitly."))
            .parameter(time("expires_before", "Only tokens with an end that lies before it."))
            .parameter(time("unused_since", "Only tokens that were made before it and were not admitted from then on."))
            .parameter(text("created_by", "Made by this person or token, by id, or by the `command line`."))
            .parameter(one_of(
                "sort",
                &TokenSort::ALL.map(|(name, _)| name),
                "The order, `-created` if left out. A token without an end stands behind all that have one.",
            ))
            .parameter(one_of("total", &["true"], "Counts the tokens on all pages, too, up to 10 000."))
            .parameter(cursor())
            .parameter(limit())
            .answers::<TokenPageView>("One page."),
        post("/api/v1/tokens", "createToken", "Makes a token.")
            .text("Nobody gives away more than they hold: roles that allow what the caller may not do are refused.")
            .body::<NewTokenBody>()
            .versioned::<TokenView>("The same request made it before, and its text is not shown any more.")
            .created::<CreatedView>("The token and its text. It can be shown again by who may reveal it.")
            .problems(&[NotHeld, Conflict, CannotSign]),
        post("/api/v1/tokens/bulk", "endTokens", "Revokes or deletes many tokens.")
            .text(
                "All of them in one transaction, or none. Needs `tokens:revoke` or `tokens:delete` as the action does, \
                 and for a filter `tokens:read`, since the answer tells how many match.",
            )
            .body::<BulkBody>()
            .answers::<BulkView>("What happened to each.")
            .problems(&[InsufficientScope, Conflict, TooManyItems]),
        get("/api/v1/tokens/{id}", "showToken", "Shows a token.").versioned::<TokenView>("The token."),
        patch("/api/v1/tokens/{id}", "editToken", "Changes a token.")
            .text("What is left out stays. `revoked: true` ends the token and needs `tokens:revoke`, too.")
            .body::<EditTokenBody>()
            .versioned::<TokenView>("The token as it is now.")
            .problems(&[NotHeld, Conflict, InsufficientScope]),
        delete("/api/v1/tokens/{id}", "deleteToken", "Ends a token and takes it off the list.")
            .gone("It is gone.")
            .problems(&[Conflict]),
        post("/api/v1/tokens/{id}/revoke", "revokeToken", "Ends a token for good.")
            .text("200 also the second time: the first revocation stays as it is.")
            .body::<RevokeBody>()
            .versioned::<TokenView>("The revoked token."),
        post("/api/v1/tokens/{id}/reveal", "revealToken", "Shows the text of a token.")
            .text("The newest text unless a `jti` is given. The changelog tells that it was shown.")
            .body::<RevealBody>()
            .answers::<RevealedView>("The text.")
            .problems(&[NotHeld, Conflict, CannotSign]),
        post("/api/v1/tokens/{id}/rotate", "rotateToken", "Makes a new text for a token.")
            .body::<RotateBody>()
            .versioned::<TokenView>("The same request made it before, and its text is not shown any more.")
            .created::<CreatedView>("The token and its new text.")
            .problems(&[NotHeld, Conflict, CannotSign]),
        get("/api/v1/tokens/{id}/explain", "explainToken", "Says why a token may do something or not.")
            .parameter(required(text("permission", "The permission to ask about, e.g. `assets.applications:read`.")))
            .answers::<ExplanationView>("The decision, and the role and rule that made it."),
        get("/api/v1/tokens/{id}/usage", "showTokenUsage", "Tells how often and from where a token was used.")
            .text("Nodes store what they counted every ten seconds, so the latest calls may not be among it yet.")
            .answers::<UsageView>("Calls of the last 30 days, the last use, and recent addresses."),
    ]
}
