//! Changes of people and sessions as statements.

use diesel::prelude::*;
use std::collections::BTreeSet;
use token_core::{PasswordHash, RoleId, SecretDigest, Session, SetupCode, StoreError, UserChange, UserId, UserRecord};

use super::{one, version};
use crate::connection::{Conn, each};
use crate::error::failed;
use crate::schema::{roles, sessions, setup, user_roles, users};
use crate::users::display_folded;

/// Writes a change, without its event. Triggers of the schema end the sessions of whoever may not sign in any more or
/// has another password, and void the set-up code once there is somebody.
pub(super) fn apply(conn: &mut Conn, change: &UserChange) -> Result<(), StoreError> {
    match change {
        UserChange::Created(record) => insert(conn, record),
        UserChange::Updated { before, after } => update(conn, before, after),
        UserChange::Deleted(record) => {
            let row =
                users::table.find(record.id().as_bytes().to_vec()).filter(users::version.eq(version(record.version)?));
            one(each!(conn, c => diesel::delete(row).execute(c.as_mut())), "the person is gone")?;
            count_up(conn, record.user.roles.iter())
        }
        UserChange::PasswordChanged { before, after } => {
            let values = (
                users::password_hash.eq(after.password.as_ref().map(PasswordHash::as_str)),
                users::version.eq(version(after.version)?),
            );
            let row =
                users::table.find(before.id().as_bytes().to_vec()).filter(users::version.eq(version(before.version)?));
            one(each!(conn, c => diesel::update(row).set(values).execute(c.as_mut())), "the person changed meanwhile")
        }
        UserChange::SessionStarted { session, dropped, .. } => {
            dropped.iter().try_for_each(|digest| end(conn, session.user, digest))?;
            start(conn, session)
        }
        UserChange::SessionEnded { user, digest, .. } => end(conn, *user, digest),
        UserChange::SessionsEnded { user: Some((id, _)), .. } => {
            let of = sessions::table.filter(sessions::user_id.eq(id.as_bytes().to_vec()));
            each!(conn, c => diesel::delete(of).execute(c.as_mut())).map(|_| ()).map_err(failed)
        }
        UserChange::SessionsEnded { user: None, .. } => {
            each!(conn, c => diesel::delete(sessions::table).execute(c.as_mut())).map(|_| ()).map_err(failed)
        }
        UserChange::SetupStarted(code) => start_setup(conn, code),
        UserChange::SignInsRefused { .. } | UserChange::SetupCompleted { .. } => Ok(()),
    }
}

fn insert(conn: &mut Conn, record: &UserRecord) -> Result<(), StoreError> {
    let user = &record.user;
    let values = (
        users::id.eq(user.id.as_bytes().to_vec()),
        users::username.eq(user.username.as_str()),
        users::username_folded.eq(user.username.folded()),
        users::display_name.eq(user.display_name.as_str()),
        users::display_folded.eq(display_folded(&user.display_name)),
        users::password_hash.eq(record.password.as_ref().map(PasswordHash::as_str)),
        users::enabled.eq(i64::from(user.enabled)),
        users::created_at.eq(record.created_at.get()),
        users::created_by_kind.eq(record.created_by.kind()),
        users::created_by_id.eq(record.created_by.id().map(|id| id.to_vec())),
        users::created_by_name.eq(record.created_by.name()),
        users::version.eq(version(record.version)?),
    );
    let rows = each!(conn, c => diesel::insert_into(users::table).values(values).execute(c.as_mut()));
    one(rows, "the person was not stored")?;
    give(conn, user.id, user.roles.iter())?;
    count_up(conn, user.roles.iter())
}

fn update(conn: &mut Conn, before: &UserRecord, after: &UserRecord) -> Result<(), StoreError> {
    let user = &after.user;
    let values = (
        users::username.eq(user.username.as_str()),
        users::username_folded.eq(user.username.folded()),
        users::display_name.eq(user.display_name.as_str()),
        users::display_folded.eq(display_folded(&user.display_name)),
        users::enabled.eq(i64::from(user.enabled)),
        users::version.eq(version(after.version)?),
    );
    let id = user.id.as_bytes().to_vec();
    let row = users::table.find(id.clone()).filter(users::version.eq(version(before.version)?));
    one(each!(conn, c => diesel::update(row).set(values).execute(c.as_mut())), "the person changed meanwhile")?;
    let (old, new) = (&before.user.roles, &user.roles);
    if old != new {
        let taken: Vec<Vec<u8>> = old.difference(new).map(|role| role.as_bytes().to_vec()).collect();
        let held = user_roles::table.filter(user_roles::user_id.eq(id)).filter(user_roles::role_id.eq_any(taken));
        each!(conn, c => diesel::delete(held).execute(c.as_mut())).map_err(failed)?;
        give(conn, user.id, new.difference(old))?;
        let changed: BTreeSet<&RoleId> = old.difference(new).chain(new.difference(old)).collect();
        count_up(conn, changed.into_iter())?;
    }
    Ok(())
}

fn give<'a>(conn: &mut Conn, id: UserId, mut given: impl Iterator<Item = &'a RoleId>) -> Result<(), StoreError> {
    given.try_for_each(|role| {
        let values = (user_roles::user_id.eq(id.as_bytes().to_vec()), user_roles::role_id.eq(role.as_bytes().to_vec()));
        let rows = each!(conn, c => diesel::insert_into(user_roles::table).values(values).execute(c.as_mut()));
        one(rows, "the role was not given")
    })
}

/// Who among people holds a role belongs to what the role's form saves, so the role counts a version on: a save made
/// from the role as it was is refused instead of taking back what was given meanwhile.
fn count_up<'a>(conn: &mut Conn, mut changed: impl Iterator<Item = &'a RoleId>) -> Result<(), StoreError> {
    changed.try_for_each(|role| {
        let row = roles::table.find(role.as_bytes().to_vec());
        let rows =
            each!(conn, c => diesel::update(row).set(roles::version.eq(roles::version + 1_i64)).execute(c.as_mut()));
        one(rows, "the role is gone")
    })
}

fn start(conn: &mut Conn, session: &Session) -> Result<(), StoreError> {
    let values = (
        sessions::digest.eq(session.digest.0.to_vec()),
        sessions::user_id.eq(session.user.as_bytes().to_vec()),
        sessions::created_at.eq(session.created_at.get()),
        sessions::seen_at.eq(session.seen_at.get()),
        sessions::expires_at.eq(session.expires_at.get()),
        sessions::address.eq(session.address.map(|address| address.to_string())),
    );
    let rows = each!(conn, c => diesel::insert_into(sessions::table).values(values).execute(c.as_mut()));
    one(rows, "the session was not stored")
}

fn end(conn: &mut Conn, user: UserId, digest: &SecretDigest) -> Result<(), StoreError> {
    let row = sessions::table.find(digest.0.to_vec()).filter(sessions::user_id.eq(user.as_bytes().to_vec()));
    one(each!(conn, c => diesel::delete(row).execute(c.as_mut())), "the session is gone")
}

fn start_setup(conn: &mut Conn, code: &SetupCode) -> Result<(), StoreError> {
    each!(conn, c => diesel::delete(setup::table).execute(c.as_mut())).map_err(failed)?;
    let values =
        (setup::id.eq(1_i64), setup::digest.eq(code.digest.0.to_vec()), setup::expires_at.eq(code.expires_at.get()));
    let rows = each!(conn, c => diesel::insert_into(setup::table).values(values).execute(c.as_mut()));
    one(rows, "the set-up code was not stored")
}
