//! The parts of the product, opened and handed to each other: the same for the server and for every command.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;

use token_admin::{Admin, AdminError, KeySettings, Settings, Signer};
use token_core::{Author, Clock, Randomness};
use token_seal::{MasterKey, SystemRandomness};
use token_store::{OpenError, StoreOptions, TokenStore};

use crate::clock::SystemClock;
use crate::config::Config;
use crate::failure::Failure;

/// Everything a command works with.
pub(crate) struct Parts {
    pub(crate) admin: Arc<Admin>,
    pub(crate) store: Arc<TokenStore>,
    pub(crate) clock: Arc<SystemClock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    /// Why this node signs nothing, if it does not.
    pub(crate) verify_only: Option<&'static str>,
}

impl Parts {
    /// Opens data folder, master key and database, and makes what a first start needs.
    pub(crate) fn open(config: &Config) -> Result<Self, Failure> {
        make_folder(config)?;
        let system = Arc::new(SystemClock::open(&config.settings.data_dir));
        let clock = Arc::clone(&system) as Arc<dyn Clock>;
        let randomness: Arc<dyn Randomness> = Arc::new(SystemRandomness::new());
        let mut master = master_key(config, randomness.as_ref())?.map(Arc::new);
        let mut verify_only = master.is_none().then_some("it has no master key");
        let open = |master: Option<Arc<MasterKey>>| {
            let options = StoreOptions { readers: 8, master };
            TokenStore::open(&config.database, &options, Arc::clone(&clock), randomness.as_ref())
        };
        let store = match open(master.clone()) {
            Err(OpenError::WrongMasterKey) => {
                (master, verify_only) = (None, Some("its master key is not the one of this database"));
                open(None)?
            }
            other => other?,
        };
        let store = Arc::new(store);
        let settings = Settings {
            identity: config.identity.clone(),
            show_token: config.settings.show_token,
            sessions: config.session_limits(),
            keys: KeySettings {
                algorithm: config.settings.signing_algorithm,
                publication: config.settings.key_publication,
            },
        };
        let admin = Admin::new(
            Arc::clone(&store) as Arc<dyn token_core::Store>,
            Arc::clone(&clock),
            Arc::clone(&randomness),
            Signer::new(master),
            settings,
        );
        admin.ensure_signing_key(&Author::system())?;
        ensure_same_identity(&store, config)?;
        Ok(Self { admin: Arc::new(admin), store, clock: system, randomness, verify_only })
    }
}

impl Parts {
    /// How far the log has come.
    pub(crate) fn head(&self) -> Result<token_core::Head, Failure> {
        Ok(token_core::GuardSource::head(self.store.as_ref()).map_err(AdminError::Store)?)
    }
}

/// The data folder, for its owner alone.
pub(crate) fn make_folder(config: &Config) -> Result<(), Failure> {
    let folder = &config.settings.data_dir;
    let failed = |error| Failure::Folder(folder.display().to_string(), error);
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)
}

fn master_key(config: &Config, randomness: &dyn Randomness) -> Result<Option<MasterKey>, Failure> {
    let Some(path) = config.master_key() else { return Ok(None) };
    if config.settings.master_key_file.is_some() || std::fs::symlink_metadata(&path).is_ok() {
        return Ok(Some(MasterKey::read(&path)?));
    }
    // Beside an existing database a new key would open nothing, and hide that the right one is missing.
    if config.settings.data_dir.join("tokenward.db").exists() {
        return Ok(None);
    }
    Ok(Some(MasterKey::create(&path, randomness)?))
}

/// Explicit settings must agree with what tokens say already; defaults are ignored then.
fn ensure_same_identity(store: &TokenStore, config: &Config) -> Result<(), Failure> {
    let keys = token_core::GuardSource::keys(store).map_err(AdminError::Store)?;
    let Some(stored) = keys.value.identity else { return Ok(()) };
    let (issuer, audience) = (config.settings.issuer.as_ref(), config.settings.audience.as_ref());
    let pairs = [
        ("issuer", stored.issuer.as_str(), issuer.map(token_core::Issuer::as_str)),
        ("audience", stored.audience.as_str(), audience.map(token_core::Audience::as_str)),
    ];
    let differing = pairs.into_iter().filter(|(_, stored, given)| given.is_some_and(|given| given != *stored));
    let told: Vec<String> = differing
        .map(|(key, stored, _)| {
            format!("setting `{key}`: all tokens of this database say `{stored}`, which is for good")
        })
        .collect();
    if told.is_empty() { Ok(()) } else { Err(Failure::OtherIdentity(told.join("; "))) }
}
