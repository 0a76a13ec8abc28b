use token_wire::ProblemKind::{Conflict, InsufficientScope, NotFound};
use token_wire::schemas::RouteRulesBody;
use token_wire::{RouteCheckView, RoutesView};

use super::super::operation::{Described, get, put};
use super::super::parameter::{id, required, text};

pub(super) fn rows() -> Vec<Described> {
    vec![
        get("/api/v1/routes", "listRoutes", "Lists the route rules: which permission calls of other programs need.")
            .versioned::<RoutesView>("The rules this node goes by."),
        put("/api/v1/routes", "replaceRoutes", "Replaces all route rules.")
            .text("In force on every node when this is answered. 409 where this node goes by a file of its own.")
            .body::<RouteRulesBody>()
            .versioned::<RoutesView>("The rules as they are now.")
            .problems(&[Conflict]),
        get("/api/v1/routes/check", "checkRoute", "Tells which route rule decides about a call.")
            .text("With `token` it tells whether that token would pass, and why; that needs `decisions:explain`, too.")
            .parameter(required(text("method", "The method of the call, e.g. `GET`.")))
            .parameter(required(text("path", "The path of the call, as it stands in its request line.")))
            .parameter(id("token", "The token that would make it."))
            .answers::<RouteCheckView>("The rule, if there is one.")
            .problems(&[InsufficientScope, NotFound]),
    ]
}
