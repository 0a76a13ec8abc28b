//! What a node knows of the log, in a file of its data folder: commands beside a server read there that the server knows
//! of their change, and the next start holds the database against it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use token_core::{Cluster, Continuity, Digest, Epoch, Head, NodeId, NodeLease, Seq, StoreError};
use token_guard::{Effective, Everywhere, SystemBoot};
use token_store::TokenStore;

use crate::config::Config;
use crate::failure::Failure;
use crate::serve::may_run;
use crate::state_file;

/// How long a node goes by what it has read, where neither database nor settings say otherwise.
pub(crate) const LEASE: Duration = Duration::from_secs(1);

/// The file in which a server tells how far it knows the log.
pub(crate) struct Acknowledgement {
    file: PathBuf,
    written: Option<Head>,
}

impl Acknowledgement {
    pub(crate) fn of(config: &Config) -> Self {
        Self { file: config.settings.data_dir.join("server.applied"), written: None }
    }

    /// Tells that everything up to `head` is applied here.
    pub(crate) fn write(&mut self, head: Head) {
        if self.written == Some(head) {
            return;
        }
        match state_file::replace(&self.file, &format!("{} {} {}", head.seq, head.epoch, head.digest)) {
            Ok(()) => self.written = Some(head),
            Err(error) => tracing::warn!(error = %error, "could not tell commands how far the log is known"),
        }
    }

    fn known(&self) -> Option<Head> {
        let text = std::fs::read_to_string(&self.file).ok()?;
        let mut words = text.split_whitespace();
        Some(Head {
            seq: Seq::new(words.next()?.parse().ok()?),
            epoch: Epoch(bytes(words.next()?)?),
            digest: Digest(bytes(words.next()?)?),
        })
    }
}

/// Bytes written as hexadecimal digits.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut all = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in all.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(all)
}

/// The nodes as a command sees them: those that are registered, and the server of an embedded database, whose lock is its
/// registration and whose file is its acknowledgement.
struct Beside {
    store: Arc<TokenStore>,
    config: Config,
}

/// Stands for the server of an embedded database.
const SERVER: NodeId = NodeId([0; 16]);

impl Cluster for Beside {
    fn nodes(&self) -> Result<Vec<NodeLease>, StoreError> {
        let mut nodes = self.store.nodes()?;
        if self.config.database.is_embedded() && may_run(&self.config) {
            let known = Acknowledgement::of(&self.config).known();
            let epoch = self.store.head()?.epoch;
            // What it knows of another life of the log says nothing of this one.
            let applied = known.filter(|head| head.epoch == epoch).map_or(Seq::ZERO, |head| head.seq);
            nodes.push(NodeLease { node: SERVER, applied, renewals: 0 });
        }
        Ok(nodes)
    }

    fn remove(&self, dead: &[NodeLease]) -> Result<(), StoreError> {
        let registered: Vec<NodeLease> = dead.iter().filter(|lease| lease.node != SERVER).copied().collect();
        self.store.remove(&registered)
    }
}

/// Waits until everything up to `seq` is in force on every node; bounded.
pub(crate) fn wait(config: &Config, store: &Arc<TokenStore>, seq: Seq) -> Result<Option<Effective>, Failure> {
    let lease = agreed(config, store)?;
    let beside = Beside { store: Arc::clone(store), config: config.clone() };
    let everywhere = Everywhere::begin(Arc::new(beside), Arc::new(SystemBoot), lease, None)?;
    Ok(everywhere.wait(seq))
}

/// The lease that all nodes go by.
pub(crate) fn agreed(config: &Config, store: &TokenStore) -> Result<Duration, Failure> {
    let agreed = store.lease(config.settings.lease, LEASE).map_err(token_admin::AdminError::Store)?;
    agreed.map_err(Failure::Lease)
}

/// Refuses a database that has gone back behind what its server knew: with a write-ahead log that was cut, or a backup
/// in its place, tokens would pass again that were revoked since.
pub(crate) fn ensure_not_gone_back(config: &Config, store: &TokenStore) -> Result<(), Failure> {
    let Some(known) = Acknowledgement::of(config).known() else { return Ok(()) };
    let since = store.since(&known).map_err(token_admin::AdminError::Store)?;
    match since.continuity {
        Continuity::Unbroken => Ok(()),
        Continuity::OtherEpoch => {
            tracing::warn!(
                "the log lives another life than the one this data folder served before: a restore was accepted, or this \
                 is another database"
            );
            Ok(())
        }
        Continuity::GoneBack => Err(Failure::GoneBack { known: known.seq.get(), found: since.head.seq.get() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let mut told = Acknowledgement { file: folder.path().join("server.applied"), written: None };
        assert_eq!(told.known(), None);
        let head = Head { epoch: Epoch([0xa1; 16]), seq: Seq::new(7), digest: Digest([0xb2; 32]) };
        told.write(head);
        assert_eq!(told.known(), Some(head));
        for bad in ["", "7", "x a1 b2", "7 a1a1 b2b2", "7 ää ää"] {
            std::fs::write(&told.file, bad).unwrap();
            assert_eq!(told.known(), None, "{bad}");
        }
    }
}
