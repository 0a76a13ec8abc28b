//! Times, sorted into buckets by threads that do not wait for each other.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts of times by how long they were.
#[derive(Debug)]
pub(super) struct Sums<const N: usize> {
    bounds: &'static [u64; N],
    counts: [AtomicU64; N],
    beyond: AtomicU64,
    nanos: AtomicU64,
}

impl<const N: usize> Sums<N> {
    /// Buckets with these upper bounds in nanoseconds, and one beyond them.
    pub(super) fn new(bounds: &'static [u64; N]) -> Self {
        let counts = core::array::from_fn(|_| AtomicU64::new(0));
        Self { bounds, counts, beyond: AtomicU64::new(0), nanos: AtomicU64::new(0) }
    }

    pub(super) fn add(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let bucket = self.bounds.iter().position(|bound| nanos <= *bound).and_then(|index| self.counts.get(index));
        bucket.unwrap_or(&self.beyond).fetch_add(1, Ordering::Relaxed);
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    /// What it is now.
    pub(super) fn read(&self) -> Counts {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let within = self.bounds.iter().zip(&self.counts).map(|(bound, count)| (*bound, load(count)));
        Counts { buckets: within.collect(), beyond: load(&self.beyond), nanos: load(&self.nanos) }
    }
}

/// What was counted until an instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Counts {
    buckets: Vec<(u64, u64)>,
    beyond: u64,
    nanos: u64,
}

impl Counts {
    /// Both together; of buckets with the same bounds.
    pub(super) fn and(mut self, other: Self) -> Self {
        for ((_, count), (_, more)) in self.buckets.iter_mut().zip(other.buckets) {
            *count += more;
        }
        Self { buckets: self.buckets, beyond: self.beyond + other.beyond, nanos: self.nanos + other.nanos }
    }

    /// How many times.
    pub(super) fn count(&self) -> u64 {
        self.buckets.iter().map(|(_, count)| count).sum::<u64>() + self.beyond
    }

    /// How long together.
    pub(super) fn seconds(&self) -> f64 {
        Duration::from_nanos(self.nanos).as_secs_f64()
    }

    /// How many of each bucket alone, by its upper bound in seconds.
    pub(super) fn buckets(&self) -> Vec<(f64, u64)> {
        let within = self.buckets.iter().map(|(bound, count)| (Duration::from_nanos(*bound).as_secs_f64(), *count));
        within.chain([(f64::INFINITY, self.beyond)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket_and_nothing_is_left_out() {
        let sums = Sums::new(&[1_000, 2_000]);
        for nanos in [0, 1_000, 1_001, 2_000, 2_001, 5_000] {
            sums.add(Duration::from_nanos(nanos));
        }
        let counts = sums.read();
        assert_eq!(counts.buckets(), [(0.000_001, 2), (0.000_002, 2), (f64::INFINITY, 2)]);
        assert_eq!((counts.count(), counts.seconds()), (6, 0.000_011_002));
        let twice = counts.clone().and(counts);
        assert_eq!((twice.count(), twice.buckets()[0]), (12, (0.000_001, 4)));
    }
}
