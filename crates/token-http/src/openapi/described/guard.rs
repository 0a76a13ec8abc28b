use token_wire::schemas::{GuardFirstUseBody, GuardLeaveBody, GuardSyncBody, GuardUsageBody};
use token_wire::{GuardFirstUseView, GuardRulesAnswer, GuardSyncView, GuardTokenAnswer};

use super::super::operation::{Described, get, post};

pub(super) fn rows() -> Vec<Described> {
    vec![
        post("/api/v1/guard/sync", "syncGuard", "Tells how far a guard has applied the log, and what has happened since.")
            .text(
                "A guard in another service is a node like others: whoever changes something waits until it has said here \
                 that it knows, for a lease and a tenth at most. It may go by the answer for `lease_ms`, counted from before it \
                 sent the request, and only once a renewal was `kept`.",
            )
            .body::<GuardSyncBody>()
            .answers::<GuardSyncView>("What has happened."),
        get("/api/v1/guard/tokens/{id}", "readGuardToken", "Reads a token as guards need it.")
            .text("200 also for a token that is unknown or deleted.")
            .answers::<GuardTokenAnswer>("The token, and how far the log had come."),
        get("/api/v1/guard/rules", "readGuardRules", "Reads all roles and public keys.")
            .answers::<GuardRulesAnswer>("The rules, and how far the log had come."),
        post("/api/v1/guard/first-use", "reportFirstUse", "Tells that a text of a token was admitted.")
            .text("Older texts of the token that wait for that have ended on every node when this is answered.")
            .body::<GuardFirstUseBody>()
            .answers::<GuardFirstUseView>("They have ended."),
        post("/api/v1/guard/usage", "reportUsage", "Adds what a guard has counted to the numbers of the tokens.")
            .text(
                "It counts to the day on which it arrives. What is told of tokens that are not there any more is dropped. With \
                 another answer than this nothing was added, so it may be told again; but with `outcome-unknown`, or without an \
                 answer, it may have been.",
            )
            .body::<GuardUsageBody>()
            .gone("It was added."),
        post("/api/v1/guard/leave", "leaveGuard", "Takes the registration of a guard away.")
            .text("As the last thing it does: from here on nobody waits for it.")
            .body::<GuardLeaveBody>()
            .gone("It is gone."),
    ]
}
