use token_wire::ProblemKind::{OutcomeUnknown, SetupRefused, SignInRefused, TooManySignIns, Unavailable};
use token_wire::schemas::{ChangePasswordBody, SetupBody, SignInBody};
use token_wire::{SessionUserView, SessionView};

use super::super::operation::{Described, delete, get, post};

const COOKIES: &[(&str, &str)] = &[("Set-Cookie", "The session, for this host alone and no script.")];

pub(super) fn rows() -> Vec<Described> {
    vec![
        post("/api/v1/session", "signIn", "Signs in.")
            .text("Nobody, a wrong password and a disabled account are answered alike. After five failures one has to wait.")
            .body::<SignInBody>()
            .json::<SessionView>(200, "The session that began.", COOKIES)
            .problems(&[SignInRefused, TooManySignIns, Unavailable, OutcomeUnknown]),
        get("/api/v1/session", "showSession", "Says who is signed in.")
            .answers::<SessionView>("The session, and the token that changes must send along."),
        delete("/api/v1/session", "signOut", "Signs out.").gone("The session has ended, on every node."),
        post("/api/v1/session/password", "changeOwnPassword", "Changes one's own password.")
            .text("All sessions of the person end, and a new one begins.")
            .body::<ChangePasswordBody>()
            .json::<SessionView>(200, "The session that began.", COOKIES)
            .problems(&[TooManySignIns]),
        post("/api/v1/setup", "setUp", "Makes the first person, who may do everything.")
            .text("With the code that the server prints when it starts and nobody has an account.")
            .body::<SetupBody>()
            .json::<SessionUserView>(201, "The first person.", &[("Location", "Where it is.")])
            .problems(&[SetupRefused, TooManySignIns, Unavailable, OutcomeUnknown]),
    ]
}
