//! Load over many connections, on several contenders in short turns, and what a request costs each of them.

use core::ops::Range;
use std::net::SocketAddr;
use std::time::Instant;

use crate::connection::Answer;
use crate::{Connection, ServerProcess};

/// Connections of the client.
const CONNECTIONS: usize = 32;
/// Requests of one turn.
const TURN: usize = 3_200;
/// Requests before each turn that do not count, at the least.
const LEAD: usize = 640;
/// Turns of each contender.
const TURNS: usize = 101;

/// Requests that are sent in turn, as many at once as there are connections.
#[derive(Debug)]
pub struct Load {
    connections: Vec<Connection>,
    requests: Vec<Vec<u8>>,
    is_good: fn(&Answer) -> bool,
    next: usize,
}

impl Load {
    /// Connects, and sends each request once, before anything counts.
    ///
    /// # Panics
    ///
    /// When an answer is no good one.
    #[must_use]
    pub fn new(address: SocketAddr, requests: Vec<Vec<u8>>, is_good: fn(&Answer) -> bool) -> Self {
        let connections = (0..CONNECTIONS).map(|_| Connection::open(address)).collect();
        let mut load = Self { connections, requests, is_good, next: 0 };
        load.call(load.requests.len().max(TURN).next_multiple_of(CONNECTIONS));
        load
    }

    /// How many requests were sent.
    #[must_use]
    pub fn sent(&self) -> usize {
        self.next
    }

    /// Sends so many requests, on half of the connections while the others are answered: a server that always has some
    /// before it does not fall asleep, and wakes nobody who waits for one answer after the other.
    fn call(&mut self, requests: usize) {
        let (one, other) = (0..CONNECTIONS / 2, CONNECTIONS / 2..CONNECTIONS);
        self.send(one.clone());
        for _ in 1..requests / CONNECTIONS {
            self.send(other.clone());
            self.receive(one.clone());
            self.send(one.clone());
            self.receive(other.clone());
        }
        self.send(other.clone());
        self.receive(one);
        self.receive(other);
    }

    #[expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
    fn send(&mut self, connections: Range<usize>) {
        for connection in self.connections.get_mut(connections).expect("connections") {
            let request = self.requests.get(self.next % self.requests.len()).expect("a request");
            self.next += 1;
            connection.send(request);
        }
    }

    /// The last first: a server with one worker has answered the others when that is there.
    #[expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]
    fn receive(&mut self, connections: Range<usize>) {
        for connection in self.connections.get_mut(connections).expect("connections").iter_mut().rev() {
            let answer = connection.receive();
            assert!((self.is_good)(&answer), "{answer:?}");
        }
    }
}

/// One of those that are compared.
#[derive(Debug)]
pub struct Contender<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What it is asked.
    pub load: Load,
    /// Whose CPU counts.
    pub process: &'a ServerProcess,
}

/// What one turn cost.
#[derive(Clone, Copy)]
struct Cost {
    /// Microseconds of CPU for a request.
    cpu: f64,
    /// Microseconds for a request.
    time: f64,
}

/// Prints what a request costs each of them, beside the first: medians of many short turns, each divided by that of the
/// first in the same round, so that a busy machine slows all alike.
///
/// # Panics
///
/// When a server ends or an answer is no good one.
pub fn compare(contenders: &mut [Contender<'_>]) {
    let rounds: Vec<Vec<Cost>> = (0..TURNS).map(|_| contenders.iter_mut().map(turn).collect()).collect();
    for (place, contender) in contenders.iter().enumerate() {
        let of = |figure: fn(Cost, Cost) -> f64| {
            let mut all: Vec<f64> =
                rounds.iter().filter_map(|round| Some(figure(*round.get(place)?, *round.first()?))).collect();
            all.sort_unstable_by(f64::total_cmp);
            [25, 50, 75].map(|part| all.get(all.len() * part / 100).copied().unwrap_or(f64::NAN))
        };
        let [_, cpu, _] = of(|it, _| it.cpu);
        let [_, rate, _] = of(|it, _| 1_000_000.0 / it.time);
        let [from, of_first, to] = of(|it, first| it.cpu / first.cpu);
        let [slow, rate_of_first, fast] = of(|it, first| first.time / it.time);
        println!(
            "  {:<10} {cpu:>6.2} us of CPU, {of_first:.3} times ({from:.3} to {to:.3})   {rate:>8.0} a second, \
             {rate_of_first:.3} times ({slow:.3} to {fast:.3})",
            contender.name
        );
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark times")]
#[expect(clippy::cast_precision_loss, reason = "figures")]
fn turn(contender: &mut Contender<'_>) -> Cost {
    // What the one before left behind is not its fault: where a turn can ask for all, all were asked for before.
    let all = Some(contender.load.requests.len()).filter(|all| (LEAD..=TURN).contains(all)).unwrap_or(LEAD);
    contender.load.call(all.next_multiple_of(CONNECTIONS));
    let (begun, start) = (contender.process.cpu(), Instant::now());
    contender.load.call(TURN);
    let (took, used) = (start.elapsed(), contender.process.cpu().saturating_sub(begun));
    let each = |all: std::time::Duration| all.as_secs_f64() * 1_000_000.0 / TURN as f64;
    Cost { cpu: each(used), time: each(took) }
}
