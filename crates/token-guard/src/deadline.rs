//! Work in a thread of its own that is given up when it takes too long: a connection to a machine that says nothing any
//! more may never answer.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use token_core::StoreError;

type Job<L> = Box<dyn FnOnce(Result<&mut L, StoreError>) + Send>;
type Open<L> = dyn Fn() -> Result<L, StoreError> + Send + Sync;

/// Something that works in a thread of its own, opened when it is needed and given up when it fails or is late.
pub(crate) struct Watched<L> {
    open: Arc<Open<L>>,
    jobs: Option<Sender<Job<L>>>,
}

impl<L: 'static> Watched<L> {
    pub(crate) fn new(open: Arc<Open<L>>) -> Self {
        Self { open, jobs: None }
    }

    /// Does `work`, or gives it up after `deadline`. After any failure the next work begins with a new one.
    pub(crate) fn run<T: Send + 'static>(
        &mut self,
        deadline: Duration,
        work: impl FnOnce(&mut L) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, told) = channel();
        let job: Job<L> = Box::new(move |thing| drop(tell.send(thing.and_then(work))));
        let sent = match &self.jobs {
            Some(jobs) => jobs.send(job).map_err(|unsent| unsent.0),
            None => Err(job),
        };
        let begun = match sent {
            Ok(()) => Ok(()),
            Err(job) => self.begin(job),
        };
        let done = begun.and_then(|()| told.recv_timeout(deadline).unwrap_or_else(|_| Err(late())));
        if done.is_err() {
            self.jobs = None;
        }
        done
    }

    fn begin(&mut self, first: Job<L>) -> Result<(), StoreError> {
        let (jobs, taken): (Sender<Job<L>>, Receiver<Job<L>>) = channel();
        let open = Arc::clone(&self.open);
        let work = move || {
            let mut thing = match open() {
                Ok(thing) => thing,
                Err(error) => return first(Err(error)),
            };
            first(Ok(&mut thing));
            for job in taken {
                job(Ok(&mut thing));
            }
        };
        std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(work)
            .map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        self.jobs = Some(jobs);
        Ok(())
    }
}

/// No answer came: too late, or the thread ended without one.
fn late() -> StoreError {
    StoreError::Unavailable("no answer in time".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> (Watched<u32>, Arc<std::sync::atomic::AtomicU32>) {
        let opened = Arc::new(std::sync::atomic::AtomicU32::new(0));
        let count = Arc::clone(&opened);
        let open = move || Ok(count.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
        (Watched::new(Arc::new(open)), opened)
    }

    const LONG: Duration = Duration::from_secs(10);

    #[test]
    fn p24_what_takes_too_long_is_given_up_and_begun_anew() {
        let (mut watched, opened) = counting();
        assert_eq!(watched.run(LONG, |number| Ok(*number)).unwrap(), 0);
        assert_eq!(watched.run(LONG, |number| Ok(*number)).unwrap(), 0, "the same one");
        let (hold, held) = channel::<()>();
        let hung = watched.run(Duration::from_millis(5), move |_| {
            let _ = held.recv();
            Ok(())
        });
        assert!(matches!(hung, Err(StoreError::Unavailable(_))));
        assert_eq!(watched.run(LONG, |number| Ok(*number)).unwrap(), 1, "another one");
        drop(hold);
        assert_eq!(opened.load(std::sync::atomic::Ordering::SeqCst), 2);
    }

    #[test]
    fn a_failure_and_a_panic_end_it_too() {
        let (mut watched, _) = counting();
        assert!(watched.run(LONG, |_| Err::<(), _>(StoreError::Busy)).is_err());
        assert_eq!(watched.run(LONG, |number| Ok(*number)).unwrap(), 1);
        assert!(watched.run::<()>(LONG, |_| panic!("boo")).is_err());
        assert_eq!(watched.run(LONG, |number| Ok(*number)).unwrap(), 2);
    }
}
