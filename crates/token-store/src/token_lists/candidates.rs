//! Rare answers: everything that one filter leaves, if that is little, judged by all others.

use std::cmp::Ordering;

use token_core::{StoreError, TokenPosition, TokenQuery, TokenSortKey, TokenStateFilter};

use super::Found;
use super::statement::{Statement, Value};
use super::walk::{COLUMNS, Lister, size};

/// PostgreSQL reads every name that has a run of three characters before it gives the first one, some dozen nanoseconds
/// for each. Runs that more names have than this are not worth it.
#[cfg(feature = "postgres")]
const COMMON: u64 = 40_000;

impl Lister<'_> {
    /// All tokens that fit, in no order, if one of the filters leaves at most `most` to be looked at.
    pub(super) fn rare(&mut self, most: usize) -> Result<Option<Vec<Found>>, StoreError> {
        #[cfg(feature = "postgres")]
        if self.is_known_to_be_common(most)? {
            self.needle = self.needle.take().map(super::needle::Needle::without_index);
        }
        for source in self.sources() {
            // Ids first: to look at each of them means a reading at another place.
            let ids = self.limited(&source, most.saturating_add(1)).ids(self.conn)?;
            if ids.len() <= most {
                let found = if ids.is_empty() { Vec::new() } else { self.judging(ids).found(self.conn)? };
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Whether the planner of PostgreSQL, which knows how common runs are, holds the needle for common. It may be wrong
    /// both ways: then a page takes longer, or is shorter than it could be.
    #[cfg(feature = "postgres")]
    fn is_known_to_be_common(&mut self, most: usize) -> Result<bool, StoreError> {
        let Some(needle) = self.needle.as_ref().filter(|needle| !needle.grams.is_empty()) else { return Ok(false) };
        if self.is_sqlite() {
            return Ok(false);
        }
        let mut statement = self.statement();
        let each = needle.grams.iter().map(|gram| vec![gram.clone()]);
        let questions: Vec<Vec<String>> = each.chain([needle.grams.clone()]).collect();
        for (number, grams) in questions.into_iter().enumerate() {
            statement.push(if number == 0 { "" } else { " UNION ALL " });
            statement.push("SELECT id FROM tokens WHERE name_grams(name_folded) @> ").value(Value::Texts(grams));
        }
        let mut estimates = statement.estimates(self.conn)?;
        let together = estimates.pop().unwrap_or(0);
        let rarest = estimates.into_iter().min().unwrap_or(0);
        Ok(COMMON < rarest && u64::try_from(most).is_ok_and(|most| most < together))
    }

    /// The first ids that a filter leaves.
    pub(super) fn limited(&self, source: &Statement, most: usize) -> Statement {
        let mut statement = self.statement();
        statement.put(source).push(" LIMIT ").value(Value::Number(size(most)));
        statement
    }

    /// Those of the tokens that fit all filters.
    pub(super) fn judging(&self, ids: Vec<Vec<u8>>) -> Statement {
        let mut statement = self.statement();
        statement.push("SELECT id, name_folded, ends FROM (SELECT ").push(COLUMNS).push(", ").push(self.ends());
        statement.push(" AS ends FROM tokens t WHERE t.id ").among(ids).push(") AS w WHERE ");
        statement.put(&self.filters("ends"));
        statement
    }

    /// Every filter that has an index of its own: the ids it leaves.
    pub(super) fn sources(&self) -> Vec<Statement> {
        let TokenQuery { state, role, created_by, .. } = self.query;
        let with = |act: &dyn Fn(&mut Statement)| {
            let mut statement = self.statement();
            act(&mut statement);
            statement
        };
        let grams = self.needle.as_ref().filter(|needle| !needle.grams.is_empty());
        let by_name = grams.map(|needle| {
            with(&|statement| {
                if self.is_sqlite() {
                    statement.push(
                        "SELECT n.token_id AS id FROM token_names f CROSS JOIN token_numbers n \
                         WHERE n.number = f.rowid AND f.token_names MATCH ",
                    );
                    statement.value(Value::Text(needle.full_text()));
                } else {
                    #[cfg(feature = "postgres")]
                    statement.push("SELECT id FROM tokens WHERE name_grams(name_folded) @> ");
                    #[cfg(feature = "postgres")]
                    statement.value(Value::Texts(needle.grams.clone()));
                }
            })
        });
        let by_role = role.map(|role| {
            with(&|statement| {
                statement.push("SELECT token_id AS id FROM token_roles").push(self.by_index("token_roles_role"));
                statement.push(" WHERE role_id = ");
                statement.value(Value::Bytes(role.as_bytes().to_vec()));
            })
        });
        let by_creator = created_by.map(|creator| {
            with(&|statement| {
                statement.push("SELECT id FROM tokens").push(self.by_index("tokens_creator"));
                statement.push(" WHERE ").put(&self.creator(creator));
            })
        });
        let by_end = (*state == Some(TokenStateFilter::Revoked)).then(|| {
            with(&|statement| {
                statement.push("SELECT id FROM tokens").push(self.by_index("tokens_revoked"));
                statement.push(" WHERE revoked_at IS NOT NULL");
            })
        });
        let by_range = self.range().map(|range| {
            with(&|statement| {
                statement.push("SELECT t.id FROM tokens t").push(self.by_index("tokens_ends"));
                statement.push(" WHERE ").put(&range);
            })
        });
        [by_name, by_role, by_creator, by_end, by_range].into_iter().flatten().collect()
    }
}

/// The first `enough` of them in the order asked for, behind the place where the page begins.
pub(super) fn in_order(mut found: Vec<Found>, query: &TokenQuery, enough: usize) -> Vec<Found> {
    let along = |ordering: Ordering| if query.sort.descending { ordering.reverse() } else { ordering };
    let key = query.sort.key;
    if let Some(after) = &query.after {
        found.retain(|found| along(compare(key, found, after)) == Ordering::Greater);
    }
    found.sort_by(|one, other| {
        along(
            match key {
                TokenSortKey::Created => Ordering::Equal,
                TokenSortKey::Name => one.name_folded.as_bytes().cmp(other.name_folded.as_bytes()),
                TokenSortKey::ExpiresAt => one.ends.cmp(&other.ends),
            }
            .then_with(|| one.id.cmp(&other.id)),
        )
    });
    found.truncate(enough);
    found
}

fn compare(key: TokenSortKey, found: &Found, place: &TokenPosition) -> Ordering {
    match key {
        TokenSortKey::Created => Ordering::Equal,
        TokenSortKey::Name => found.name_folded.as_bytes().cmp(place.name.as_bytes()),
        TokenSortKey::ExpiresAt => found.ends.cmp(&place.ends),
    }
    .then_with(|| found.id.as_slice().cmp(place.id.as_bytes()))
}
