//! A bar chart as SVG, drawn here: no script, no style in the page, and its numbers as a table for whoever cannot see it.

use token_core::UnixSeconds;

use crate::moment;

const DAY: i64 = 86_400;
const WIDTH: u64 = 20;
const HEIGHT: u64 = 96;

/// One bar.
pub(crate) struct Bar {
    pub(crate) x: u64,
    pub(crate) y: u64,
    pub(crate) height: u64,
    pub(crate) day: String,
    /// Without its year.
    pub(crate) short: String,
    pub(crate) count: u64,
    /// Every seventh day is named below its bar.
    pub(crate) named: bool,
}

/// Numbers by day.
pub(crate) struct Chart {
    pub(crate) bars: Vec<Bar>,
    pub(crate) width: u64,
    pub(crate) none: bool,
}

impl Chart {
    /// From the numbers of each day, the first of which begins at `at`.
    pub(crate) fn of(days: &[u64], at: UnixSeconds) -> Self {
        let most = days.iter().copied().max().unwrap_or(0);
        let mut bars = Vec::with_capacity(days.len());
        let (mut x, mut begin) = (0, at.get());
        for (number, count) in days.iter().enumerate() {
            // A bar for one is seen beside a bar for a million.
            let height = if *count == 0 { 0 } else { (HEIGHT.saturating_mul(*count) / most.max(1)).max(2) };
            let day = UnixSeconds::new(begin).map(moment::date).unwrap_or_default();
            let short = day.rsplit_once(' ').map(|(short, _)| short.to_owned()).unwrap_or_default();
            bars.push(Bar { x, y: HEIGHT - height, height, day, short, count: *count, named: number % 7 == 0 });
            x += WIDTH;
            begin = begin.saturating_add(DAY);
        }
        Self { bars, width: x, none: most == 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_in_proportion_and_small_ones_are_seen() {
        let chart = Chart::of(&[0, 1, 1_000_000, 500_000], UnixSeconds::new(1_900_000_000).unwrap());
        let heights: Vec<u64> = chart.bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [0, 2, 96, 48]);
        assert_eq!(chart.bars[2].y, 0);
        assert_eq!(chart.bars[1].day, "18 Mar 2030");
        assert!(!chart.none && Chart::of(&[0, 0], UnixSeconds::new(0).unwrap()).none);
    }
}
