//! The master key's file: read with suspicion, made once.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use token_core::Randomness;
use zeroize::Zeroizing;

use crate::{MasterKey, MasterKeyError};

const MAX_BYTES: u64 = 1_024;
// More than a file of the largest size needs, so that reading never leaves an unwiped copy behind by growing.
const BUFFER_BYTES: usize = 2_048;

impl MasterKey {
    /// Reads the key from a file: base64url of 32 bytes, followed by one newline at most.
    ///
    /// Never hangs on a pipe and never follows a symbolic link in the last part of the path.
    ///
    /// # Errors
    ///
    /// [`MasterKeyError`]: missing, no regular file, larger than 1024 bytes, open to others (Unix), no key, or the
    /// file system refused.
    pub fn read(path: &Path) -> Result<Self, MasterKeyError> {
        let look = std::fs::symlink_metadata(path).map_err(|source| failed(path, source))?;
        vet(path, &look)?;
        let file = open(path).map_err(|source| failed(path, source))?;
        // Once more on what was opened: the path may mean another file by now.
        vet(path, &file.metadata().map_err(|source| failed(path, source))?)?;
        let mut text = Zeroizing::new(Vec::with_capacity(BUFFER_BYTES));
        file.take(MAX_BYTES + 1).read_to_end(&mut text).map_err(|source| failed(path, source))?;
        Self::parse(core::str::from_utf8(&text).map_err(|_| MasterKeyError::Text)?)
    }

    /// Makes a new key and its file, mode 0600, durable before this returns. Never overwrites anything.
    ///
    /// # Errors
    ///
    /// [`MasterKeyError::Exists`] when anything is there already; else [`MasterKeyError::Io`] or
    /// [`MasterKeyError::Randomness`].
    pub fn create(path: &Path, randomness: &dyn Randomness) -> Result<Self, MasterKeyError> {
        let key = Self::generate(randomness)?;
        key.create_file(path)?;
        Ok(key)
    }
}

impl MasterKey {
    /// Writes the key to a file that is there whole or not at all, mode 0600, durable before this returns.
    ///
    /// # Errors
    ///
    /// [`MasterKeyError::Exists`] when anything is there already; else [`MasterKeyError::Io`].
    pub fn store(&self, path: &Path) -> Result<(), MasterKeyError> {
        if std::fs::symlink_metadata(path).is_ok() {
            return Err(MasterKeyError::Exists { path: path.to_owned() });
        }
        let part = path.with_added_extension("part");
        // Left by somebody who was stopped here; it was never in force.
        let _ = std::fs::remove_file(&part);
        self.create_file(&part)?;
        std::fs::rename(&part, path).and_then(|()| sync_directory(path)).map_err(|source| failed(path, source))
    }

    fn create_file(&self, path: &Path) -> Result<(), MasterKeyError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists => MasterKeyError::Exists { path: path.to_owned() },
            _ => failed(path, source),
        })?;
        let written = file
            .write_all(self.text().as_bytes())
            .and_then(|()| file.write_all(b"\n"))
            .and_then(|()| file.sync_all())
            .and_then(|()| sync_directory(path));
        written.map_err(|source| {
            // Half a key is none. If removing fails too, the next start says that the file is no key.
            let _ = std::fs::remove_file(path);
            failed(path, source)
        })
    }
}

fn vet(path: &Path, metadata: &Metadata) -> Result<(), MasterKeyError> {
    let path = || path.to_owned();
    if !metadata.is_file() {
        return Err(MasterKeyError::NotAFile { path: path() });
    }
    if MAX_BYTES < metadata.len() {
        return Err(MasterKeyError::TooLarge { path: path() });
    }
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777;
        if mode & 0o077 != 0 {
            return Err(MasterKeyError::Exposed { path: path(), mode });
        }
    }
    Ok(())
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    // A pipe or link put there between look and open neither hangs us nor leads us away.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    options.open(path)
}

fn sync_directory(path: &Path) -> std::io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    File::open(directory)?.sync_all()
}

fn failed(path: &Path, source: std::io::Error) -> MasterKeyError {
    let path = path.to_owned();
    match source.kind() {
        ErrorKind::NotFound => MasterKeyError::Missing { path },
        _ => MasterKeyError::Io { path, source },
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs::{Permissions, set_permissions, write};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::SystemRandomness;

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n";

    fn file(directory: &tempfile::TempDir, content: &[u8], mode: u32) -> PathBuf {
        let path = directory.path().join("master.key");
        write(&path, content).unwrap();
        set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn a_created_key_reads_back_and_is_the_owners_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        let made = MasterKey::create(&path, &SystemRandomness::new()).unwrap();
        assert_eq!(MasterKey::read(&path).unwrap().bytes(), made.bytes());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        let again = MasterKey::create(&path, &SystemRandomness::new());
        assert!(matches!(again, Err(MasterKeyError::Exists { .. })));
        assert_eq!(MasterKey::read(&path).unwrap().bytes(), made.bytes());
    }

    #[test]
    fn a_link_to_nowhere_counts_as_existing() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("master.key");
        symlink(directory.path().join("elsewhere"), &link).unwrap();
        let made = MasterKey::create(&link, &SystemRandomness::new());
        assert!(matches!(made, Err(MasterKeyError::Exists { .. })));
        assert!(!directory.path().join("elsewhere").exists());
    }

    #[test]
    fn only_a_small_private_regular_file_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let good = file(&directory, KEY.as_bytes(), 0o400);
        assert!(MasterKey::read(&good).is_ok());
        let link = directory.path().join("link");
        symlink(&good, &link).unwrap();
        assert!(matches!(MasterKey::read(&link), Err(MasterKeyError::NotAFile { .. })));
        assert!(matches!(MasterKey::read(directory.path()), Err(MasterKeyError::NotAFile { .. })));
        let missing = directory.path().join("missing");
        assert!(matches!(MasterKey::read(&missing), Err(MasterKeyError::Missing { .. })));
        std::fs::remove_file(&good).unwrap();
        let large = file(&directory, &[b'A'; 1_025], 0o600);
        assert!(matches!(MasterKey::read(&large), Err(MasterKeyError::TooLarge { .. })));
        for content in [b"".as_slice(), b"\xff\xfe", b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg"] {
            let bad = file(&directory, content, 0o600);
            assert!(matches!(MasterKey::read(&bad), Err(MasterKeyError::Text)));
        }
    }

    #[test]
    fn a_file_open_to_others_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o777] {
            let path = file(&directory, KEY.as_bytes(), mode);
            match MasterKey::read(&path) {
                Err(MasterKeyError::Exposed { mode: found, .. }) => assert_eq!(found, mode),
                other => panic!("mode {mode:o}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_pipe_is_refused_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg("-m").arg("600").arg(&pipe).status().unwrap();
        assert!(made.success());
        let (done, waiting) = std::sync::mpsc::channel();
        std::thread::spawn(move || done.send(matches!(MasterKey::read(&pipe), Err(MasterKeyError::NotAFile { .. }))));
        assert_eq!(waiting.recv_timeout(core::time::Duration::from_secs(5)), Ok(true));
    }
}
