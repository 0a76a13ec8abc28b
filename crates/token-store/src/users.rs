//! Rows of people, as the domain knows them.

use diesel::prelude::*;
use token_core::{
    BuiltIn, DisplayName, Holders, Page, PasswordHash, RoleId, StoreError, TokenName, User, UserId, UserQuery,
    UserRecord, Username,
};

use crate::connection::{Conn, each};
use crate::error::{corrupt, failed};
use crate::lists::{bound, contains, page};
use crate::load::{actor, bytes16, role_id, seconds};
use crate::schema::{tokens, user_roles, users};

const T: &str = "users";

/// One row of `users`.
#[derive(Queryable)]
struct UserRow {
    id: Vec<u8>,
    username: String,
    _username_folded: String,
    display_name: String,
    _display_folded: String,
    password_hash: Option<String>,
    enabled: i64,
    created_at: i64,
    created_by_kind: String,
    created_by_id: Option<Vec<u8>>,
    created_by_name: String,
    version: i64,
}

/// The form in which display names are searched.
pub(crate) fn display_folded(name: &DisplayName) -> String {
    TokenName::fold_needle(name.as_str())
}

pub(crate) fn user_id(bytes: &[u8]) -> Result<UserId, StoreError> {
    UserId::from_bytes(bytes16(T, bytes)?).map_err(|error| corrupt(T, "?", error))
}

fn record(row: UserRow, roles: &[Vec<u8>]) -> Result<UserRecord, StoreError> {
    let id = user_id(&row.id)?;
    let password = row.password_hash.map(PasswordHash::try_from).transpose();
    Ok(UserRecord {
        user: User {
            id,
            username: row.username.parse().map_err(|error| corrupt(T, id, error))?,
            display_name: row.display_name.parse().map_err(|error| corrupt(T, id, error))?,
            roles: roles.iter().map(|role| role_id(role)).collect::<Result<_, _>>()?,
            enabled: row.enabled == 1,
        },
        password: password.map_err(|error| corrupt(T, id, error))?,
        created_at: seconds(T, row.created_at)?,
        created_by: actor(T, &row.created_by_kind, row.created_by_id.as_deref(), &row.created_by_name)?,
        version: u64::try_from(row.version).map_err(|error| corrupt(T, id, error))?,
    })
}

/// People with their roles: two statements for any number of them.
fn records(conn: &mut Conn, rows: Vec<UserRow>) -> Result<Vec<UserRecord>, StoreError> {
    let ids: Vec<&[u8]> = rows.iter().map(|row| row.id.as_slice()).collect();
    let held: Vec<(Vec<u8>, Vec<u8>)> = if ids.is_empty() {
        Vec::new()
    } else {
        each!(conn, c => user_roles::table.filter(user_roles::user_id.eq_any(ids)).load(c.as_mut())).map_err(failed)?
    };
    let roles_of = |id: &[u8]| {
        let mine = held.iter().filter(|(user, _)| user == id);
        mine.map(|(_, role)| role.clone()).collect::<Vec<_>>()
    };
    rows.into_iter()
        .map(|row| {
            let roles = roles_of(&row.id);
            record(row, &roles)
        })
        .collect()
}

fn single(conn: &mut Conn, row: Option<UserRow>) -> Result<Option<UserRecord>, StoreError> {
    Ok(records(conn, row.into_iter().collect())?.pop())
}

pub(crate) fn by_id(conn: &mut Conn, id: UserId) -> Result<Option<UserRecord>, StoreError> {
    let row = each!(conn, c => users::table.find(id.as_bytes().as_slice()).first(c.as_mut()).optional());
    single(conn, row.map_err(failed)?)
}

pub(crate) fn named(conn: &mut Conn, name: &Username) -> Result<Option<UserRecord>, StoreError> {
    let row = each!(conn, c => users::table
        .filter(users::username_folded.eq(name.folded())).first(c.as_mut()).optional());
    single(conn, row.map_err(failed)?)
}

pub(crate) fn any(conn: &mut Conn) -> Result<bool, StoreError> {
    let one: Option<Vec<u8>> =
        each!(conn, c => users::table.select(users::id).limit(1).first(c.as_mut()).optional()).map_err(failed)?;
    Ok(one.is_some())
}

/// Explicit holders of a role. The role of all people has none that were given it.
pub(crate) fn with(conn: &mut Conn, role: RoleId, limit: usize) -> Result<Vec<UserId>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let ids: Vec<Vec<u8>> = each!(conn, c => user_roles::table
        .filter(user_roles::role_id.eq(role.as_bytes().as_slice()))
        .order(user_roles::user_id).limit(limit).select(user_roles::user_id).load(c.as_mut()))
    .map_err(failed)?;
    ids.iter().map(|id| user_id(id)).collect()
}

pub(crate) fn count_with(conn: &mut Conn, role: RoleId) -> Result<u64, StoreError> {
    if BuiltIn::by_id(role).is_some_and(BuiltIn::is_implicit) {
        return Ok(0);
    }
    let count: i64 = each!(conn, c => user_roles::table
        .filter(user_roles::role_id.eq(role.as_bytes().as_slice())).count().get_result(c.as_mut()))
    .map_err(failed)?;
    Ok(count.unsigned_abs())
}

pub(crate) fn other_holders(conn: &mut Conn, role: RoleId, but: UserId) -> Result<Holders, StoreError> {
    let (enabled, with_password): (i64, i64) = each!(conn, c => {
        let holders = || user_roles::table
            .filter(user_roles::role_id.eq(role.as_bytes().as_slice()))
            .filter(user_roles::user_id.ne(but.as_bytes().as_slice()))
            .select(user_roles::user_id);
        let others = || users::table.filter(users::id.eq_any(holders())).filter(users::enabled.eq(1_i64));
        others().count().get_result(c.as_mut()).and_then(|enabled| {
            let with = others().filter(users::password_hash.is_not_null()).count().get_result(c.as_mut())?;
            Ok((enabled, with))
        })
    })
    .map_err(failed)?;
    Ok(Holders { enabled: enabled.unsigned_abs(), with_password: with_password.unsigned_abs() })
}

pub(crate) fn tokens_made_by(conn: &mut Conn, id: UserId) -> Result<u64, StoreError> {
    let count: i64 = each!(conn, c => tokens::table
        .filter(tokens::created_by_id.eq(id.as_bytes().as_slice()))
        .filter(tokens::created_by_kind.eq("person")).count().get_result(c.as_mut()))
    .map_err(failed)?;
    Ok(count.unsigned_abs())
}

pub(crate) fn list(conn: &mut Conn, query: &UserQuery) -> Result<Page<UserRecord, String>, StoreError> {
    let rows: Vec<UserRow> = each!(conn, c => {
        let mut rows = users::table.order(users::username_folded).limit(bound(query.limit)).into_boxed();
        if let Some(name) = &query.name {
            let pattern = contains(name);
            rows = rows.filter(
                users::username_folded.like(pattern.clone()).escape('\\')
                    .or(users::display_folded.like(pattern).escape('\\')),
            );
        }
        if let Some(role) = query.role {
            let holders = user_roles::table
                .filter(user_roles::role_id.eq(role.as_bytes().to_vec()))
                .select(user_roles::user_id);
            rows = rows.filter(users::id.eq_any(holders));
        }
        if let Some(enabled) = query.enabled {
            rows = rows.filter(users::enabled.eq(i64::from(enabled)));
        }
        if let Some(after) = &query.after {
            rows = rows.filter(users::username_folded.gt(after.clone()));
        }
        rows.load(c.as_mut())
    })
    .map_err(failed)?;
    Ok(page(records(conn, rows)?, query.limit, |record: &UserRecord| record.user.username.folded()))
}
