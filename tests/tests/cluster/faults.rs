//! What may happen to a node or its database, begun and ended.

use std::time::Duration;

use crate::history::History;
use crate::load::Dice;
use crate::nodes::{NODES, Nodes};
use crate::postgres::Postgres;
use crate::proxy::Way;

/// See the module.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// The process stands still.
    Pause,
    /// The process ends as by `kill -9`, and another one begins later.
    Kill,
    /// Its way to the database swallows everything.
    Hole,
    /// Its connections to the database are closed, also new ones.
    Cut,
    /// Its way to the database is slow.
    Slow,
    /// The database crashes, and comes back later.
    Crash,
}

impl Fault {
    pub(crate) const ALL: [Self; 6] = [Self::Pause, Self::Hole, Self::Kill, Self::Cut, Self::Slow, Self::Crash];

    const fn name(self) -> &'static str {
        match self {
            Self::Pause => "a pause",
            Self::Kill => "a kill",
            Self::Hole => "a black hole",
            Self::Cut => "a cut",
            Self::Slow => "a slow way",
            Self::Crash => "a crash of the database",
        }
    }

    /// Happens to `node`, or to the database, for so long.
    pub(crate) fn happen(
        self,
        (nodes, node): (&Nodes, usize),
        postgres: &mut Postgres,
        history: &History,
        time: Duration,
    ) {
        let began = history.now();
        let pass = || std::thread::sleep(time);
        match self {
            Self::Pause => {
                nodes.pause(node);
                pass();
                nodes.go_on(node);
            }
            Self::Kill => {
                nodes.kill(node);
                pass();
                nodes.start(node);
            }
            Self::Hole => away(nodes, node, Way::Hole, pass),
            Self::Cut => away(nodes, node, Way::Cut, pass),
            Self::Slow => away(nodes, node, Way::Slow(Duration::from_millis(60)), pass),
            Self::Crash => {
                postgres.stop();
                pass();
                postgres.start();
            }
        }
        history.suffered(self.name(), (self != Self::Crash).then_some(node), began);
    }
}

fn away(nodes: &Nodes, node: usize, way: Way, pass: impl FnOnce()) {
    nodes.go(node, way);
    pass();
    nodes.go(node, Way::Pass);
}

/// One after the other happens, each kind as often as the others, until it is enough.
pub(crate) fn happen(nodes: &Nodes, postgres: &mut Postgres, history: &History, mut enough: impl FnMut() -> bool) {
    let mut dice = Dice::new(7);
    for fault in Fault::ALL.into_iter().cycle().take_while(|_| !enough()) {
        // Less than a lease, about one, and more.
        let time = Duration::from_millis(100 + 100 * dice.below(22) as u64);
        fault.happen((nodes, dice.below(NODES)), postgres, history, time);
        std::thread::sleep(Duration::from_millis(50 + 50 * dice.below(8) as u64));
    }
}
