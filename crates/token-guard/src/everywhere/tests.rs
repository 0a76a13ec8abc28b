use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use token_core::StoreError;

use super::*;
use crate::waiter::bound;

const LEASE: Duration = Duration::from_secs(1);
/// Just before a wait for somebody silent ends.
const ALMOST: Duration = Duration::from_millis(1_099);
const LONG: Duration = Duration::from_secs(30);

/// A clock that tests set.
#[derive(Default)]
struct Hand(AtomicU64);

impl Hand {
    fn set(&self, since_start: Duration) {
        self.0.store(u64::try_from(since_start.as_nanos()).unwrap(), Ordering::SeqCst);
    }
}

impl BootClock for Hand {
    fn now(&self) -> Boot {
        Boot::new(self.0.load(Ordering::SeqCst))
    }
}

/// Registrations that tests set; none can be read at first. Tells of every reading, and of what was taken away.
struct Nodes {
    registered: Mutex<Option<Vec<NodeLease>>>,
    read: Mutex<Sender<()>>,
    removed: Mutex<Vec<NodeLease>>,
}

impl Cluster for Nodes {
    fn nodes(&self) -> Result<Vec<NodeLease>, StoreError> {
        let registered = self.registered.lock().unwrap().clone();
        let _ = self.read.lock().unwrap().send(());
        registered.ok_or(StoreError::Busy)
    }

    fn remove(&self, dead: &[NodeLease]) -> Result<(), StoreError> {
        self.removed.lock().unwrap().extend(dead);
        Ok(())
    }
}

struct World {
    everywhere: Everywhere,
    clock: Arc<Hand>,
    nodes: Arc<Nodes>,
    read: Receiver<()>,
}

impl World {
    fn new() -> Self {
        let (tell, read) = channel();
        let clock = Arc::new(Hand::default());
        let nodes = Nodes { registered: Mutex::default(), read: Mutex::new(tell), removed: Mutex::default() };
        let nodes = Arc::new(nodes);
        let boot = Arc::clone(&clock) as Arc<dyn BootClock>;
        let everywhere = Everywhere::begin(Arc::clone(&nodes) as Arc<dyn Cluster>, boot, LEASE, None).unwrap();
        Self { everywhere, clock, nodes, read }
    }

    fn tell(&self, seq: u64) -> Receiver<Effective> {
        let (tell, told) = channel();
        self.everywhere.tell(Seq::new(seq), self.everywhere.now(), move |effective| {
            let _ = tell.send(effective);
        });
        told
    }

    /// Two whole looks from now on.
    fn looked(&self) {
        while self.read.try_recv().is_ok() {}
        for _ in 0..3 {
            self.read.recv_timeout(LONG).unwrap();
        }
    }

    fn removed(&self) -> Vec<NodeLease> {
        self.nodes.removed.lock().unwrap().clone()
    }
}

#[test]
fn x01_a_silent_node_is_taken_off_when_it_has_lost_its_freshness_and_not_with_the_answer() {
    let silent = NodeLease { node: NodeId([1; 16]), applied: Seq::new(4), renewals: 7 };
    let (world, bound) = (World::new(), bound(LEASE));
    let told = world.tell(5);
    world.looked();
    assert!(told.try_recv().is_err(), "nobody could be asked");

    // The registrations can be read at last, by when the node may just have renewed its own.
    world.clock.set(ALMOST);
    *world.nodes.registered.lock().unwrap() = Some(vec![silent]);
    world.looked();
    assert!(told.try_recv().is_err(), "somebody is silent");
    world.clock.set(bound);
    assert_eq!(told.recv_timeout(LONG).unwrap().nodes, 1, "every wait ends");

    let known = world.tell(4);
    assert!(known.recv_timeout(LONG).is_ok());
    assert_eq!(world.removed(), [], "it may still be fresh");
    world.clock.set(bound * 2);
    assert!(world.tell(4).recv_timeout(LONG).is_ok());
    assert_eq!(world.removed(), [silent]);
}

#[test]
fn p24_every_wait_ends_where_no_registration_can_be_read() {
    let world = World::new();
    let told = world.tell(5);
    world.looked();
    world.clock.set(ALMOST);
    world.looked();
    assert!(told.try_recv().is_err());
    world.clock.set(bound(LEASE));
    assert_eq!(told.recv_timeout(LONG).unwrap().waited, bound(LEASE));
}
