//! How long something took, many times.

use std::time::Instant;

/// How often each question is asked.
const TIMES: usize = 200;

/// Times in milliseconds, shortest first.
#[derive(Clone, Debug)]
pub struct Spread(Vec<f64>);

impl Spread {
    /// Times `work`, 200 times.
    #[expect(clippy::disallowed_methods, reason = "a benchmark times")]
    pub fn of(mut work: impl FnMut()) -> Self {
        let mut times: Vec<f64> = (0..TIMES)
            .map(|_| {
                let start = Instant::now();
                work();
                start.elapsed().as_secs_f64() * 1_000.0
            })
            .collect();
        times.sort_unstable_by(f64::total_cmp);
        Self(times)
    }

    /// What this percentage took at most.
    #[must_use]
    pub fn at(&self, percent: usize) -> f64 {
        self.0.get(self.0.len() * percent / 100).copied().unwrap_or(f64::NAN)
    }

    /// Prints median and 99th percentile.
    pub fn print(&self, what: &str) {
        println!("  {what:<60} p50 {:>7.2} ms   p99 {:>7.2} ms", self.at(50), self.at(99));
    }
}
