//! Benchmarks: ratios side by side in one run. Nothing here asserts a time.

mod calls;
mod connection;
mod counted;
mod crowd;
mod installation;
mod load;
mod population;
mod process;
mod server;
mod spread;

use std::time::{Duration, Instant};

pub use calls::{Calls, ring_check};
pub use connection::{Answer, Connection};
pub use counted::Counted;
pub use crowd::add_crowd;
pub use installation::Installation;
pub use load::{Contender, Load, compare};
pub use population::{NOW, import, kinds, peak_memory, sizes};
pub use process::{ServerProcess, asked_to_serve, serve_until_asked};
pub use server::serve;
pub use spread::Spread;

/// How often two things are timed one after the other.
const PAIRS: usize = 201;
/// How long one of them is timed, about.
const TURN: Duration = Duration::from_millis(5);

/// Prints how many times as long one call of `it` takes as one of `beside`: the median of many pairs, timed in turns, so
/// that a busy machine slows both alike. A turn of each lasts about as long, however far apart they are.
pub fn print_ratio(what: &str, mut beside: impl FnMut(), mut it: impl FnMut()) {
    let (of_beside, of_it) = (calls_per_turn(&mut beside).max(1), calls_per_turn(&mut it).max(1));
    let mut ratios: Vec<f64> = (0..PAIRS)
        .map(|_| {
            let base = timed(of_beside, &mut beside).as_secs_f64() / f64::from(of_beside);
            timed(of_it, &mut it).as_secs_f64() / f64::from(of_it) / base.max(f64::MIN_POSITIVE)
        })
        .collect();
    ratios.sort_unstable_by(f64::total_cmp);
    let at = |part: usize| ratios.get(ratios.len() * part / 100).copied().unwrap_or(f64::NAN);
    println!("{what}: {:.4} times (middle half {:.4} to {:.4}, {PAIRS} pairs)", at(50), at(25), at(75));
}

fn calls_per_turn(work: &mut impl FnMut()) -> u32 {
    let one = timed(16, work) / 16;
    u32::try_from(TURN.as_nanos() / one.as_nanos().max(1)).unwrap_or(u32::MAX)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark times")]
fn timed(calls: u32, work: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        work();
    }
    start.elapsed()
}
