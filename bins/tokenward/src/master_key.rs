//! The file of the master key, and beside it the key that takes its place: while the master key is changed, the
//! database is sealed under one of the two, and whichever it is, a start finds it.

use std::fs::File;
use std::path::{Path, PathBuf};

use token_core::Randomness;
use token_seal::{MasterKey, MasterKeyError};

use crate::config::Config;
use crate::failure::Failure;

/// `master.key.next`
pub(crate) fn next_path(path: &Path) -> PathBuf {
    path.with_added_extension("next")
}

/// The master key of this node; made on the first start of an embedded database.
pub(crate) fn read(config: &Config, randomness: &dyn Randomness) -> Result<Option<MasterKey>, Failure> {
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

/// The key that waits to take the place of the master key.
pub(crate) fn read_next(config: &Config) -> Result<Option<MasterKey>, Failure> {
    let Some(path) = config.master_key() else { return Ok(None) };
    match MasterKey::read(&next_path(&path)) {
        Ok(key) => Ok(Some(key)),
        Err(MasterKeyError::Missing { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Lets the key that waits take the place of the file, now that the database is sealed under it.
pub(crate) fn adopt(path: &Path) -> std::io::Result<()> {
    std::fs::rename(next_path(path), path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
