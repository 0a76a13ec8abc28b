use token_wire::ProblemKind::{Conflict, NotHeld};
use token_wire::RoleView;
use token_wire::schemas::{EditRoleBody, NewRoleBody};

use super::super::operation::{Described, delete, get, patch, post};
use super::super::parameter::{cursor, limit, needle, one_of};

pub(super) fn rows() -> Vec<Described> {
    vec![
        get("/api/v1/roles", "listRoles", "Lists roles by name.")
            .parameter(needle("name", "A piece of the name, whatever the case."))
            .parameter(cursor())
            .parameter(limit())
            .page::<RoleView>("RolePage"),
        post("/api/v1/roles", "createRole", "Makes a role.")
            .body::<NewRoleBody>()
            .created::<RoleView>("The role.")
            .problems(&[NotHeld, Conflict]),
        get("/api/v1/roles/{id}", "showRole", "Shows a role.")
            .versioned::<token_wire::RoleWithUseView>("The role, and where it is used."),
        patch("/api/v1/roles/{id}", "editRole", "Changes a role.")
            .text("What is left out stays. In force with the next call of whoever holds the role.")
            .body::<EditRoleBody>()
            .versioned::<RoleView>("The role as it is now.")
            .problems(&[NotHeld, Conflict]),
        delete("/api/v1/roles/{id}", "deleteRole", "Removes a role.")
            .text("409 for built-in roles, and for a role in use unless forced.")
            .parameter(one_of("force", &["true", "false", ""], "Take the role from whoever holds it."))
            .gone("It is gone.")
            .problems(&[NotHeld, Conflict]),
    ]
}
