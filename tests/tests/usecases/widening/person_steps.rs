//! One call of one use case about people. None of them has a password, which says nothing about what they may do.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use token_admin::{AdminError, EditRole, EditUser, NewUser};
use token_core::{Author, RoleId, SubjectKind, UserId, UserRecord};

use super::steps::Answer;
use crate::world::{Rows, World};

/// A call; people and roles are picked among those that are there when it is made.
#[derive(Clone, Debug)]
pub(super) enum PersonStep {
    Create {
        roles: Vec<Index>,
        enabled: bool,
    },
    /// With the roles they have, or instead of them.
    EditRoles {
        person: Index,
        roles: Vec<Index>,
        keep: bool,
    },
    /// The other way round from how it is.
    Switch(Index),
    Delete(Index),
    /// Who holds a role, by the form of the role.
    Members {
        role: Index,
        people: Vec<Index>,
    },
}

pub(super) fn any_person_step() -> impl Strategy<Value = PersonStep> {
    let index = any::<Index>;
    let some = move || proptest::collection::vec(index(), 0..3);
    prop_oneof![
        2 => (some(), proptest::bool::weighted(0.8)).prop_map(|(roles, enabled)| PersonStep::Create { roles, enabled }),
        4 => (index(), some(), any::<bool>())
            .prop_map(|(person, roles, keep)| PersonStep::EditRoles { person, roles, keep }),
        3 => index().prop_map(PersonStep::Switch),
        1 => index().prop_map(PersonStep::Delete),
        3 => (index(), some()).prop_map(|(role, people)| PersonStep::Members { role, people }),
    ]
}

pub(super) fn new_person(name: &str, roles: &[RoleId], enabled: bool) -> NewUser {
    NewUser {
        username: name.parse().unwrap(),
        display_name: "".parse().unwrap(),
        roles: roles.iter().copied().collect(),
        enabled,
        password: None,
    }
}

/// Makes the call; says of what kind it was, and the answer.
pub(super) fn run_for_person(world: &World, caller: &Author, rows: &Rows, step: &PersonStep) -> (&'static str, Answer) {
    let admin = &world.admin;
    let roles = |chosen: &[Index]| chosen.iter().map(|index| index.get(&rows.roles).id).collect::<Vec<RoleId>>();
    let edit = |record: &UserRecord, edit: EditUser| {
        admin.edit_user(caller, record.id(), Some(record.version), &Ok(edit)).map(|_| None)
    };
    if let PersonStep::Create { roles: chosen, enabled } = step {
        let new = new_person(&format!("made {}", rows.head.seq), &roles(chosen), *enabled);
        return ("create person", admin.create_user(caller, &Ok(new)).map(|_| None));
    }
    if rows.users.is_empty() {
        return ("nobody to change", Err(AdminError::NotFound(SubjectKind::User)));
    }
    let person = |index: &Index| index.get(&rows.users);
    match step {
        PersonStep::Create { .. } => unreachable!("made above"),
        PersonStep::EditRoles { person: index, roles: chosen, keep } => {
            let before = person(index);
            let present = before.user.roles.iter().copied().filter(|_| *keep);
            let roles = Some(roles(chosen).into_iter().chain(present).collect());
            ("edit roles of person", edit(before, EditUser { roles, ..EditUser::default() }))
        }
        PersonStep::Switch(index) => {
            let before = person(index);
            let enabled = Some(!before.user.enabled);
            let kind = if before.user.enabled { "disable person" } else { "enable person" };
            (kind, edit(before, EditUser { enabled, ..EditUser::default() }))
        }
        PersonStep::Delete(index) => ("delete person", admin.delete_user(caller, person(index).id()).map(|_| None)),
        PersonStep::Members { role, people } => {
            let role = role.get(&rows.roles);
            let users: BTreeSet<UserId> = people.iter().map(|index| person(index).id()).collect();
            let edit = EditRole { users: Some(users), ..EditRole::default() };
            ("edit members", admin.edit_role(caller, role.id, Some(role.version), &Ok(edit)).map(|_| None))
        }
    }
}
