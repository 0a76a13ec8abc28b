//! `tokenward key …`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;
use token_admin::KeyImport;
use token_core::{Algorithm, Author, KeyId, PublicKey};
use token_wire::format_seconds;

use super::confirmation::Confirmation;
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::parts::Parts;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List signing keys
    List,
    /// Make a new key and sign with it from now on; texts of older keys stay good
    Rotate {
        /// `EdDSA` or `ES256`
        #[arg(long, default_value = "EdDSA")]
        algorithm: Algorithm,
    },
    /// Bring a private key in PEM and sign with it from now on
    Import {
        /// PKCS#8, as `openssl genpkey` writes it; RSA has 2048 bits or more
        file: PathBuf,
    },
    /// End a key: nothing it signed is accepted any more
    Withdraw {
        /// Its id, as `key list` shows it
        #[arg(allow_hyphen_values = true)]
        kid: KeyId,
        #[command(flatten)]
        confirmation: Confirmation,
    },
}

pub(crate) fn run(command: Command, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    let author = Author::command_line();
    let keys = match command {
        Command::List => parts.admin.keys()?,
        Command::Rotate { algorithm } => vec![parts.admin.rotate_key(&author, algorithm)?.value],
        Command::Import { file } => {
            let pem = std::fs::read_to_string(&file).map_err(|error| Failure::file(&file, error))?;
            vec![parts.admin.import_key(&author, &KeyImport { pem })?.value]
        }
        Command::Withdraw { kid, confirmation } => {
            confirmation.ask(&format!("End the key {kid} and every text it signed?"))?;
            vec![parts.admin.withdraw_key(&author, &kid)?.value.key]
        }
    };
    match format {
        Format::Json => output::json(&keys.iter().map(view).collect::<Vec<_>>()),
        Format::Table => {
            let row = |key: &PublicKey| {
                vec![
                    key.id.to_string(),
                    key.algorithm.to_string(),
                    key.state.to_string(),
                    format_seconds(key.created_at),
                ]
            };
            output::table(&["kid", "algorithm", "state", "created"], keys.iter().map(row));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn view(key: &PublicKey) -> serde_json::Value {
    json!({
        "kid": key.id.as_str(),
        "algorithm": key.algorithm.as_str(),
        "state": key.state.as_str(),
        "created_at": format_seconds(key.created_at),
    })
}
