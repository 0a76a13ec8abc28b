//! Following the log: what a guard must be told to be right, and how the nodes of a cluster know of each other.

use core::fmt;
use core::time::Duration;

use crate::{AsOf, CredentialId, Head, KeySet, Randomness, RandomnessFailed, Role, Seq, StoreError, StoredToken};
use crate::{RouteRules, TokenId, Touches};

/// An instant of a clock that nobody sets and that counts time spent suspended (`CLOCK_BOOTTIME`), in nanoseconds.
/// Instants of different machines have nothing to do with each other.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Boot(u64);

impl Boot {
    /// Before every other instant.
    pub const ZERO: Self = Self(0);

    /// The instant so many nanoseconds after the clock began.
    #[must_use]
    pub const fn new(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the clock began.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The instant `duration` later; the last one there is, beyond it.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)))
    }

    /// How much later this is than `earlier`; nothing if it is not.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// The clock of [`Boot`].
pub trait BootClock: Send + Sync {
    /// The instant now.
    fn now(&self) -> Boot;
}

/// One guard that follows the log, from its start to its end: 128 random bits.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct NodeId(pub [u8; 16]);

impl NodeId {
    /// A node that starts now.
    ///
    /// # Errors
    ///
    /// [`RandomnessFailed`].
    pub fn new(randomness: &dyn Randomness) -> Result<Self, RandomnessFailed> {
        let mut bytes = [0; 16];
        randomness.fill(&mut bytes)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeId({self})")
    }
}

/// The registration of one node, as the cluster sees it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct NodeLease {
    /// Which node.
    pub node: NodeId,
    /// It has applied every event up to this one.
    pub applied: Seq,
    /// Counts its renewals: a row with another count was renewed in between.
    pub renewals: u64,
}

/// What a renewal of a lease found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Renewal {
    /// The node was registered.
    Kept,
    /// The node was not registered any more, and is now: whatever it believed of its freshness is void.
    Registered,
}

/// How a log goes on behind an event that somebody knows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Continuity {
    /// The event is there, as it was.
    Unbroken,
    /// This is another life of the log: an operator accepted a restore.
    OtherEpoch,
    /// The event is missing, or another one: the database has gone back, or is not the one it was.
    GoneBack,
}

/// Policy and keys, which every call needs, and what calls of other programs need.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rules {
    /// All roles.
    pub roles: Vec<Role>,
    /// All public keys, and what tokens say of their origin.
    pub keys: KeySet,
    /// What gateways ask for; none for guards in other processes, which no gateway asks.
    pub routes: RouteRules,
}

/// What has happened since an event, as of one instant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CaughtUp {
    /// How far the log had come.
    pub head: Head,
    /// Whether it goes on behind the event that was known.
    pub continuity: Continuity,
    /// What guards must forget.
    pub touches: Touches,
    /// Policy and keys as of `head`, where one of them was touched.
    pub rules: Option<Rules>,
}

/// One follower's way to the log, e.g. a connection of its own.
pub trait Link: Send {
    /// Commits that the node lives and has applied `applied`. Returns after the commit.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; then it may or may not have been renewed.
    fn renew(&mut self, node: NodeId, applied: Seq) -> Result<Renewal, StoreError>;
    /// What has happened since `known`, in a snapshot that begins after the call did.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn catch_up(&mut self, known: &Head) -> Result<CaughtUp, StoreError>;
    /// Takes the registration away: the node answers nothing any more.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn leave(&mut self, node: NodeId) -> Result<(), StoreError>;
}

/// Tells a follower to look, as soon as there may be something. May be late, may be lost: looking now and then is what
/// counts.
pub trait WakeUps: Send {
    /// Waits for the next sign, at most so long; whether there was one.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; then a new one must be asked for.
    fn wait(&mut self, most: Duration) -> Result<bool, StoreError>;
}

/// The store as a guard sees it. A guard reads nothing else.
pub trait GuardSource: Send + Sync {
    /// Policy and keys now.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as for everything here.
    fn rules(&self) -> Result<AsOf<Rules>, StoreError>;
    /// A token; `None` for an unknown or deleted one, which stays so for ever.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn token(&self, id: TokenId) -> Result<AsOf<Option<StoredToken>>, StoreError>;
    /// Tells that a text of a token was admitted, so that older texts which wait for that end. Committed when this
    /// returns, with the event it says; telling it again changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; then it was not told.
    fn tell_first_use(&self, token: TokenId, used: CredentialId) -> Result<Seq, StoreError>;
    /// A new way to the log.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn link(&self) -> Result<Box<dyn Link>, StoreError>;
}

/// The registrations of all nodes, as whoever changed something sees them.
pub trait Cluster: Send + Sync {
    /// All nodes that are registered, in a snapshot that begins after the call did.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn nodes(&self) -> Result<Vec<NodeLease>, StoreError>;
    /// Takes away registrations that were not renewed since they were read.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn remove(&self, dead: &[NodeLease]) -> Result<(), StoreError>;
}

/// The log as it is served to guards in other processes, which are nodes like others: whoever changes something waits for
/// them, too.
pub trait RemoteNodes: GuardSource {
    /// Commits that a node lives and has applied `applied`. Returns after the commit.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; then it may or may not have been renewed.
    fn renew(&self, node: NodeId, applied: Seq) -> Result<Renewal, StoreError>;
    /// What has happened since `known`, in a snapshot that begins after the call did.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn since(&self, known: &Head) -> Result<CaughtUp, StoreError>;
    /// Takes the registration of a node away.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn leave(&self, node: NodeId) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_neither_wrap_nor_run_backwards() {
        let instant = Boot::new(5);
        assert_eq!(instant.after(Duration::from_nanos(7)), Boot::new(12));
        assert_eq!(Boot::new(u64::MAX).after(Duration::MAX), Boot::new(u64::MAX));
        assert_eq!(instant.since(Boot::new(7)), Duration::ZERO);
        assert_eq!(Boot::new(7).since(instant), Duration::from_nanos(2));
    }
}
