//! People, their roles and sessions, over real stores.

mod accounts;
mod first;
mod last_admin;
mod log;
mod rights;
mod sessions;

use token_admin::{Admin, AdminError, Done, EditUser, NewUser, Password, Secret, SignedIn};
use token_core::{Author, BuiltIn, Origin, RoleId, StoreError, UserId, UserRecord};

use crate::world::World;

const PASSWORD: &str = "correct horse battery";

fn password(text: &str) -> Password {
    Password::new(text.to_owned()).unwrap()
}

fn new(name: &str, roles: &[RoleId]) -> NewUser {
    NewUser {
        username: name.parse().unwrap(),
        display_name: "".parse().unwrap(),
        roles: roles.iter().copied().collect(),
        enabled: true,
        password: Some(password(PASSWORD)),
    }
}

fn person(world: &World, name: &str, roles: &[RoleId]) -> UserRecord {
    world.admin.create_user(&Author::command_line(), &Ok(new(name, roles))).unwrap().value
}

fn edit(admin: &Admin, author: &Author, id: UserId, edit: EditUser) -> Result<Done<UserRecord>, AdminError> {
    let version = admin.user(id)?.record.version;
    admin.edit_user(author, id, Some(version), &Ok(edit))
}

fn roles(roles: &[RoleId]) -> EditUser {
    EditUser { roles: Some(roles.iter().copied().collect()), ..EditUser::default() }
}

fn disabled() -> EditUser {
    EditUser { enabled: Some(false), ..EditUser::default() }
}

fn author(record: &UserRecord) -> Author {
    Author { actor: record.user.actor(), origin: Origin::default() }
}

fn sign_in(world: &World, record: &UserRecord) -> (Secret, SignedIn) {
    let secret = Secret::generate(world.randomness.as_ref()).unwrap();
    let checked = world.admin.password_of(&record.user.username).unwrap().unwrap();
    let signed_in = world.admin.start_session(&Origin::default(), &checked, &secret).unwrap().value;
    (secret, signed_in)
}

fn is_signed_in(world: &World, secret: &Secret) -> bool {
    world.admin.session(&secret.digest()).unwrap().is_some()
}

const ADMIN: RoleId = BuiltIn::Admin.id();

/// Makes a call again that the store had no time for: nothing was changed by it.
fn insist<T>(call: impl Fn() -> Result<T, AdminError>) -> Result<T, AdminError> {
    for _ in 0..20 {
        match call() {
            Err(AdminError::Store(StoreError::Busy | StoreError::Unavailable(_))) => {}
            answer => return answer,
        }
    }
    call()
}
