//! The parts of the product, opened and handed to each other: the same for the server and for every command.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use token_admin::{Admin, AdminError, KeySettings, Settings, Signer};
use token_core::{Author, Clock, Randomness, RouteRules};
use token_seal::{MasterKey, SystemRandomness};
use token_store::{OpenError, StoreOptions, TokenStore};

use crate::clock::SystemClock;
use crate::config::Config;
use crate::failure::Failure;
use crate::master_key;

/// Everything a command works with.
pub(crate) struct Parts {
    pub(crate) admin: Arc<Admin>,
    pub(crate) store: Arc<TokenStore>,
    pub(crate) clock: Arc<SystemClock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    /// Why this node signs nothing, if it does not.
    pub(crate) verify_only: Option<&'static str>,
    /// The master key that is in force.
    pub(crate) master: Option<Arc<MasterKey>>,
    /// Where it is.
    pub(crate) master_key_file: Option<PathBuf>,
    /// Route rules of this node alone.
    pub(crate) routes: Option<RouteRules>,
}

impl Parts {
    /// Opens data folder, master key and database, and makes what a first start needs.
    pub(crate) fn open(config: &Config) -> Result<Self, Failure> {
        make_folder(config)?;
        let system = Arc::new(SystemClock::open(&config.settings.data_dir));
        let clock = Arc::clone(&system) as Arc<dyn Clock>;
        let randomness: Arc<dyn Randomness> = Arc::new(SystemRandomness::new());
        let mut master = master_key::read(config, randomness.as_ref())?.map(Arc::new);
        let mut verify_only = master.is_none().then_some("it has no master key");
        let open = |master: Option<Arc<MasterKey>>| {
            let options = StoreOptions { readers: 8, master };
            TokenStore::open(&config.database, &options, Arc::clone(&clock), randomness.as_ref())
        };
        let store = match open(master.clone()) {
            Err(OpenError::WrongMasterKey) => {
                let next = master_key::read_next(config)?.map(Arc::new);
                match next.as_ref().map(|next| open(Some(Arc::clone(next)))) {
                    None | Some(Err(OpenError::WrongMasterKey)) => {
                        (master, verify_only) = (None, Some("its master key is not the one of this database"));
                        open(None)?
                    }
                    Some(other) => {
                        master = next;
                        adopt(config);
                        other?
                    }
                }
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
            Signer::new(master.clone()),
            settings,
        );
        let routes = crate::route_file::rules(config)?;
        let admin = match &routes {
            Some(rules) => admin.with_routes(rules.clone()),
            None => admin,
        };
        let code = crate::setup::file(config);
        let admin = admin.on_first_person(Arc::new(move || crate::setup::forget(&code)));
        admin.ensure_signing_key(&Author::system())?;
        ensure_same_identity(&store, config)?;
        let (admin, master_key_file) = (Arc::new(admin), config.master_key());
        Ok(Self { admin, store, clock: system, randomness, verify_only, master, master_key_file, routes })
    }
}

impl Parts {
    /// How far the log has come.
    pub(crate) fn head(&self) -> Result<token_core::Head, Failure> {
        Ok(self.store.head().map_err(AdminError::Store)?)
    }
}

/// The data folder, for its owner alone.
pub(crate) fn make_folder(config: &Config) -> Result<(), Failure> {
    let folder = &config.settings.data_dir;
    let failed = |error| Failure::Folder(folder.display().to_string(), error);
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)
}

/// Finishes a change of the master key that was cut short: everything is sealed under the new one.
fn adopt(config: &Config) {
    let Some(path) = config.master_key() else { return };
    match master_key::adopt(&path) {
        Ok(()) => {
            tracing::info!("the change of the master key is complete: the new file took the place of the old one");
        }
        Err(error) => {
            tracing::warn!(error = %error, "the new master key is in force and could not take the place of the old file");
        }
    }
}

/// Explicit settings must agree with what tokens say already; defaults are ignored then.
fn ensure_same_identity(store: &TokenStore, config: &Config) -> Result<(), Failure> {
    let rules = token_core::GuardSource::rules(store).map_err(AdminError::Store)?;
    let Some(stored) = rules.value.keys.identity else { return Ok(()) };
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
