//! Changes as statements: each with its condition, and its row count read.

mod credentials;
mod many;
mod requests;
mod resealed;
mod users;

use diesel::prelude::*;
use token_core::{
    Change, KeyId, KeyState, Reason, Revoked, Role, RoleId, SealedKey, StoreError, TokenId, TokenRecord, UnixSeconds,
};

pub(crate) use many::{insert_tokens, new_tokens};

use crate::connection::{Conn, each};
use crate::error::failed;
use crate::events::read_head;
use crate::nodes;
use crate::routes;
use crate::schema::{installation, keys, role_rules, roles, token_roles, tokens, user_roles};

/// Writes a change, without its event.
pub(crate) fn apply(conn: &mut Conn, change: &Change) -> Result<(), StoreError> {
    match change {
        Change::IdentityFixed(identity) => {
            let values = (
                installation::issuer.eq(identity.issuer.as_str()),
                installation::audience.eq(identity.audience.as_str()),
            );
            let row = installation::table.filter(installation::issuer.is_null());
            one(each!(conn, c => diesel::update(row).set(values).execute(c.as_mut())), "the identity is fixed already")
        }
        Change::TokenCreated(record) => insert_token(conn, record),
        Change::TokenUpdated { before, after } => update_token(conn, before, after),
        Change::TokenRevoked { before, after } => {
            update_token(conn, before, after)?;
            let end = after.token.end().ok_or(StoreError::NotApplied("an end without an end"))?;
            revoke(conn, after.id(), end)
        }
        Change::TokenRotated { before, after } => {
            update_token(conn, before, after)?;
            credentials::rotate(conn, before, after)
        }
        Change::TokenFirstUsed { token, ended, at, .. } => credentials::end_by_use(conn, *token, ended, *at),
        Change::TokenDeleted { token, end } => {
            if token.token.end().is_none() {
                revoke(conn, token.id(), end)?;
            }
            let row = tokens::table.find(token.id().as_bytes().to_vec());
            one(each!(conn, c => diesel::delete(row).execute(c.as_mut())), "the token is gone")
        }
        Change::Repeatable { change, request } => {
            apply(conn, change)?;
            requests::remember(conn, request)
        }
        Change::RoleCreated(role) => insert_role(conn, role),
        Change::RoleUpdated { before, after } => update_role(conn, before, after),
        Change::RoleDeleted { role, .. } => delete_role(conn, role.id),
        Change::RoutesChanged { before, after } => routes::replace(conn, before, after),
        Change::User(change) => users::apply(conn, change),
        Change::KeyCreated(key) | Change::KeyImported(key) => insert_key(conn, key),
        Change::KeyMoved { key, to } => move_key(conn, &key.id, key.state, *to),
        Change::MasterKeyRewrapped { resealed, .. } => {
            resealed.iter().try_for_each(|secret| resealed::write(conn, secret))
        }
        // Its epoch stands in the head of the log, which is written with the event.
        Change::RestoreAccepted { .. } => {
            let head = read_head(conn)?.head;
            nodes::leave_behind(conn, head.seq)
        }
        Change::TokenRevealed { .. }
        | Change::MasterKeyReplaced { .. }
        | Change::CallsRefused { .. }
        | Change::LogSealed { .. }
        | Change::InstallationCreated => Ok(()),
    }
}

fn one(rows: QueryResult<usize>, otherwise: &'static str) -> Result<(), StoreError> {
    match rows.map_err(failed)? {
        1 => Ok(()),
        _ => Err(StoreError::NotApplied(otherwise)),
    }
}

fn version(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::NotApplied("there are no more versions"))
}

fn networks(record: &TokenRecord) -> Option<String> {
    let networks = record.token.grant().allowed_networks.as_ref()?;
    Some(networks.iter().collect::<Vec<_>>().join(","))
}

fn insert_token(conn: &mut Conn, record: &TokenRecord) -> Result<(), StoreError> {
    let grant = record.token.grant();
    let values = (
        tokens::id.eq(grant.id.as_bytes().to_vec()),
        tokens::name.eq(grant.name.as_str()),
        tokens::name_folded.eq(grant.name.folded()),
        tokens::description.eq(record.description.as_str()),
        tokens::expires_at.eq(grant.expires_at.map(UnixSeconds::get)),
        tokens::allowed_networks.eq(networks(record)),
        tokens::created_at.eq(record.created_at.get()),
        tokens::created_by_kind.eq(record.created_by.kind()),
        tokens::created_by_id.eq(record.created_by.id().map(|id| id.to_vec())),
        tokens::created_by_name.eq(record.created_by.name()),
        tokens::version.eq(version(record.version)?),
    );
    let inserted = each!(conn, c => diesel::insert_into(tokens::table).values(values).execute(c.as_mut()));
    one(inserted, "the token was not stored")?;
    insert_token_roles(conn, record)?;
    grant.credentials.iter().zip(1..).try_for_each(|(text, number)| credentials::insert(conn, grant.id, text, number))
}

fn insert_token_roles(conn: &mut Conn, record: &TokenRecord) -> Result<(), StoreError> {
    let grant = record.token.grant();
    grant.roles.iter().try_for_each(|role| {
        let values =
            (token_roles::token_id.eq(grant.id.as_bytes().to_vec()), token_roles::role_id.eq(role.as_bytes().to_vec()));
        let rows = each!(conn, c => diesel::insert_into(token_roles::table).values(values).execute(c.as_mut()));
        one(rows, "the role was not given")
    })
}

/// Everything of a save but the end of the token.
fn update_token(conn: &mut Conn, before: &TokenRecord, after: &TokenRecord) -> Result<(), StoreError> {
    let (old, new) = (before.token.grant(), after.token.grant());
    let values = (
        tokens::name.eq(new.name.as_str()),
        tokens::name_folded.eq(new.name.folded()),
        tokens::description.eq(after.description.as_str()),
        tokens::expires_at.eq(new.expires_at.map(UnixSeconds::get)),
        tokens::allowed_networks.eq(networks(after)),
        tokens::version.eq(version(after.version)?),
    );
    let id = new.id.as_bytes().to_vec();
    let row = tokens::table.find(id.clone()).filter(tokens::version.eq(version(before.version)?));
    // A revoked token is written only by saves that knew it to be revoked.
    let rows = if before.token.end().is_some() {
        each!(conn, c => diesel::update(row.filter(tokens::revoked_at.is_not_null())).set(values).execute(c.as_mut()))
    } else {
        each!(conn, c => diesel::update(row.filter(tokens::revoked_at.is_null())).set(values).execute(c.as_mut()))
    };
    one(rows, "the token changed meanwhile")?;
    if old.roles != new.roles {
        let held = token_roles::table.filter(token_roles::token_id.eq(id));
        each!(conn, c => diesel::delete(held).execute(c.as_mut())).map_err(failed)?;
        insert_token_roles(conn, after)?;
    }
    Ok(())
}

fn revoke(conn: &mut Conn, id: TokenId, end: &Revoked) -> Result<(), StoreError> {
    let values = (
        tokens::revoked_at.eq(Some(end.at.get())),
        tokens::revoked_by_kind.eq(Some(end.by.kind())),
        tokens::revoked_by_id.eq(end.by.id().map(|id| id.to_vec())),
        tokens::revoked_by_name.eq(Some(end.by.name())),
        tokens::revoked_reason.eq(end.reason.as_ref().map(Reason::as_str)),
    );
    let row = tokens::table.find(id.as_bytes().to_vec()).filter(tokens::revoked_at.is_null());
    one(each!(conn, c => diesel::update(row).set(values).execute(c.as_mut())), "the token ended meanwhile")
}

/// Writes a role that is not there yet; also the built-in ones, when the database is made.
pub(crate) fn insert_role(conn: &mut Conn, role: &Role) -> Result<(), StoreError> {
    let values = (
        roles::id.eq(role.id.as_bytes().to_vec()),
        roles::name.eq(role.name.as_str()),
        roles::name_folded.eq(role.name.folded()),
        roles::description.eq(role.description.as_str()),
        roles::version.eq(version(role.version)?),
    );
    let rows = each!(conn, c => diesel::insert_into(roles::table).values(values).execute(c.as_mut()));
    one(rows, "the role was not stored")?;
    insert_rules(conn, role)
}

fn insert_rules(conn: &mut Conn, role: &Role) -> Result<(), StoreError> {
    role.rules.iter().zip(0_i64..).try_for_each(|(rule, position)| {
        let values = (
            role_rules::role_id.eq(role.id.as_bytes().to_vec()),
            role_rules::position.eq(position),
            role_rules::rule.eq(rule.to_string()),
        );
        let rows = each!(conn, c => diesel::insert_into(role_rules::table).values(values).execute(c.as_mut()));
        one(rows, "the rule was not stored")
    })
}

fn update_role(conn: &mut Conn, before: &Role, after: &Role) -> Result<(), StoreError> {
    let values = (
        roles::name.eq(after.name.as_str()),
        roles::name_folded.eq(after.name.folded()),
        roles::description.eq(after.description.as_str()),
        roles::version.eq(version(after.version)?),
    );
    let id = after.id.as_bytes().to_vec();
    let row = roles::table.find(id.clone()).filter(roles::version.eq(version(before.version)?));
    one(each!(conn, c => diesel::update(row).set(values).execute(c.as_mut())), "the role changed meanwhile")?;
    if before.rules != after.rules {
        let old = role_rules::table.filter(role_rules::role_id.eq(id));
        each!(conn, c => diesel::delete(old).execute(c.as_mut())).map_err(failed)?;
        insert_rules(conn, after)?;
    }
    Ok(())
}

fn delete_role(conn: &mut Conn, id: RoleId) -> Result<(), StoreError> {
    let id = id.as_bytes().to_vec();
    let held = token_roles::table.filter(token_roles::role_id.eq(id.clone()));
    each!(conn, c => diesel::delete(held).execute(c.as_mut())).map_err(failed)?;
    let held = user_roles::table.filter(user_roles::role_id.eq(id.clone()));
    each!(conn, c => diesel::delete(held).execute(c.as_mut())).map_err(failed)?;
    one(each!(conn, c => diesel::delete(roles::table.find(id)).execute(c.as_mut())), "the role is gone")
}

fn insert_key(conn: &mut Conn, key: &SealedKey) -> Result<(), StoreError> {
    let values = (
        keys::kid.eq(key.public.id.as_str()),
        keys::algorithm.eq(key.public.algorithm.as_str()),
        keys::state.eq(key.public.state.as_str()),
        keys::public_key.eq(key.public.public.as_slice()),
        keys::sealed_private.eq(key.sealed_private.as_slice()),
        keys::created_at.eq(key.public.created_at.get()),
    );
    one(each!(conn, c => diesel::insert_into(keys::table).values(values).execute(c.as_mut())), "the key was not stored")
}

fn move_key(conn: &mut Conn, id: &KeyId, from: KeyState, to: KeyState) -> Result<(), StoreError> {
    let row = keys::table.find(id.as_str()).filter(keys::state.eq(from.as_str()));
    let rows = each!(conn, c => diesel::update(row).set(keys::state.eq(to.as_str())).execute(c.as_mut()));
    one(rows, "the key changed meanwhile")
}
