//! Rows of tokens, roles and keys, as the domain knows them.

use std::collections::HashMap;

use diesel::prelude::*;
use token_core::{
    Actor, AllowedNetworks, BuiltIn, Credential, CredentialId, Credentials, Encoding, Ends, Grant, Identity, KeyId,
    Load, PublicKey, Revoked, Role, RoleId, RoleName, RoleSet, RoleUse, SealedKey, StoreError, StoredToken, Token,
    TokenId, TokenRecord, UnixSeconds, UserId,
};
use token_core::{Holders, SecretDigest, Session, SetupCode, UserRecord, Username};

use crate::connection::{Conn, each};
use crate::error::{corrupt, failed};
use crate::schema::{credentials, installation, keys, role_rules, roles, secrets, token_roles, tokens};
use crate::{requests, routes, token_lists};
use crate::{sessions, users};
use token_core::{Page, RememberedRequest, RequestMac, StoredRoutes, TokenPosition, TokenQuery};

/// One row of `tokens`.
#[derive(Queryable)]
pub(crate) struct TokenRow {
    pub(crate) id: Vec<u8>,
    name: String,
    _name_folded: String,
    description: String,
    expires_at: Option<i64>,
    allowed_networks: Option<String>,
    created_at: i64,
    created_by_kind: String,
    created_by_id: Option<Vec<u8>>,
    created_by_name: String,
    version: i64,
    revoked_at: Option<i64>,
    revoked_by_kind: Option<String>,
    revoked_by_id: Option<Vec<u8>>,
    revoked_by_name: Option<String>,
    revoked_reason: Option<String>,
}

/// One row of `credentials`.
type CredentialRow = (Vec<u8>, Vec<u8>, i64, String, i64, Option<i64>, i64, String, Option<i64>, Option<i64>);

/// One row of `roles`.
type RoleRow = (Vec<u8>, String, String, String, i64);

/// Reads ids from 16 bytes.
pub(crate) fn bytes16(table: &'static str, bytes: &[u8]) -> Result<[u8; 16], StoreError> {
    bytes.try_into().map_err(|_| corrupt(table, "?", "an id has 16 bytes"))
}

pub(crate) fn seconds(table: &'static str, number: i64) -> Result<UnixSeconds, StoreError> {
    UnixSeconds::new(number).map_err(|error| corrupt(table, "?", error))
}

fn maybe(table: &'static str, number: Option<i64>) -> Result<Option<UnixSeconds>, StoreError> {
    number.map(|number| seconds(table, number)).transpose()
}

/// An actor from its three columns.
pub(crate) fn actor(table: &'static str, kind: &str, id: Option<&[u8]>, name: &str) -> Result<Actor, StoreError> {
    let id = id.map(|id| bytes16(table, id)).transpose()?;
    let wrong = || corrupt(table, name, "no such actor");
    match (kind, id) {
        ("command line", None) => Ok(Actor::CommandLine),
        ("system", None) => Ok(Actor::System),
        ("token", Some(id)) => Ok(Actor::Token {
            id: TokenId::from_bytes(id).map_err(|_| wrong())?,
            name: name.parse().map_err(|_| wrong())?,
        }),
        ("person", Some(id)) => Ok(Actor::Person {
            id: UserId::from_bytes(id).map_err(|_| wrong())?,
            name: name.parse().map_err(|_| wrong())?,
        }),
        _ => Err(wrong()),
    }
}

/// Tokens with their roles and JWTs, in the order of `ids`: three questions, however many they are.
pub(crate) fn tokens_in_order(conn: &mut Conn, ids: &[Vec<u8>]) -> Result<Vec<TokenRecord>, StoreError> {
    let rows: Vec<TokenRow> =
        each!(conn, c => tokens::table.filter(tokens::id.eq_any(ids)).load(c.as_mut())).map_err(failed)?;
    let pairs: Vec<(Vec<u8>, Vec<u8>)> =
        each!(conn, c => token_roles::table.filter(token_roles::token_id.eq_any(ids)).load(c.as_mut()))
            .map_err(failed)?;
    let texts: Vec<CredentialRow> = each!(conn, c => credentials::table
        .filter(credentials::token_id.eq_any(ids)).order(credentials::number).load(c.as_mut()))
    .map_err(failed)?;
    let mut held: HashMap<Vec<u8>, Vec<Vec<u8>>> = HashMap::new();
    for (token, role) in pairs {
        held.entry(token).or_default().push(role);
    }
    let mut issued: HashMap<Vec<u8>, Vec<CredentialRow>> = HashMap::new();
    for text in texts {
        issued.entry(text.1.clone()).or_default().push(text);
    }
    let mut rows: HashMap<Vec<u8>, TokenRow> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    let ready = ids.iter().filter_map(|id| rows.remove(id));
    ready
        .map(|row| {
            let (held, issued) = (held.remove(&row.id), issued.remove(&row.id));
            whole(row, &held.unwrap_or_default(), issued.unwrap_or_default())
        })
        .collect()
}

/// A token with its roles and JWTs.
pub(crate) fn token(conn: &mut Conn, row: TokenRow) -> Result<TokenRecord, StoreError> {
    let held: Vec<Vec<u8>> = each!(conn, c => token_roles::table
        .filter(token_roles::token_id.eq(&row.id)).select(token_roles::role_id).load(c.as_mut()))
    .map_err(failed)?;
    let issued: Vec<CredentialRow> = each!(conn, c => credentials::table
        .filter(credentials::token_id.eq(&row.id)).order(credentials::number).load(c.as_mut()))
    .map_err(failed)?;
    whole(row, &held, issued)
}

fn whole(row: TokenRow, held: &[Vec<u8>], issued: Vec<CredentialRow>) -> Result<TokenRecord, StoreError> {
    const T: &str = "tokens";
    let id = TokenId::from_bytes(bytes16(T, &row.id)?).map_err(|error| corrupt(T, "?", error))?;
    let networks = row.allowed_networks.as_deref().map(|texts| AllowedNetworks::parse(texts.split(',')));
    let grant = Grant {
        id,
        name: row.name.parse().map_err(|error| corrupt(T, id, error))?,
        roles: held.iter().map(|role| role_id(role)).collect::<Result<_, _>>()?,
        expires_at: maybe(T, row.expires_at)?,
        allowed_networks: networks.transpose().map_err(|error| corrupt(T, id, error))?,
        credentials: Credentials::stored(issued.into_iter().map(credential).collect::<Result<_, _>>()?)
            .map_err(|error| corrupt(T, id, error))?,
    };
    let token = match (row.revoked_at, row.revoked_by_kind) {
        (None, None) => StoredToken::Unrevoked(Token::unrevoked(grant)),
        (Some(at), Some(kind)) => {
            let name = row.revoked_by_name.unwrap_or_default();
            let reason = row.revoked_reason.map(|reason| reason.parse()).transpose();
            let end = Revoked {
                at: seconds(T, at)?,
                by: actor(T, &kind, row.revoked_by_id.as_deref(), &name)?,
                reason: reason.map_err(|error| corrupt(T, id, error))?,
            };
            StoredToken::Revoked(Token::revoked(grant, end))
        }
        _ => return Err(corrupt(T, id, "half revoked")),
    };
    Ok(TokenRecord {
        token,
        description: row.description.parse().map_err(|error| corrupt(T, id, error))?,
        created_at: seconds(T, row.created_at)?,
        created_by: actor(T, &row.created_by_kind, row.created_by_id.as_deref(), &row.created_by_name)?,
        version: u64::try_from(row.version).map_err(|error| corrupt(T, id, error))?,
    })
}

pub(crate) fn role_id(bytes: &[u8]) -> Result<RoleId, StoreError> {
    RoleId::from_bytes(bytes16("roles", bytes)?).map_err(|error| corrupt("roles", "?", error))
}

fn credential(row: CredentialRow) -> Result<Credential, StoreError> {
    const T: &str = "credentials";
    let (jti, _, _, kid, issued_at, expires_at, encoding, kind, ends_at, used_at) = row;
    let id = CredentialId::from_bytes(bytes16(T, &jti)?).map_err(|error| corrupt(T, "?", error))?;
    let ends = match (kind.as_str(), maybe(T, ends_at)?) {
        ("never", None) => Ends::Never,
        ("at", Some(end)) => Ends::At(end),
        ("first-use", Some(latest)) => Ends::OnFirstUse { latest, used_at: maybe(T, used_at)? },
        _ => return Err(corrupt(T, id, "no such end")),
    };
    let encoding = u16::try_from(encoding).ok().and_then(Encoding::by_number);
    Ok(Credential {
        id,
        key: kid.parse().map_err(|error| corrupt(T, id, error))?,
        issued_at: seconds(T, issued_at)?,
        expires_at: maybe(T, expires_at)?,
        encoding: encoding.ok_or_else(|| corrupt(T, id, "an encoding this version does not know"))?,
        ends,
    })
}

/// A role with its rules.
pub(crate) fn role(conn: &mut Conn, row: RoleRow) -> Result<Role, StoreError> {
    const T: &str = "roles";
    let (bytes, name, _, description, version) = row;
    let id = role_id(&bytes)?;
    let texts: Vec<String> = each!(conn, c => role_rules::table
        .filter(role_rules::role_id.eq(&bytes)).order(role_rules::position).select(role_rules::rule).load(c.as_mut()))
    .map_err(failed)?;
    let rules = texts.iter().map(|text| text.parse().map_err(|error| corrupt("role_rules", id, error)));
    Ok(Role {
        id,
        name: name.parse().map_err(|error| corrupt(T, id, error))?,
        description: description.parse().map_err(|error| corrupt(T, id, error))?,
        rules: rules.collect::<Result<_, _>>()?,
        version: u64::try_from(version).map_err(|error| corrupt(T, id, error))?,
    })
}

/// All roles, in order of their folded names.
pub(crate) fn all_roles(conn: &mut Conn) -> Result<Vec<Role>, StoreError> {
    let rows: Vec<RoleRow> =
        each!(conn, c => roles::table.order(roles::name_folded).load(c.as_mut())).map_err(failed)?;
    rows.into_iter().map(|row| role(conn, row)).collect()
}

impl Load for Conn {
    fn token(&mut self, id: TokenId) -> Result<Option<TokenRecord>, StoreError> {
        let row: Option<TokenRow> = each!(self, c => tokens::table
            .find(id.as_bytes().as_slice()).first(c.as_mut()).optional())
        .map_err(failed)?;
        match row {
            // An index that leads to another row is damaged, and must not lend one token the state of another.
            Some(row) if row.id != id.as_bytes() => Err(corrupt("tokens", id, "the index leads to another row")),
            row => row.map(|row| token(self, row)).transpose(),
        }
    }

    fn tokens(&mut self, query: &TokenQuery) -> Result<Page<TokenRecord, TokenPosition>, StoreError> {
        // Whoever decides on a list needs all of it, so short pages are put together.
        let mut page = token_lists::page(self, query, token_lists::Budget::USUAL)?;
        while let (Some(next), true) = (page.next.clone(), page.items.len() < query.limit) {
            let rest = query.limit - page.items.len();
            let rest = TokenQuery { after: Some(next), limit: rest, ..query.clone() };
            let more = token_lists::page(self, &rest, token_lists::Budget::USUAL)?;
            page.items.extend(more.items);
            page.next = more.next;
        }
        Ok(page)
    }

    fn remembered(&mut self, scope: &RequestMac) -> Result<Option<RememberedRequest>, StoreError> {
        requests::remembered(self, scope)
    }

    fn role(&mut self, id: RoleId) -> Result<Option<Role>, StoreError> {
        let row: Option<RoleRow> = each!(self, c => roles::table
            .find(id.as_bytes().as_slice()).first(c.as_mut()).optional())
        .map_err(failed)?;
        row.map(|row| role(self, row)).transpose()
    }

    fn role_named(&mut self, name: &RoleName) -> Result<Option<Role>, StoreError> {
        let row: Option<RoleRow> = each!(self, c => roles::table
            .filter(roles::name_folded.eq(name.folded())).first(c.as_mut()).optional())
        .map_err(failed)?;
        row.map(|row| role(self, row)).transpose()
    }

    fn roles(&mut self, ids: &RoleSet) -> Result<Vec<Role>, StoreError> {
        ids.iter().filter_map(|id| self.role(*id).transpose()).collect()
    }

    fn role_use(&mut self, id: RoleId) -> Result<RoleUse, StoreError> {
        if id == BuiltIn::AllExternalApplications.id() || id == BuiltIn::AllUsers.id() {
            return Ok(RoleUse { tokens: 0, users: 0 });
        }
        let count: i64 = each!(self, c => token_roles::table
            .filter(token_roles::role_id.eq(id.as_bytes().as_slice())).count().get_result(c.as_mut()))
        .map_err(failed)?;
        Ok(RoleUse { tokens: count.unsigned_abs(), users: users::count_with(self, id)? })
    }

    fn routes(&mut self) -> Result<StoredRoutes, StoreError> {
        routes::stored(self)
    }

    fn keys(&mut self) -> Result<Vec<SealedKey>, StoreError> {
        type Row = (String, String, String, Vec<u8>, Vec<u8>, i64);
        const T: &str = "keys";
        let rows: Vec<Row> =
            each!(self, c => keys::table.order((keys::created_at, keys::kid)).load(c.as_mut())).map_err(failed)?;
        let key = |(kid, algorithm, state, public, sealed_private, created_at): Row| {
            let public = PublicKey {
                id: kid.parse().map_err(|error| corrupt(T, &kid, error))?,
                algorithm: algorithm.parse().map_err(|error| corrupt(T, &kid, error))?,
                state: state.parse().map_err(|error| corrupt(T, &kid, error))?,
                public,
                created_at: seconds(T, created_at)?,
            };
            Ok(SealedKey { public, sealed_private })
        };
        rows.into_iter().map(key).collect()
    }

    fn live_texts(&mut self, key: &KeyId, now: UnixSeconds) -> Result<u64, StoreError> {
        let now = now.get();
        let signed = credentials::table
            .inner_join(tokens::table)
            .filter(credentials::kid.eq(key.as_str()))
            .filter(credentials::expires_at.is_null().or(credentials::expires_at.gt(now)))
            .filter(credentials::ends_at.is_null().or(credentials::ends_at.gt(now)))
            .filter(credentials::used_at.is_null())
            .filter(tokens::revoked_at.is_null())
            .filter(tokens::expires_at.is_null().or(tokens::expires_at.gt(now)));
        let count: i64 = each!(self, c => signed.count().get_result(c.as_mut())).map_err(failed)?;
        Ok(count.unsigned_abs())
    }

    fn sealed_secrets(&mut self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let kept = secrets::table.filter(secrets::name.not_like("lost:%")).order(secrets::name);
        each!(self, c => kept.load(c.as_mut())).map_err(failed)
    }

    fn identity(&mut self) -> Result<Option<Identity>, StoreError> {
        const T: &str = "installation";
        let (issuer, audience): (Option<String>, Option<String>) = each!(self, c => installation::table
            .select((installation::issuer, installation::audience)).first(c.as_mut()))
        .map_err(failed)?;
        match (issuer, audience) {
            (Some(issuer), Some(audience)) => Ok(Some(Identity {
                issuer: issuer.parse().map_err(|error| corrupt(T, 1, error))?,
                audience: audience.parse().map_err(|error| corrupt(T, 1, error))?,
            })),
            (None, None) => Ok(None),
            _ => Err(corrupt(T, 1, "half an identity")),
        }
    }

    fn user(&mut self, id: UserId) -> Result<Option<UserRecord>, StoreError> {
        users::by_id(self, id)
    }

    fn user_named(&mut self, name: &Username) -> Result<Option<UserRecord>, StoreError> {
        users::named(self, name)
    }

    fn has_users(&mut self) -> Result<bool, StoreError> {
        users::any(self)
    }

    fn users_with(&mut self, role: RoleId, limit: usize) -> Result<Vec<UserId>, StoreError> {
        users::with(self, role, limit)
    }

    fn other_holders(&mut self, role: RoleId, but: UserId) -> Result<Holders, StoreError> {
        users::other_holders(self, role, but)
    }

    fn tokens_made_by(&mut self, id: UserId) -> Result<u64, StoreError> {
        users::tokens_made_by(self, id)
    }

    fn session(&mut self, digest: &SecretDigest) -> Result<Option<Session>, StoreError> {
        sessions::by_digest(self, digest)
    }

    fn sessions_of(&mut self, id: UserId) -> Result<Vec<Session>, StoreError> {
        sessions::of(self, id)
    }

    fn count_sessions(&mut self) -> Result<u64, StoreError> {
        sessions::count(self)
    }

    fn setup_code(&mut self) -> Result<Option<SetupCode>, StoreError> {
        sessions::setup_code(self)
    }
}
