//! The parts of the product, opened and handed to each other: the same for the server and for every command.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;

use token_admin::{Admin, AdminError, Settings, Signer};
use token_core::{Author, Clock, Randomness};
use token_seal::{MasterKey, MasterKeyError, SystemRandomness};
use token_store::{OpenError, StoreOptions, TokenStore};

use crate::clock::SystemClock;
use crate::config::Config;

/// Why the program stops. One line each.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    #[error("the data folder `{0}` cannot be used: {1}")]
    Folder(String, std::io::Error),
    #[error("another server runs on `{0}`; a data folder serves one at a time")]
    SecondServer(String),
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    #[error("{0}")]
    Open(#[from] OpenError),
    #[error(transparent)]
    Admin(#[from] AdminError),
    #[error("the database says `{stored}` is the {what} of all tokens; the setting says `{given}`")]
    OtherIdentity { what: &'static str, stored: String, given: String },
    #[error("cannot listen on {0}: {1}")]
    Listen(std::net::SocketAddr, std::io::Error),
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Everything a command works with.
pub(crate) struct Parts {
    pub(crate) admin: Arc<Admin>,
    pub(crate) store: Arc<TokenStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    /// Why this node signs nothing, if it does not.
    pub(crate) verify_only: Option<&'static str>,
}

impl Parts {
    /// Opens data folder, master key and database, and makes what a first start needs.
    pub(crate) fn open(config: &Config) -> Result<Self, Failure> {
        let folder = |error| Failure::Folder(config.data_dir.display().to_string(), error);
        DirBuilder::new().recursive(true).mode(0o700).create(&config.data_dir).map_err(folder)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
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
        let settings = Settings { identity: config.identity.clone(), show_token: config.show_token };
        let admin = Admin::new(
            Arc::clone(&store) as Arc<dyn token_core::Store>,
            Arc::clone(&clock),
            Arc::clone(&randomness),
            Signer::new(master),
            settings,
        );
        admin.ensure_signing_key(&Author::system(), config.signing_algorithm)?;
        ensure_same_identity(&store, config)?;
        Ok(Self { admin: Arc::new(admin), store, clock, randomness, verify_only })
    }
}

impl Parts {
    /// How far the log has come.
    pub(crate) fn head(&self) -> Result<token_core::Head, Failure> {
        Ok(token_core::GuardSource::head(self.store.as_ref()).map_err(AdminError::Store)?)
    }
}

fn master_key(config: &Config, randomness: &dyn Randomness) -> Result<Option<MasterKey>, Failure> {
    if let Some(path) = &config.master_key_file {
        return Ok(Some(MasterKey::read(path)?));
    }
    if !config.database.is_embedded() {
        return Ok(None);
    }
    let path = config.data_dir.join("master.key");
    if std::fs::symlink_metadata(&path).is_ok() {
        return Ok(Some(MasterKey::read(&path)?));
    }
    // Beside an existing database a new key would open nothing, and hide that the right one is missing.
    if config.data_dir.join("tokenward.db").exists() {
        return Ok(None);
    }
    Ok(Some(MasterKey::create(&path, randomness)?))
}

/// Explicit settings must agree with what tokens say already; defaults are ignored then.
fn ensure_same_identity(store: &TokenStore, config: &Config) -> Result<(), Failure> {
    let keys = token_core::GuardSource::keys(store).map_err(AdminError::Store)?;
    let Some(stored) = keys.value.identity else { return Ok(()) };
    let differs = |given: bool, stored: &str, setting: &str| given && stored != setting;
    let (issuer, audience) = (&config.identity.issuer, &config.identity.audience);
    let other = |what, stored: &str, given: &str| Failure::OtherIdentity {
        what,
        stored: stored.to_owned(),
        given: given.to_owned(),
    };
    if differs(config.issuer_given, stored.issuer.as_str(), issuer.as_str()) {
        return Err(other("issuer", stored.issuer.as_str(), issuer.as_str()));
    }
    if differs(config.audience_given, stored.audience.as_str(), audience.as_str()) {
        return Err(other("audience", stored.audience.as_str(), audience.as_str()));
    }
    Ok(())
}
