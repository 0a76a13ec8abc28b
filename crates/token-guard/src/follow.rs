//! Following in the background: a thread that keeps the guard fresh, and one that listens for signs of changes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use token_core::{Head, StoreError, WakeUps};

use crate::Guard;

/// How soon something is tried again that failed.
const AGAIN: Duration = Duration::from_millis(50);

/// Asks for signs of changes.
pub type Listen = dyn Fn() -> Result<Box<dyn WakeUps>, StoreError> + Send + Sync;

/// The threads that follow for a guard. They end when this is dropped.
#[derive(Debug)]
pub struct Following {
    signal: Arc<Signal>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Signal {
    woken: Mutex<bool>,
    told: Condvar,
    stopped: AtomicBool,
}

impl Signal {
    fn wake(&self) {
        *self.woken.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.told.notify_one();
    }

    /// Waits for a sign, at most so long; whether there was one.
    fn wait(&self, most: Duration) -> bool {
        let woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.told.wait_timeout_while(woken, most, |woken| !*woken && !self.has_stopped());
        std::mem::take(&mut *waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    fn has_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Passes some time, less if this is the end.
    fn wait_to_stop(&self, most: Duration) {
        let woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.told.wait_timeout_while(woken, most, |_| !self.has_stopped()));
    }
}

impl Following {
    /// Follows for `guard`: looks at a sign of `listen`, and every `poll` without one. Calls `each` after each round,
    /// with what is applied.
    ///
    /// # Errors
    ///
    /// When there is no thread to be had.
    pub fn begin(
        guard: &Arc<Guard>,
        poll: Duration,
        listen: Option<Arc<Listen>>,
        each: impl FnMut(Head) + Send + 'static,
    ) -> std::io::Result<Self> {
        let signal = Arc::new(Signal::default());
        let (following, guard) = (Arc::clone(&signal), Arc::clone(guard));
        let follower = std::thread::Builder::new()
            .name("follower".to_owned())
            .spawn(move || follow(&guard, &following, poll, each))?;
        let mut all = Self { signal: Arc::clone(&signal), threads: vec![follower] };
        if let Some(listen) = listen {
            let listener = std::thread::Builder::new().name("listener".to_owned());
            all.threads.push(listener.spawn(move || hear(listen.as_ref(), &signal, poll))?);
        }
        Ok(all)
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.signal.stopped.store(true, Ordering::SeqCst);
        self.signal.wake();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn follow(guard: &Guard, signal: &Signal, poll: Duration, mut each: impl FnMut(Head)) {
    let mut woken = true;
    let mut failing = false;
    while !signal.has_stopped() {
        // A panic in here must not end the thread in silence: without a round the guard refuses, and says why.
        let round = catch_unwind(AssertUnwindSafe(|| {
            if woken {
                guard.look()?;
            }
            guard.round()
        }));
        let pause = match round {
            Ok(Ok(advanced)) => {
                if failing {
                    tracing::info!("follows the log again");
                }
                failing = false;
                each(guard.applied());
                if advanced { Duration::ZERO } else { poll }
            }
            Ok(Err(error)) => {
                if !failing {
                    tracing::warn!(error = %error, "cannot follow the log; calls are refused when the lease has ended");
                }
                failing = true;
                AGAIN
            }
            Err(_) => AGAIN,
        };
        // What was advanced is told to others at once, and then there is time to wait.
        woken = if pause.is_zero() { false } else { signal.wait(pause) };
    }
    if let Err(error) = guard.leave() {
        tracing::warn!(error = %error, "could not take the registration of this node away; others wait for it once");
    }
}

fn hear(listen: &Listen, signal: &Signal, poll: Duration) {
    while !signal.has_stopped() {
        let Ok(mut signs) = listen() else {
            signal.wait_to_stop(AGAIN);
            continue;
        };
        // What was written before anybody listened gave no sign.
        signal.wake();
        while !signal.has_stopped() {
            match signs.wait(poll) {
                Ok(true) => signal.wake(),
                Ok(false) => {}
                Err(_) => break,
            }
        }
    }
}
