//! Where the server speaks to whoever started it. Nobody has to listen: a pipe that is full or closed, or a disk that
//! is, loses lines and stops no call.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tracing_subscriber::fmt::MakeWriter;

/// What a pipe takes without waiting when it says that it takes something (`PIPE_BUF`).
const AT_ONCE: usize = 4_096;

/// Lines that nobody took.
static LOST: AtomicU64 = AtomicU64::new(0);

/// Standard error, as the log writes to it: a line at a time, never waiting, never failing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outlet;

impl<'a> MakeWriter<'a> for Outlet {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        *self
    }
}

impl Write for Outlet {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if !offer(&mut io::stderr().lock(), line) {
            LOST.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How many lines were lost since the start, if somebody listens who could be told.
pub(super) fn lost() -> Option<u64> {
    takes(&io::stderr()).then(|| LOST.load(Ordering::Relaxed))
}

/// Writes what is taken at once; false if that was not all.
pub(crate) fn offer(out: &mut (impl Write + AsFd), text: &[u8]) -> bool {
    text.chunks(AT_ONCE).all(|part| takes(out) && out.write_all(part).and_then(|()| out.flush()).is_ok())
}

fn takes(out: &impl AsFd) -> bool {
    let mut asked = [PollFd::new(out, PollFlags::OUT)];
    poll(&mut asked, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|ready| 0 < ready)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read as _;

    use super::*;

    #[test]
    fn atk_d16_a_pipe_that_nobody_reads_takes_what_it_has_room_for_and_nobody_waits() {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut writer = File::from(std::os::fd::OwnedFd::from(writer));
        let line = [b'x'; 1_000];
        let taken = (0..1_000).filter(|_| offer(&mut writer, &line)).count();
        assert!(10 < taken && taken < 1_000, "{taken}");
        assert!(!offer(&mut writer, &vec![b'y'; 100_000]), "nor does it wait in the middle of a line");
        let mut first = [0; 8_192];
        reader.read_exact(&mut first).unwrap();
        assert!(offer(&mut writer, &line), "and goes on when somebody reads");
        drop(reader);
        assert!(!offer(&mut writer, &line), "closed");
    }
}
