//! Waiting until a change is in force on every node. One thread watches for all who wait, so that waiting holds neither
//! a thread nor a connection; and every wait ends.

use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Duration;

use token_core::{Boot, BootClock, Cluster, NodeId, NodeLease, Seq};

use crate::deadline::Watched;
use crate::stops::stop;
use crate::waiter::{Effective, Silent, Waiter};

/// Between two looks at the registrations while somebody waits: the first, and the longest.
const LOOKS: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(20));

/// A node that runs in this process: it needs no registration to be asked.
#[derive(Clone)]
pub struct OwnNode {
    /// Its registration, which is not waited for.
    pub node: NodeId,
    /// How far it has applied the log.
    pub applied: Arc<dyn Fn() -> Seq + Send + Sync>,
}

impl core::fmt::Debug for OwnNode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("OwnNode").field("node", &self.node).finish_non_exhaustive()
    }
}

/// See the module.
pub struct Everywhere {
    shared: Arc<Shared>,
}

struct Shared {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    boot: Arc<dyn BootClock>,
    lease: Duration,
    own: Option<OwnNode>,
}

#[derive(Default)]
struct Waiting {
    list: Vec<One>,
    ended: bool,
}

struct One {
    waiter: Waiter,
    tell: Box<dyn FnOnce(Effective) + Send>,
}

impl Everywhere {
    /// Watches the nodes of a cluster that go by this lease, on behalf of the node in this process, if there is one.
    ///
    /// # Errors
    ///
    /// When there is no thread to be had.
    pub fn begin(
        cluster: Arc<dyn Cluster>,
        boot: Arc<dyn BootClock>,
        lease: Duration,
        own: Option<OwnNode>,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { waiting: Mutex::default(), arrived: Condvar::new(), boot, lease, own });
        let watched = Arc::downgrade(&shared);
        std::thread::Builder::new().name("everywhere".to_owned()).spawn(move || watch(&watched, &cluster))?;
        Ok(Self { shared })
    }

    /// Calls `tell` when everything up to `seq` is in force on every node: within a lease and a tenth, whatever nodes and
    /// database do, from the instant `began` on. The commit of `seq` has returned before that.
    pub fn tell(&self, seq: Seq, began: Boot, tell: impl FnOnce(Effective) + Send + 'static) {
        let waiter = Waiter::new(seq, began, self.shared.silence());
        self.shared.lock().list.push(One { waiter, tell: Box::new(tell) });
        self.shared.arrived.notify_one();
    }

    /// The same for those who have nothing else to do meanwhile.
    #[must_use]
    pub fn wait(&self, seq: Seq) -> Option<Effective> {
        let (tell, told) = std::sync::mpsc::channel();
        self.tell(seq, self.now(), move |effective| {
            let _ = tell.send(effective);
        });
        told.recv().ok()
    }

    /// The instant now, for [`Everywhere::tell`].
    #[must_use]
    pub fn now(&self) -> Boot {
        self.shared.boot.now()
    }

    /// What every node goes by.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.shared.lease
    }
}

impl Drop for Everywhere {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.arrived.notify_all();
    }
}

impl core::fmt::Debug for Everywhere {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Everywhere").field("lease", &self.shared.lease).finish_non_exhaustive()
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long somebody silent may go by what it has read.
    fn silence(&self) -> Duration {
        stop!("everywhere.lease", |_| Duration::ZERO);
        self.lease
    }

    /// Waits for somebody to wait, or for the death of somebody silent; false at the end.
    fn idle(&self, silent: &[Silent]) -> bool {
        let idle = |waiting: &mut Waiting| waiting.list.is_empty() && !waiting.ended;
        let waiting = match silent.iter().map(|silent| silent.dead).min() {
            None => self.arrived.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner),
            Some(dead) => {
                let most = dead.since(self.boot.now());
                let waited = self.arrived.wait_timeout_while(self.lock(), most, idle);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        !waiting.ended
    }

    /// Lets everybody look who came before the registrations were read; gives those nodes that let somebody wait to the
    /// end.
    fn look(&self, came: usize, registered: Option<&[NodeLease]>) -> Vec<Silent> {
        let now = self.boot.now();
        let own_applied = self.own.as_ref().map(|own| (own.applied)());
        let mut done = Vec::new();
        let mut silent = Vec::new();
        {
            let mut waiting = self.lock();
            let list = std::mem::take(&mut waiting.list);
            for (position, mut one) in list.into_iter().enumerate() {
                let rows = registered.filter(|_| position < came);
                match one.waiter.look(rows, own_applied, now) {
                    Some(effective) => {
                        silent.extend(one.waiter.silent());
                        done.push((one.tell, effective));
                    }
                    None => waiting.list.push(one),
                }
            }
        }
        let here = usize::from(self.own.is_some());
        for (tell, effective) in done {
            tell(Effective { nodes: effective.nodes + here, ..effective });
        }
        silent
    }
}

fn watch(shared: &Weak<Shared>, cluster: &Arc<dyn Cluster>) {
    let source = Arc::clone(cluster);
    let mut link = Watched::new(Arc::new(move || Ok(Arc::clone(&source))));
    let mut pause = LOOKS.0;
    let mut silent: Vec<Silent> = Vec::new();
    while let Some(shared) = shared.upgrade() {
        if shared.lock().list.is_empty() {
            pause = LOOKS.0;
        }
        if !shared.idle(&silent) {
            return;
        }
        let now = shared.boot.now();
        let dead: Vec<NodeLease> =
            silent.extract_if(.., |silent| silent.dead <= now).map(|silent| silent.registered).collect();
        if !dead.is_empty() {
            // They register anew when they come back.
            let _ = link.run(shared.lease / 4, move |cluster: &mut Arc<dyn Cluster>| cluster.remove(&dead));
        }
        let came = shared.lock().list.len();
        if came == 0 {
            continue;
        }
        let own = shared.own.as_ref().map(|own| own.node);
        let read = link.run(shared.lease / 4, |cluster: &mut Arc<dyn Cluster>| cluster.nodes());
        let others: Option<Vec<NodeLease>> =
            read.ok().map(|rows| rows.into_iter().filter(|row| Some(row.node) != own).collect());
        for one in shared.look(came, others.as_deref()) {
            if !silent.iter().any(|other| other.registered == one.registered) {
                silent.push(one);
            }
        }
        if !shared.lock().list.is_empty() {
            std::thread::sleep(pause);
            pause = (pause * 2).min(LOOKS.1);
        }
    }
}

#[cfg(test)]
mod tests;
