//! Rows of `requests`: what is remembered so that a repeated request makes nothing.

use diesel::prelude::*;
use token_core::{CredentialId, RememberedRequest, RequestMac, StoreError, TokenId, UnixSeconds};

use crate::connection::{Conn, each};
use crate::error::{corrupt, failed};
use crate::load::bytes16;
use crate::schema::requests;

/// One row.
type RequestRow = (Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, i64);

/// The request with this scope, forgotten or not.
pub(crate) fn remembered(conn: &mut Conn, scope: &RequestMac) -> Result<Option<RememberedRequest>, StoreError> {
    let row: Option<RequestRow> = each!(conn, c => requests::table
        .find(scope.0.as_slice()).first(c.as_mut()).optional())
    .map_err(failed)?;
    row.map(request).transpose()
}

fn request((scope, body, token, jti, at): RequestRow) -> Result<RememberedRequest, StoreError> {
    const T: &str = "requests";
    let mac = |bytes: &[u8]| bytes.try_into().map(RequestMac).map_err(|_| corrupt(T, "?", "a MAC has 32 bytes"));
    Ok(RememberedRequest {
        scope: mac(&scope)?,
        body: mac(&body)?,
        token: TokenId::from_bytes(bytes16(T, &token)?).map_err(|error| corrupt(T, "?", error))?,
        credential: CredentialId::from_bytes(bytes16(T, &jti)?).map_err(|error| corrupt(T, "?", error))?,
        at: UnixSeconds::new(at).map_err(|error| corrupt(T, "?", error))?,
    })
}
