//! A warm call: admission and one permission, over tokens in turn, beside the raw signature check of ring and beside the
//! design everybody builds first (check the signature, then read the token). Threads, memory, and the size of the database.
//! `TOKENWARD_BENCH_TOKENS` says how large the database gets beside the tokens that call; 1 000 by default.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ring::signature::{ED25519, KeyPair as _, UnparsedPublicKey};
use token_bench::{Installation, peak_memory, print_ratio, sizes};
use token_core::{GuardSource as _, Permission, UnixSeconds};
use token_guard::{Arrival, Guard, Presented, Warm};
use token_jwt::{KeyRing, MAX_TOKEN, UnverifiedJwt};

const READ: Permission = Permission::literal("assets:read");
/// How long threads run for one figure.
const RUN: Duration = Duration::from_millis(1_500);

fn arrival() -> Arrival {
    Arrival { now: UnixSeconds::new(token_bench::NOW).expect("a time"), peer: Some([127, 0, 0, 1].into()) }
}

/// One call of each text in turn.
struct Calls<'a> {
    guard: &'a Guard,
    presented: &'a [Presented<'a>],
    next: usize,
    cold: u64,
}

impl Calls<'_> {
    fn one(&mut self) {
        let presented = self.presented.get(self.next % self.presented.len()).expect("a text");
        self.next += 1;
        let caller = match self.guard.admit_warm(presented, arrival()) {
            Warm::Decided(admitted) => admitted,
            Warm::Cold(text) => {
                self.cold += 1;
                self.guard.admit_text(text, arrival())
            }
        };
        let caller = black_box(caller.expect("admitted"));
        caller.require(&READ).expect("allowed");
    }
}

fn main() {
    for calling in [1_000, 100_000] {
        measure(calling);
    }
    for size in sizes() {
        in_a_database_of(size);
    }
}

fn presented(texts: &[String]) -> Vec<Presented<'_>> {
    texts.iter().map(|text| Presented::Bearer(text)).collect()
}

fn measure(tokens: usize) {
    println!("\n{tokens} tokens in turn, one thread");
    let folder = tempfile::tempdir().expect("a folder");
    let installation = Installation::with(folder.path(), tokens);
    let guard = installation.guard();
    let guard = guard.as_ref();
    let presented = presented(&installation.texts);
    let before = resident();
    let mut calls = Calls { guard, presented: &presented, next: 0, cold: 0 };
    (0..tokens).for_each(|_| calls.one());
    let kept = guard.cached();
    println!(
        "  kept: {} tokens, {} texts; {} bytes of memory for each token; peak {} MB",
        kept.0,
        kept.1,
        resident().saturating_sub(before) * 1_024 / tokens as u64,
        peak_memory() / 1_024
    );
    let (first, total) = (calls.cold, calls.next);
    print_ratio("  a warm call beside one Ed25519 check of ring", ring_check(), || calls.one());
    let made = calls.next - total;
    println!("  {} of {made} calls asked the database", calls.cold - first);
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
    let mut calls = Calls { guard, presented: &presented, next: 0, cold: 0 };
    print_ratio("  check the signature and read the token, beside a warm call", || calls.one(), naive);
    if tokens == 1_000 {
        threads(guard, &presented);
    }
}

/// One check of a signature over a message as long as ours.
fn ring_check() -> impl FnMut() {
    let document = ring::signature::Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new()).expect("a key");
    let pair = ring::signature::Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("a key");
    let message = [b'a'; 290];
    let signature = pair.sign(&message);
    let public = UnparsedPublicKey::new(&ED25519, pair.public_key().as_ref().to_vec());
    move || public.verify(black_box(&message), black_box(signature.as_ref())).expect("good")
}

/// How many calls one thread and two threads make in the same time, in turns.
fn threads(guard: &Guard, presented: &[Presented<'_>]) {
    let rate = |threads: usize| {
        let (over, made) = (AtomicBool::new(false), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let (over, made) = (&over, &made);
                scope.spawn(move || {
                    let mut calls = Calls { guard, presented, next: thread * 499, cold: 0 };
                    let begun = calls.next;
                    while !over.load(Ordering::Relaxed) {
                        (0..1_000).for_each(|_| calls.one());
                    }
                    made.fetch_add((calls.next - begun) as u64, Ordering::Relaxed);
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

/// The same thousand callers in databases of many sizes.
#[expect(clippy::disallowed_methods, reason = "a benchmark times")]
fn in_a_database_of(size: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let installation = Installation::with(folder.path(), size.max(1_000));
    let texts = installation.texts.get(..1_000).expect("a thousand");
    let presented = presented(texts);
    let guard = installation.guard();
    let mut calls = Calls { guard: &guard, presented: &presented, next: 0, cold: 0 };
    (0..2_000).for_each(|_| calls.one());
    print_ratio(&format!("a warm call with {size} tokens in the database, beside ring"), ring_check(), || calls.one());
    let started = Instant::now();
    assert!(installation.guard().is_fresh(), "ready");
    println!("  a new guard over it is ready after {:.1} ms", started.elapsed().as_secs_f64() * 1_000.0);
}

/// Memory of this process now, in kilobytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
