//! The statements of a question: walks along an order.

use token_core::{CreatedBy, StoreError, TokenPosition, TokenQuery, TokenSortKey, TokenStateFilter, UnixSeconds};

use super::Found;
use super::needle::{Needle, Place};
use super::statement::{Statement, Value};
use crate::connection::Conn;
use crate::error::failed;

/// Beginnings of words are kept apart by two blanks; the migrations make the index of the same text.
const WORDS_SQLITE: &str = "'  ' || replace(replace(replace(replace(replace(replace(replace(name_folded, '-', ' '), \
                            '_', ' '), '.', ' '), '/', ' '), ':', ' '), '@', ' '), ' ', '  ')";
const WORDS_POSTGRES: &str = "name_text(name_folded)";
const ENDS_SQLITE: &str = "t.ends";
const ENDS_POSTGRES: &str = "coalesce(t.expires_at, 9223372036854775807)";
pub(super) const COLUMNS: &str = "t.id, t.name_folded, t.revoked_at, t.created_by_kind, t.created_by_id";

/// Statements of one question on one connection.
pub(super) struct Lister<'a> {
    pub(super) conn: &'a mut Conn,
    pub(super) query: &'a TokenQuery,
    pub(super) needle: Option<Needle>,
}

impl<'a> Lister<'a> {
    pub(super) fn begin(conn: &'a mut Conn, query: &'a TokenQuery) -> Result<Self, StoreError> {
        // Its statistics know nothing of pieces of names; what is asked here always has its index.
        if !conn.is_embedded() {
            conn.batch(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_hashjoin = off; \
                 SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0",
            )
            .map_err(failed)?;
        }
        let needle = query.name.as_deref().map(Needle::new);
        Ok(Self { conn, query, needle })
    }

    pub(super) fn is_sqlite(&self) -> bool {
        self.conn.is_embedded()
    }

    pub(super) fn statement(&self) -> Statement {
        Statement::new(self.conn)
    }

    pub(super) fn ends(&self) -> &'static str {
        ends(self.conn)
    }

    /// Walks past at most `budget` tokens behind `after` in the order asked for, and gives the first `enough` that fit;
    /// also where the walk stopped, unless it found enough or the list ended.
    pub(super) fn walk(
        &mut self,
        after: Option<&TokenPosition>,
        budget: usize,
        enough: usize,
    ) -> Result<(Vec<Found>, Option<TokenPosition>), StoreError> {
        let found = self.walking(after, budget, enough).found(self.conn)?;
        if enough <= found.len() {
            return Ok((found, None));
        }
        Ok((found, self.edge(after, budget)?))
    }

    fn walking(&self, after: Option<&TokenPosition>, budget: usize, enough: usize) -> Statement {
        let mut statement = self.statement();
        // The order is that of the subquery: neither database sorts again what it only filters.
        statement.push("SELECT id, name_folded, ends FROM (");
        statement.put(&self.along(after, COLUMNS)).push(" LIMIT ").value(Value::Number(size(budget)));
        statement.push(") AS w WHERE ").put(&self.filters("ends")).push(" LIMIT ").value(Value::Number(size(enough)));
        statement
    }

    /// The token number `budget` behind `after`, if there are so many.
    fn edge(&mut self, after: Option<&TokenPosition>, budget: usize) -> Result<Option<TokenPosition>, StoreError> {
        // In order of creation the id alone is the place, and its index alone is read.
        let by_creation = self.query.sort.key == TokenSortKey::Created && self.query.role.is_none();
        let columns = if by_creation { "t.id, '' AS name_folded" } else { "t.id, t.name_folded" };
        let mut statement = self.along(after, columns);
        statement.push(" LIMIT 1 OFFSET ").value(Value::Number(size(budget.saturating_sub(1))));
        let found = statement.found(self.conn)?;
        found.first().map(Found::position).transpose()
    }

    /// How many of the first `budget` tokens fit, up to `most`; also where counting stopped.
    pub(super) fn count_walk(
        &mut self,
        budget: usize,
        most: usize,
    ) -> Result<(usize, Option<TokenPosition>), StoreError> {
        let mut statement = self.statement();
        statement.push("SELECT count(*) AS number FROM (").put(&self.walking(None, budget, most)).push(") AS c");
        let found = statement.number(self.conn)?;
        Ok((found, self.edge(None, budget)?))
    }

    /// Tokens in the order asked for, behind `after`; whatever filter the index of the order knows is in force.
    fn along(&self, after: Option<&TokenPosition>, columns: &str) -> Statement {
        let Self { query, .. } = self;
        let key = query.sort.key;
        let by_role = query.role.filter(|_| key == TokenSortKey::Created);
        let mut statement = self.statement();
        statement.push("SELECT ").push(columns).push(", ").push(self.ends()).push(" AS ends FROM ");
        match by_role {
            // SQLite takes the tables of a CROSS JOIN in the order they are named in.
            Some(_) => statement
                .push("token_roles r")
                .push(self.by_index("token_roles_role"))
                .push(" CROSS JOIN tokens t WHERE t.id = r.token_id"),
            None => statement.push("tokens t").push(self.index()).push(" WHERE TRUE"),
        };
        if let Some(role) = by_role {
            statement.push(" AND r.role_id = ").value(Value::Bytes(role.as_bytes().to_vec()));
        }
        match key {
            TokenSortKey::Created if by_role.is_none() => {
                if let Some(creator) = query.created_by {
                    statement.push(" AND ").put(&self.creator(creator));
                } else if query.state == Some(TokenStateFilter::Revoked) {
                    statement.push(" AND t.revoked_at IS NOT NULL");
                }
            }
            TokenSortKey::ExpiresAt => {
                if let Some(range) = self.range() {
                    statement.push(" AND ").put(&range);
                }
            }
            TokenSortKey::Created | TokenSortKey::Name => {}
        }
        self.behind(&mut statement, after, by_role.is_some());
        let down = if query.sort.descending { " DESC" } else { "" };
        let id = if by_role.is_some() { "r.token_id" } else { "t.id" };
        statement.push(" ORDER BY ");
        match key {
            TokenSortKey::Created => {}
            TokenSortKey::Name => {
                statement.push("t.name_folded").push(down).push(", ");
            }
            TokenSortKey::ExpiresAt => {
                statement.push(self.ends()).push(down).push(", ");
            }
        }
        statement.push(id).push(down);
        statement
    }

    /// SQLite has no statistics of its own, and is told which index the order has.
    fn index(&self) -> &'static str {
        let TokenQuery { sort, created_by, state, .. } = self.query;
        match sort.key {
            TokenSortKey::Name => self.by_index("tokens_name"),
            TokenSortKey::ExpiresAt => self.by_index("tokens_ends"),
            TokenSortKey::Created if created_by.is_some() => self.by_index("tokens_creator"),
            TokenSortKey::Created if *state == Some(TokenStateFilter::Revoked) => self.by_index("tokens_revoked"),
            TokenSortKey::Created => "",
        }
    }

    pub(super) fn by_index(&self, name: &str) -> &'static str {
        match name {
            _ if !self.is_sqlite() => "",
            "tokens_name" => " INDEXED BY tokens_name",
            "tokens_ends" => " INDEXED BY tokens_ends",
            "tokens_creator" => " INDEXED BY tokens_creator",
            "token_roles_role" => " INDEXED BY token_roles_role",
            _ => " INDEXED BY tokens_revoked",
        }
    }

    fn behind(&self, statement: &mut Statement, after: Option<&TokenPosition>, by_role: bool) {
        let Some(TokenPosition { id, name, ends }) = after else { return };
        let than = if self.query.sort.descending { " < " } else { " > " };
        let id = Value::Bytes(id.as_bytes().to_vec());
        let (key, value) = match self.query.sort.key {
            TokenSortKey::Created => {
                statement.push(if by_role { " AND r.token_id" } else { " AND t.id" }).push(than).value(id);
                return;
            }
            TokenSortKey::Name => ("t.name_folded", Value::Text(name.clone())),
            TokenSortKey::ExpiresAt => (self.ends(), Value::Number(*ends)),
        };
        statement.push(" AND (").push(key).push(", t.id)").push(than);
        statement.push("(").value(value).push(", ").value(id).push(")");
    }

    pub(super) fn creator(&self, creator: CreatedBy) -> Statement {
        let mut statement = self.statement();
        match creator {
            CreatedBy::Id(id) => statement.push("created_by_id = ").value(Value::Bytes(id.to_vec())),
            CreatedBy::CommandLine => statement.push("created_by_id IS NULL AND created_by_kind = 'command line'"),
        };
        statement
    }

    /// What state and `expires_before` say of the end of a token, if they do.
    pub(super) fn range(&self) -> Option<Statement> {
        let TokenQuery { state, expires_before, now, .. } = self.query;
        let ends = self.ends();
        let mut statement = self.statement();
        let mut joint = "";
        if let Some(end) = expires_before {
            statement.push(ends).push(" < ").value(Value::Number(end.get()));
            joint = " AND ";
        }
        match state {
            Some(TokenStateFilter::Expired) => {
                statement.push(joint).push(ends).push(" <= ").value(Value::Number(now.get()));
            }
            Some(TokenStateFilter::Active) => {
                statement.push(joint).push(ends).push(" > ").value(Value::Number(now.get()));
            }
            Some(TokenStateFilter::Revoked) | None if joint.is_empty() => return None,
            Some(TokenStateFilter::Revoked) | None => {}
        }
        Some(statement)
    }

    /// Every filter, over rows with the columns of a walk.
    pub(super) fn filters(&self, ends: &str) -> Statement {
        let TokenQuery { state, role, expires_before, unused_since, created_by, now, .. } = self.query;
        let mut statement = self.statement();
        statement.push("TRUE");
        if let Some(Needle { place, .. }) = &self.needle {
            let words = if self.is_sqlite() { WORDS_SQLITE } else { WORDS_POSTGRES };
            let (within, text) = match place {
                Place::Anywhere(text) => ("name_folded", text),
                Place::WordStart(text) => (words, text),
            };
            let function = if self.is_sqlite() { "instr" } else { "strpos" };
            statement.push(" AND 0 < ").push(function).push("(").push(within).push(", ");
            statement.value(Value::Text(text.clone())).push(")");
        }
        match state {
            None => {}
            Some(TokenStateFilter::Revoked) => {
                statement.push(" AND revoked_at IS NOT NULL");
            }
            Some(TokenStateFilter::Expired) => {
                statement.push(" AND revoked_at IS NULL AND ").push(ends).push(" <= ").value(Value::Number(now.get()));
            }
            Some(TokenStateFilter::Active) => {
                statement.push(" AND revoked_at IS NULL AND ").push(ends).push(" > ").value(Value::Number(now.get()));
            }
        }
        if let Some(end) = expires_before {
            statement.push(" AND ").push(ends).push(" < ").value(Value::Number(end.get()));
        }
        if let Some(since) = unused_since {
            // An id tells when it was made, and is in every index. The last use is looked up token by token.
            statement.push(" AND id < ").value(Value::Bytes(first_id(*since)));
            statement.push(" AND coalesce((SELECT u.last_used_at FROM token_usage u WHERE u.token_id = id), -1) < ");
            statement.value(Value::Number(since.get()));
        }
        if let Some(creator) = created_by {
            statement.push(" AND ").put(&self.creator(*creator));
        }
        if let Some(role) = role {
            // As a value, not as a join: it is looked up token by token, however many hold the role.
            statement.push(" AND (SELECT 1 FROM token_roles h WHERE h.role_id = ");
            statement.value(Value::Bytes(role.as_bytes().to_vec())).push(" AND h.token_id = id) IS NOT NULL");
        }
        statement
    }

    /// How the database goes about each statement this question may ask.
    #[cfg(test)]
    pub(super) fn plans(&mut self) -> Vec<String> {
        let mut all = vec![self.walking(self.query.after.as_ref(), super::Budget::USUAL.first_walk, 51)];
        let sources = self.sources();
        all.extend(sources.iter().map(|source| self.limited(source, super::Budget::USUAL.candidates)));
        all.push(self.judging(vec![vec![0; 16]; 3]));
        all.iter().map(|statement| statement.plan(self.conn)).collect()
    }
}

/// The end of a token `t`, as its index has it.
pub(super) fn ends(conn: &Conn) -> &'static str {
    if conn.is_embedded() { ENDS_SQLITE } else { ENDS_POSTGRES }
}

/// The least id of this second: ids begin with their milliseconds (RFC 9562 §5.7).
fn first_id(at: UnixSeconds) -> Vec<u8> {
    let millis = at.get().saturating_mul(1_000).to_be_bytes();
    millis.into_iter().skip(2).chain([0; 10]).collect()
}

pub(super) fn size(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
