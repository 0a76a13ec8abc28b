use token_wire::ProblemKind::{Conflict, NotHeld};
use token_wire::schemas::{EditUserBody, NewUserBody};
use token_wire::{UserView, UserWithUseView};

use super::super::operation::{Described, delete, get, patch, post};
use super::super::parameter::{cursor, id, limit, needle, one_of};

pub(super) fn rows() -> Vec<Described> {
    vec![
        get("/api/v1/users", "listUsers", "Lists people by user name.")
            .parameter(needle("name", "A piece of the user name or the display name, whatever the case."))
            .parameter(id("role", "Only people who hold this role explicitly."))
            .parameter(one_of("enabled", &["true", "false"], "Only people who may sign in, or may not."))
            .parameter(cursor())
            .parameter(limit())
            .page::<UserView>("UserPage"),
        post("/api/v1/users", "createUser", "Makes an account for a person.")
            .text("Nobody gives away more than they hold: roles that allow what the caller may not do are refused.")
            .body::<NewUserBody>()
            .created::<UserView>("The person.")
            .problems(&[NotHeld, Conflict]),
        get("/api/v1/users/{id}", "showUser", "Shows a person.")
            .versioned::<UserWithUseView>("The person, and how many tokens they made."),
        patch("/api/v1/users/{id}", "editUser", "Changes a person.")
            .text(
                "What is left out stays. Whoever is disabled or gets another password is signed out. Enabling somebody, \
                 or setting their password, takes all that they may do. 409 for the last person with `admin`.",
            )
            .body::<EditUserBody>()
            .versioned::<UserWithUseView>("The person as they are now, and how many tokens they made.")
            .problems(&[NotHeld, Conflict]),
        delete("/api/v1/users/{id}", "deleteUser", "Removes an account.")
            .text("The tokens they made stay. 409 for the last person with `admin`.")
            .gone("It is gone.")
            .problems(&[Conflict]),
        delete("/api/v1/users/{id}/sessions", "signOutUser", "Signs a person out everywhere.")
            .gone("They have no session, also if they had none."),
        delete("/api/v1/sessions", "signOutEverybody", "Signs everybody out.")
            .text("Takes the role `admin` beside the permission.")
            .gone("Nobody has a session, the caller included.")
            .problems(&[NotHeld]),
    ]
}
