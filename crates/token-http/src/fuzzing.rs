//! Doors to what reads requests, for the fuzz targets alone: nothing else builds with the feature `fuzzing`.

use std::net::IpAddr;

use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use token_core::TokenName;
use token_wire::{FieldError, RequestError};

use crate::asker::AskerId;
use crate::cursor::Cursors;
use crate::error::ApiError;
use crate::oauth::{OAuthForm, client};
use crate::pages::Fields;
use crate::query::Query;

const KEY: [u8; 32] = [7; 32];

#[expect(clippy::expect_used, reason = "a text that is written here")]
fn somebody() -> AskerId {
    AskerId::of_token("0192f3c1-7a52-7c11-8d4e-0242ac120002".parse().expect("an id"))
}

fn cursors() -> Cursors {
    Cursors::new(&KEY, "fuzz.1", somebody(), &Query::parse(""))
}

/// The position in a cursor, if we sealed it.
#[must_use]
pub fn open_cursor(text: &str) -> Option<Vec<u8>> {
    cursors().open(text)
}

/// A cursor of this position.
#[must_use]
pub fn seal_cursor(position: &[u8]) -> String {
    cursors().seal(position)
}

/// A query as a list reads it: the needle it looks for, and how many items it wants.
///
/// # Errors
///
/// Everything wrong with it.
pub fn read_query(text: &str) -> Result<(Option<String>, usize), Vec<FieldError>> {
    let mut query = Query::parse(text);
    let cursors = Cursors::new(&KEY, "fuzz.1", somebody(), &query);
    let needle = query.needle("name").map(|needle| TokenName::fold_needle(&needle));
    let _ = query.parsed("state", "expected `active`", |state| (state == "active").then_some(()));
    let _ = cursors.position(&mut query, |position| Some(position.to_vec()));
    let limit = query.limit(token_core::limits::PAGE);
    match query.finish((needle, limit)) {
        Ok(read) => Ok(read),
        Err(ApiError::Query(errors)) => Err(errors),
        Err(_) => Err(Vec::new()),
    }
}

/// Id and secret of an OAuth client, if one field `Authorization` says them.
#[must_use]
pub fn read_client(field: &[u8]) -> Option<(String, String)> {
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_bytes(field).ok()?);
    client(&headers)?.ok().map(|client| (client.id, client.text))
}

/// The form of an OAuth client: the text it is about, and where the call came from.
///
/// # Errors
///
/// Everything wrong with it; nothing if it is no form at all.
pub fn read_form(text: &str) -> Result<(String, Option<IpAddr>), Vec<FieldError>> {
    let mut form = OAuthForm::new(Fields::parse(text).ok_or_else(Vec::new)?);
    let fields = (form.take_text(), form.address());
    match form.finish(fields) {
        Err(ApiError::Request(RequestError::Shape(errors))) => Err(errors),
        read => read.map_err(|_| Vec::new()),
    }
}

/// The address a request came from, behind proxies in `10.0.0.0/8`.
#[must_use]
pub fn client_address(peer: IpAddr, forwarded: &[&[u8]]) -> Option<IpAddr> {
    let trusted = "10.0.0.0/8".parse().ok()?;
    token_guard::client_address(Some(peer), forwarded.iter().copied(), &[trusted])
}
