use token_wire::ProblemKind::{
    InsufficientScope, InvalidForwarding, InvalidQuery, NoRouteRule, NotTrusted, PathRefused,
};

use super::super::operation::{Described, any};
use super::super::parameter::text;

/// What a gateway is told of a caller whose call may pass.
const TOLD: [(&str, &str); 3] = [
    ("X-Token-Id", "The token."),
    ("X-Token-Name", "What people call it, percent-encoded."),
    ("X-Token-Roles", "The names of its roles, each percent-encoded, with commas between."),
];

pub(super) fn rows() -> Vec<Described> {
    vec![
        any("/authz", "authorize", "Says to a gateway whether a call may pass.")
            .text(
                "Takes every method. The call is told by `X-Forwarded-Method` and `X-Forwarded-Uri`, or `X-Original-Method` and \
                 `X-Original-URI`, which count from `trusted_proxies` alone, and the route rules say which permission it needs. \
                 With `permission` nothing but that is asked, and nobody needs to be trusted.",
            )
            .parameter(text("permission", "A permission the caller must hold, whatever the call is."))
            .told("The call may pass.", &TOLD)
            .problems(&[InvalidQuery, InvalidForwarding, InsufficientScope, NoRouteRule, PathRefused, NotTrusted]),
        any("/authz/{path}", "authorizePath", "Says to a gateway whether a call to the path behind this may pass.")
            .text(
                "Takes every method: the one of the call, whose path stands behind `/authz`, as Envoy asks. It counts from \
                 `trusted_proxies` alone. A query is the client's, and not looked at.",
            )
            .told("The call may pass.", &TOLD)
            .problems(&[InsufficientScope, NoRouteRule, PathRefused, NotTrusted]),
    ]
}
