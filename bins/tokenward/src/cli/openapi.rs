//! `tokenward openapi`: the document that a server of this version answers with at `/api/openapi.json`.

use std::io::Write as _;
use std::process::ExitCode;

use crate::failure::Failure;

/// Prints the document.
pub(super) fn openapi() -> Result<ExitCode, Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(token_http::openapi().as_bytes())?;
    out.write_all(b"\n")?;
    Ok(ExitCode::SUCCESS)
}
