//! A warm call: admission and one permission, over tokens in turn, beside the raw signature check of ring and beside the
//! design everybody builds first (check the signature, then read the token). Threads, and memory. What the size of the
//! database has to do with it is measured by `large`.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use token_bench::{Calls, Installation, peak_memory, print_ratio, ring_check};
use token_core::GuardSource as _;
use token_guard::{Guard, Presented};
use token_jwt::{KeyRing, MAX_TOKEN, UnverifiedJwt};

/// How long threads run for one figure.
const RUN: Duration = Duration::from_millis(1_500);

fn main() {
    for calling in [1_000, 100_000] {
        measure(calling);
    }
}

fn measure(tokens: usize) {
    println!("\n{tokens} tokens in turn, one thread");
    let folder = tempfile::tempdir().expect("a folder");
    let installation = Installation::with(folder.path(), tokens);
    let guard = installation.guard();
    let guard = guard.as_ref();
    let presented = installation.presented();
    let before = resident();
    let mut calls = Calls::new(guard, &presented);
    (0..tokens).for_each(|_| calls.one());
    let kept = guard.cached();
    println!(
        "  kept: {} tokens, {} texts; {} bytes of memory for each token; peak {} MB",
        kept.0,
        kept.1,
        resident().saturating_sub(before) * 1_024 / tokens as u64,
        peak_memory() / 1_024
    );
    let (first, total) = (calls.cold(), calls.made());
    print_ratio("  a warm call beside one Ed25519 check of ring", ring_check(), || calls.one());
    let made = calls.made() - total;
    println!("  {} of {made} calls asked the database", calls.cold() - first);
    // The same work as the guard did before it kept anything: the whole text, and one read of the token.
    let source = &installation.product.store;
    let keys = source.rules().expect("keys").value.keys;
    let ring = KeyRing::new(&keys.keys, keys.identity.as_ref()).expect("a ring");
    let mut next = 0;
    let naive = || {
        let text = installation.texts.get(next % tokens).expect("a text");
        next += 1;
        let claims = ring.verify(&UnverifiedJwt::parse(text, MAX_TOKEN).expect("a text")).expect("good");
        black_box(source.token(claims.sub()).expect("a token").value.expect("there"));
    };
    let mut calls = Calls::new(guard, &presented);
    print_ratio("  check the signature and read the token, beside a warm call", || calls.one(), naive);
    if tokens == 1_000 {
        threads(guard, &presented);
    }
}

/// How many calls one thread and two threads make in the same time, in turns.
fn threads(guard: &Guard, presented: &[Presented<'_>]) {
    let rate = |threads: usize| {
        let (over, made) = (AtomicBool::new(false), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let (over, made) = (&over, &made);
                scope.spawn(move || {
                    let mut calls = Calls::from(guard, presented, thread * 499);
                    let begun = calls.made();
                    while !over.load(Ordering::Relaxed) {
                        (0..1_000).for_each(|_| calls.one());
                    }
                    made.fetch_add((calls.made() - begun) as u64, Ordering::Relaxed);
                });
            }
            std::thread::sleep(RUN);
            over.store(true, Ordering::Relaxed);
        });
        made.load(Ordering::Relaxed)
    };
    let mut ratios: Vec<f64> = (0..5).map(|_| ratio(rate(1), rate(2))).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    println!(
        "  two threads beside one: {:.2} times the calls (median of 5)",
        ratios.get(2).copied().unwrap_or(f64::NAN)
    );
}

#[expect(clippy::cast_precision_loss, reason = "a ratio")]
fn ratio(one: u64, two: u64) -> f64 {
    two as f64 / one.max(1) as f64
}

/// Memory of this process now, in kilobytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
