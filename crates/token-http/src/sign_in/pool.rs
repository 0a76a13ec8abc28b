//! Where passwords are hashed: a few threads of their own that give way to everything else, and a short queue. However
//! many people sign in at once, calls with tokens go on.

use core::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::error::ApiError;

/// Hashes that may wait; at 20 ms each, little more than a second.
const QUEUE: usize = 64;
/// How much the threads give way (the scheduler's niceness; 0 is like all others, 19 the most).
const NICENESS: i32 = 19;

type Job = Box<dyn FnOnce() + Send>;

/// The threads and their queue. They end with the pool.
pub(crate) struct PasswordPool {
    queue: SyncSender<Job>,
    done: Arc<AtomicU64>,
}

impl PasswordPool {
    /// A quarter of the cores, at least one thread and at most four.
    pub(crate) fn start() -> std::io::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::with((cores / 4).clamp(1, 4), QUEUE)
    }

    fn with(threads: usize, queue: usize) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel::<Job>(queue);
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..threads {
            let jobs = Arc::clone(&jobs);
            let thread = std::thread::Builder::new().name("passwords".to_owned());
            thread.spawn(move || work(&jobs))?;
        }
        Ok(Self { queue, done: Arc::default() })
    }

    /// Does one piece of work when its turn comes. Nothing is done for a request that nobody waits for any more.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let (tell, told) = oneshot::channel();
        let done = Arc::clone(&self.done);
        let job = Box::new(move || {
            if !tell.is_closed() {
                done.fetch_add(1, Ordering::Relaxed);
                let _ = tell.send(work());
            }
        });
        match self.queue.try_send(job) {
            Ok(()) => told.await.map_err(|_| ApiError::Internal("the work on a password panicked")),
            Err(TrySendError::Full(_)) => Err(ApiError::TooBusy),
            Err(TrySendError::Disconnected(_)) => Err(ApiError::Internal("the threads for passwords have ended")),
        }
    }

    /// How many pieces of work were begun.
    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    // On Linux this is about the calling thread alone.
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(error = %error, "a thread for passwords keeps its priority");
    }
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // The panic is told by its hook; whoever waits learns of it, since nothing is sent.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

impl fmt::Debug for PasswordPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordPool").field("done", &self.done()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use futures_util::FutureExt as _;
    use futures_util::future::join_all;

    use super::*;

    #[actix_web::test]
    async fn atk_l07_what_does_not_fit_into_the_queue_is_refused_at_once() {
        let pool = PasswordPool::with(1, 2).unwrap();
        let (release, held) = channel::<()>();
        let held = pool.run(move || held.recv().is_ok());
        let mut held = Box::pin(held);
        assert!(held.as_mut().now_or_never().is_none());
        // The thread holds one; until it has taken it the queue has room for one less.
        while pool.done() == 0 {
            std::thread::yield_now();
        }
        let mut waiting: Vec<_> = (0..2).map(|number| Box::pin(pool.run(move || number))).collect();
        for work in &mut waiting {
            assert!(work.as_mut().now_or_never().is_none());
        }
        assert!(matches!(pool.run(|| 0).await, Err(ApiError::TooBusy)));
        release.send(()).unwrap();
        assert!(held.await.unwrap());
        let done: Vec<i32> = join_all(waiting).await.into_iter().map(Result::unwrap).collect();
        assert_eq!((done, pool.done()), (vec![0, 1], 3));
    }

    #[actix_web::test]
    async fn a_panic_ends_one_piece_of_work_and_not_the_pool() {
        let pool = PasswordPool::with(1, 1).unwrap();
        for _ in 0..3 {
            let panicked = pool.run(|| assert!(std::thread::panicking(), "of a test")).await;
            assert!(matches!(panicked, Err(ApiError::Internal(_))));
        }
        assert_eq!(pool.run(|| 7).await.unwrap(), 7);
    }

    #[actix_web::test]
    async fn nothing_is_hashed_for_whoever_has_gone() {
        let pool = PasswordPool::with(1, 2).unwrap();
        let (release, held) = channel::<()>();
        let mut held = Box::pin(pool.run(move || held.recv().is_ok()));
        assert!(held.as_mut().now_or_never().is_none());
        let mut gone = Box::pin(pool.run(|| ()));
        assert!(gone.as_mut().now_or_never().is_none());
        drop(gone);
        release.send(()).unwrap();
        assert!(held.await.unwrap());
        pool.run(|| ()).await.unwrap();
        assert_eq!(pool.done(), 2);
    }
}
