//! `tokenward key …`

pub(super) mod replace;
mod rewrap;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use token_admin::{AdminError, Begin, KeyImport, RotateKey};
use token_core::{Algorithm, Author, KeyId, PublicKey, SubjectKind};
use token_wire::{KeyView, WithdrawnKeyView};

use super::confirmation::Confirmation;
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::parts::Parts;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List signing keys
    List,
    /// Make a new key. It is published at once and signs after `key_publication`, when everybody who caches public keys
    /// knows it; texts of older keys stay good
    Rotate {
        /// `EdDSA` or `ES256`; `signing_algorithm` if left out
        #[arg(long)]
        algorithm: Option<Algorithm>,
        /// Sign at once, in an emergency; also lets a key sign that waits. Whoever has cached public keys refuses new
        /// texts until they look again
        #[arg(long)]
        now: bool,
    },
    /// Bring a private key in PEM; it is published and signs like a new one
    Import {
        /// PKCS#8, as `openssl genpkey` writes it, PKCS#1 or SEC1; RSA has 2048 bits or more
        file: PathBuf,
        /// Sign at once
        #[arg(long)]
        now: bool,
    },
    /// Print a public key in PEM, for programs that read no JWK set; with it they verify texts by themselves, and learn
    /// nothing of revocations
    Export {
        /// Its id, as `key list` shows it
        #[arg(allow_hyphen_values = true)]
        kid: KeyId,
    },
    /// Seal everything under another master key, in one step that can be repeated if it was cut short. The new file takes
    /// the place of the old one; servers that run go on to sign, and make no more keys until they are started again
    Rewrap {
        /// File of the new master key; made if it is not there
        #[arg(long, value_name = "FILE")]
        new_master_key_file: PathBuf,
    },
    /// Go on without the master key when it is lost for good: a new one, made if its file is not there, and a new
    /// signing key. Texts of tokens stay good and revocable; none of them can be shown again
    ReplaceLostMasterKey {
        #[command(flatten)]
        confirmation: Confirmation,
    },
    /// End a key: nothing it signed is accepted any more. If it signed, the key that waits does so at once, or a new one
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
    let begin = |now: bool| if now { Begin::Now } else { Begin::Published };
    let keys = match command {
        Command::List => return list(parts, format),
        Command::Export { kid } => return export(&kid, parts, format),
        Command::Rewrap { new_master_key_file } => return rewrap::run(&new_master_key_file, parts, format),
        // Done before there are parts: they cannot be opened as they should.
        Command::ReplaceLostMasterKey { .. } => return Ok(ExitCode::SUCCESS),
        Command::Rotate { algorithm, now } => {
            vec![parts.admin.rotate_key(&author, &RotateKey { algorithm, begin: begin(now) })?.value]
        }
        Command::Import { file, now } => {
            let pem = std::fs::read_to_string(&file).map_err(|error| Failure::file(&file, error))?;
            vec![parts.admin.import_key(&author, &KeyImport { pem, begin: begin(now) })?.value]
        }
        Command::Withdraw { kid, confirmation } => return withdraw(&kid, confirmation, parts, format),
    };
    tell(&keys, parts, format);
    Ok(ExitCode::SUCCESS)
}

fn list(parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    tell(&parts.admin.keys()?, parts, format);
    Ok(ExitCode::SUCCESS)
}

fn export(kid: &KeyId, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    let keys = parts.admin.keys()?;
    let key = keys.iter().find(|key| key.id == *kid).ok_or(AdminError::NotFound(SubjectKind::Key))?;
    if !key.state.verifies() {
        return Err(Failure::NotDone("the key is withdrawn: what it signed is accepted nowhere".to_owned()));
    }
    let pem = token_jwt::public_pem(key);
    match format {
        Format::Json => output::json(&serde_json::json!({ "kid": kid.to_string(), "pem": pem })),
        Format::Table => pem.lines().for_each(output::line),
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(keys: &[PublicKey], parts: &Parts, format: Format) {
    match format {
        Format::Json => output::json(&keys.iter().map(|key| view(parts, key)).collect::<Vec<_>>()),
        Format::Table => table(parts, keys),
    }
}

fn withdraw(kid: &KeyId, confirmation: Confirmation, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    let texts = parts.admin.live_texts(kid)?;
    confirmation.ask(&format!("End the key {kid} and the {texts} texts that pass now by it?"))?;
    let done = parts.admin.withdraw_key(&Author::command_line(), kid)?.value;
    match format {
        Format::Json => output::json(&WithdrawnKeyView {
            key: view(parts, &done.key),
            live_texts: done.live_texts,
            signing: done.signing.map(|key| key.id.to_string()),
        }),
        Format::Table => {
            table(parts, &[vec![done.key], done.signing.into_iter().collect()].concat());
            if let Some(texts) = done.live_texts {
                output::line(&format!("{texts} texts were good until now; `tokenward token rotate` makes new ones"));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn view(parts: &Parts, key: &PublicKey) -> KeyView {
    KeyView::new(key, parts.admin.signs_from(key))
}

fn table(parts: &Parts, keys: &[PublicKey]) {
    let row = |key: &PublicKey| {
        let view = view(parts, key);
        vec![view.kid, view.algorithm, view.state, view.created_at, view.signs_from.unwrap_or_default()]
    };
    output::table(&["kid", "algorithm", "state", "created", "signs from"], keys.iter().map(row));
}
