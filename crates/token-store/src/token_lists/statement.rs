//! One statement for either database: its text, and the values beside it. No value is ever part of the text.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use token_core::StoreError;

use super::Found;
use crate::connection::Conn;
use crate::error::failed;

/// Runs a statement on either database.
macro_rules! rows {
    ($statement:expr, $conn:expr) => {
        match $conn {
            #[cfg(feature = "sqlite")]
            Conn::Sqlite(c) => {
                let mut query = diesel::sql_query(&$statement.text).into_boxed();
                for value in $statement.values.clone() {
                    query = match value {
                        Value::Text(text) => query.bind::<Text, _>(text),
                        #[cfg(feature = "postgres")]
                        Value::Texts(texts) => query.bind::<Text, _>(texts.join(" ")),
                        #[cfg(feature = "postgres")]
                        Value::Ids(ids) => query.bind::<Binary, _>(ids.concat()),
                        Value::Bytes(bytes) => query.bind::<Binary, _>(bytes),
                        Value::Number(number) => query.bind::<BigInt, _>(number),
                    };
                }
                query.load(c.as_mut())
            }
            #[cfg(feature = "postgres")]
            Conn::Postgres(c) => {
                let mut query = diesel::sql_query(&$statement.text).into_boxed();
                for value in $statement.values.clone() {
                    query = match value {
                        Value::Text(text) => query.bind::<Text, _>(text),
                        Value::Texts(texts) => query.bind::<diesel::sql_types::Array<Text>, _>(texts),
                        Value::Ids(ids) => query.bind::<diesel::sql_types::Array<Binary>, _>(ids),
                        Value::Bytes(bytes) => query.bind::<Binary, _>(bytes),
                        Value::Number(number) => query.bind::<BigInt, _>(number),
                    };
                }
                query.load(c.as_mut())
            }
        }
    };
}

/// A value of a statement.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    #[cfg(feature = "postgres")]
    Texts(Vec<String>),
    #[cfg(feature = "postgres")]
    Ids(Vec<Vec<u8>>),
    Bytes(Vec<u8>),
    Number(i64),
}

/// A statement under construction.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) text: String,
    values: Vec<Value>,
    numbered: bool,
}

impl Statement {
    /// Nothing yet; PostgreSQL numbers its places, SQLite does not.
    pub(super) fn new(conn: &Conn) -> Self {
        Self { text: String::new(), values: Vec::new(), numbered: !conn.is_embedded() }
    }

    pub(super) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub(super) fn value(&mut self, value: Value) -> &mut Self {
        self.values.push(value);
        if self.numbered {
            self.text.push('$');
            self.text.push_str(&self.values.len().to_string());
        } else {
            self.text.push('?');
        }
        self
    }

    /// `= ANY` of many values where the database takes them as one, else `IN` a list of them.
    pub(super) fn among(&mut self, ids: Vec<Vec<u8>>) -> &mut Self {
        #[cfg(feature = "postgres")]
        if self.numbered {
            return self.push("= ANY(").value(Value::Ids(ids)).push(")");
        }
        self.push("IN (");
        for (number, id) in ids.into_iter().enumerate() {
            self.push(if number == 0 { "" } else { ", " }).value(Value::Bytes(id));
        }
        self.push(")")
    }

    /// Puts another statement here. Its values come behind those that are there already.
    pub(super) fn put(&mut self, other: &Self) -> &mut Self {
        let mut values = other.values.iter();
        let mut rest = other.text.as_str();
        let mark = if self.numbered { '$' } else { '?' };
        while let Some((before, after)) = rest.split_once(mark) {
            self.text.push_str(before);
            if let Some(value) = values.next() {
                self.value(value.clone());
            }
            rest = if self.numbered { after.trim_start_matches(|c: char| c.is_ascii_digit()) } else { after };
        }
        self.text.push_str(rest);
        self
    }

    /// The tokens it finds.
    pub(super) fn found(&self, conn: &mut Conn) -> Result<Vec<Found>, StoreError> {
        let rows: QueryResult<Vec<Found>> = rows!(self, conn);
        rows.map_err(failed)
    }

    /// The ids it finds.
    pub(super) fn ids(&self, conn: &mut Conn) -> Result<Vec<Vec<u8>>, StoreError> {
        let rows: QueryResult<Vec<Id>> = rows!(self, conn);
        Ok(rows.map_err(failed)?.into_iter().map(|row| row.id).collect())
    }

    /// How many rows PostgreSQL expects of each part of a union, without looking.
    #[cfg(feature = "postgres")]
    pub(super) fn estimates(&self, conn: &mut Conn) -> Result<Vec<u64>, StoreError> {
        let explained = Self { text: format!("EXPLAIN {}", self.text), ..self.clone() };
        let lines: QueryResult<Vec<PostgresPlan>> = rows!(explained, conn);
        // `  ->  Bitmap Heap Scan on tokens  (cost=… rows=1850 width=17)`
        let parts = |line: PostgresPlan| {
            let (_, rows) = line.line.split_once("on tokens ")?.1.split_once("rows=")?;
            rows.split(' ').next()?.parse().ok()
        };
        Ok(lines.map_err(failed)?.into_iter().filter_map(parts).collect())
    }

    /// Numbers by the part they are of.
    pub(super) fn parts(&self, conn: &mut Conn) -> Result<Vec<(i64, u64)>, StoreError> {
        let rows: QueryResult<Vec<Part>> = rows!(self, conn);
        Ok(rows.map_err(failed)?.into_iter().map(|row| (row.part, u64::try_from(row.number).unwrap_or(0))).collect())
    }

    /// The number it gives.
    pub(super) fn number(&self, conn: &mut Conn) -> Result<usize, StoreError> {
        let rows: QueryResult<Vec<Number>> = rows!(self, conn);
        Ok(rows.map_err(failed)?.first().and_then(|row| usize::try_from(row.number).ok()).unwrap_or(0))
    }

    /// How the database goes about it, in its own words.
    #[cfg(test)]
    pub(super) fn plan(&self, conn: &mut Conn) -> String {
        let explain = if self.numbered { "EXPLAIN " } else { "EXPLAIN QUERY PLAN " };
        let explained = Self { text: format!("{explain}{}", self.text), ..self.clone() };
        let lines: Vec<String> = if self.numbered {
            let rows: QueryResult<Vec<PostgresPlan>> = rows!(explained, conn);
            rows.unwrap().into_iter().map(|row| row.line).collect()
        } else {
            let rows: QueryResult<Vec<SqlitePlan>> = rows!(explained, conn);
            rows.unwrap().into_iter().map(|row| row.detail).collect()
        };
        lines.join("\n")
    }
}

#[derive(QueryableByName)]
struct Part {
    #[diesel(sql_type = BigInt)]
    part: i64,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
}

#[cfg(feature = "postgres")]
#[derive(QueryableByName)]
struct PostgresPlan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

#[cfg(test)]
#[derive(QueryableByName)]
struct SqlitePlan {
    #[diesel(sql_type = Text)]
    detail: String,
}
