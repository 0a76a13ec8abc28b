//! Randomness that is drawn ahead, for what must be unlike everything else and is no secret: the operating system is not
//! asked for every request.

use std::cell::RefCell;

use token_core::{Randomness, RandomnessFailed};

/// How many bytes a thread draws at once: enough for some dozens of ids.
const AHEAD: usize = 512;

thread_local! {
    static DRAWN: RefCell<Drawn> = const { RefCell::new(Drawn { bytes: [0; AHEAD], left: 0 }) };
}

/// Gives out what the thread has drawn, each byte once, and draws more from the source where that does not do. Whoever names
/// another source may be given what was drawn from the first: a server has one.
pub(crate) struct Ahead<'a>(pub(crate) &'a dyn Randomness);

struct Drawn {
    bytes: [u8; AHEAD],
    /// So many at the end were not given out yet.
    left: usize,
}

impl Randomness for Ahead<'_> {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        DRAWN.with_borrow_mut(|drawn| drawn.take(self.0, bytes))
    }
}

impl Drawn {
    fn take(&mut self, source: &dyn Randomness, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
        if self.left < bytes.len() {
            self.left = 0;
            source.fill(&mut self.bytes)?;
            self.left = AHEAD;
        }
        let begin = AHEAD - self.left;
        // More than is drawn at once is not to be had here.
        let drawn = self.bytes.get(begin..begin + bytes.len()).ok_or(RandomnessFailed)?;
        bytes.copy_from_slice(drawn);
        self.left -= bytes.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Numbers its fillings, and fails with the third.
    struct Numbered(AtomicUsize);

    impl Randomness for Numbered {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
            let number = self.0.fetch_add(1, Ordering::Relaxed);
            let all = (0..=u8::MAX).cycle().skip(number);
            bytes.iter_mut().zip(all).for_each(|(byte, value)| *byte = value);
            if number == 2 { Err(RandomnessFailed) } else { Ok(()) }
        }
    }

    #[test]
    fn every_byte_is_given_out_once_and_none_of_a_filling_that_failed() {
        let source = Numbered(AtomicUsize::new(0));
        let take = |length: usize| {
            let mut bytes = vec![0; length];
            Ahead(&source).fill(&mut bytes).map(|()| bytes)
        };
        assert_eq!(take(3).unwrap(), [0, 1, 2]);
        assert_eq!(take(2).unwrap(), [3, 4]);
        assert_eq!(take(500).unwrap().last(), Some(&248));
        assert_eq!(source.0.load(Ordering::Relaxed), 1);
        assert_eq!(take(10).unwrap()[..2], [1, 2], "seven were left, which are not enough");
        assert!(take(AHEAD).is_err(), "the third filling fails");
        assert_eq!(take(2).unwrap(), [3, 4], "of the fourth");
        assert!(take(AHEAD + 1).is_err());
    }
}
