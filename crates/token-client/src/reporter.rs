//! What the guard counts goes to its server every ten seconds, and when the guard ends. No call waits for that.

use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use token_core::{Clock as _, TokenUsage, UsageDay};
use token_guard::{Guard, WallClock};
use token_wire::USAGE_PER_REPORT;

use crate::CallError;
use crate::api::Api;

/// Between two looks whether it is time.
const LOOK: Duration = Duration::from_secs(1);

/// Looks of an interval.
const LOOKS: u32 = 10;

/// How long one report may take; the end of a service waits no longer for it.
const WITHIN: Duration = Duration::from_secs(5);

/// Bytes of one report, about: less than servers take where nobody says otherwise.
const BYTES: usize = 40 * 1_024;

/// The thread that reports. It reports once more and ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Reporter {
    signal: Arc<Signal>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Signal {
    stopped: Mutex<bool>,
    told: Condvar,
}

impl Signal {
    /// Waits a while; whether this is the end.
    fn wait(&self, most: Duration) -> bool {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.told.wait_timeout_while(stopped, most, |stopped| !*stopped);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Reporter {
    pub(crate) fn begin(guard: &Arc<Guard>, api: &Api) -> std::io::Result<Self> {
        let signal = Arc::new(Signal::default());
        let (theirs, guard, api) = (Arc::clone(&signal), Arc::clone(guard), api.apart());
        let thread = std::thread::Builder::new().name("usage".to_owned());
        let thread = thread.spawn(move || {
            let (clock, mut looks, mut failing) = (WallClock::default(), 0, false);
            loop {
                let over = theirs.wait(LOOK);
                looks += 1;
                if over || LOOKS <= looks || (guard.is_full_of_usage() && !failing) {
                    looks = 0;
                    // A panic in here must not end the thread in silence.
                    let reported = catch_unwind(AssertUnwindSafe(|| report(&guard, &api, &clock)));
                    failing = !matches!(reported, Ok(true));
                }
                if over {
                    return;
                }
            }
        })?;
        Ok(Self { signal, thread: Some(thread) })
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        *self.signal.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.signal.told.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Reports everything that was counted; false where the guard has some of it still, for the next time.
fn report(guard: &Guard, api: &Api, clock: &WallClock) -> bool {
    let counted = guard.take_usage(UsageDay::of(clock.now().seconds()));
    let mut rest = counted.as_slice();
    while !rest.is_empty() {
        let (part, behind) = rest.split_at(as_many_as_fit(rest));
        rest = behind;
        match api.usage(part, WITHIN) {
            Ok(()) => {}
            Err(error) if may_have_arrived(&error) => {
                tracing::warn!(error = %error, "counts of calls may be lost; they are not reported twice");
            }
            Err(error) => {
                tracing::warn!(error = %error, "counts of calls could not be reported; they are kept for the next time");
                guard.return_usage(part);
                // Behind a failure nothing is tried: it would fail as well, and take its time.
                guard.return_usage(rest);
                return false;
            }
        }
    }
    true
}

/// How many of these, at least one, make one report.
fn as_many_as_fit(usage: &[TokenUsage]) -> usize {
    let sizes = usage.iter().map(|usage| 250 + 90 * usage.addresses.len());
    let ends = sizes.scan(0, |all, size| {
        *all += size;
        Some(*all)
    });
    ends.take(USAGE_PER_REPORT).take_while(|end| *end <= BYTES).count().max(1).min(usage.len())
}

/// Whether the server may have added what it was told, though its answer says nothing of that.
fn may_have_arrived(error: &CallError) -> bool {
    match error {
        CallError::Unreachable(error) => !error.downcast_ref().is_some_and(never_left),
        // Whoever answers so has added nothing.
        CallError::Status(_) => false,
        _ => true,
    }
}

fn never_left(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed | ureq::Error::Tls(_) => true,
        ureq::Error::Timeout(which) => matches!(which, ureq::Timeout::Resolve | ureq::Timeout::Connect),
        ureq::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use serde_json::{Value, json};
    use token_core::{UnixSeconds, UsageCounts, UsedFrom};
    use token_guard::test_support::TestGuard;
    use token_guard::{Arrival, Presented};
    use token_wire::GuardUsageRequest;

    use super::*;

    /// A server that answers so, one after the other, and what it was told.
    fn server(statuses: &'static [u16]) -> (Api, Arc<Mutex<Vec<Value>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let api =
            Api::new(format!("http://{}", listener.local_addr().unwrap()).parse().unwrap(), "token", None).unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&told);
        std::thread::spawn(move || {
            for (status, client) in statuses.iter().zip(listener.incoming()) {
                let (mut client, mut text, mut bytes) = (client.unwrap(), String::new(), vec![0; 4_096]);
                while !text.ends_with("]}") {
                    let read = client.read(&mut bytes).unwrap();
                    text += core::str::from_utf8(&bytes[..read]).unwrap();
                }
                let (_, body) = text.split_once("\r\n\r\n").unwrap();
                noted.lock().unwrap().push(serde_json::from_str(body).unwrap());
                // 0 is a connection that is lost in the middle of it.
                if *status != 0 {
                    write!(client, "HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
                }
            }
        });
        (api, told)
    }

    #[test]
    fn x09_what_was_refused_is_told_again_with_what_came_since_and_what_may_have_arrived_is_not() {
        let guard = TestGuard::new();
        let token = guard.token("caller", &["allow assets:read"]);
        let call = || {
            let arrival = Arrival { now: guard.now(), peer: Some([192, 0, 2, 1].into()) };
            guard.guard().admit(&Presented::Bearer(token.text()), arrival).unwrap();
        };
        let (api, told) = server(&[503, 204, 0, 204]);
        let report = || report(&guard.guard(), &api, &WallClock::default());
        assert!(report(), "nothing was counted, and nothing is told");
        (0..3).for_each(|_| call());
        assert!(!report());
        call();
        assert!(report());
        call();
        assert!(report(), "it may have arrived");
        call();
        assert!(report());
        let admitted = |report: &Value| report["usage"][0]["admitted"].as_u64().unwrap();
        let told = told.lock().unwrap();
        assert_eq!(told.iter().map(admitted).collect::<Vec<_>>(), [3, 4, 1, 1]);
        assert_eq!(told[1]["usage"][0]["token"], json!(token.id().to_string()));
        assert_eq!(told[1]["usage"][0]["addresses"][0]["address"], "192.0.2.1");
    }

    fn usage(addresses: usize) -> TokenUsage {
        let at = UnixSeconds::new(1_900_000_000).unwrap();
        let address = "2001:db8:1234:1234:1234:1234:1234:1234".parse().unwrap();
        let most = 1_000_000_000;
        let counts = UsageCounts {
            admitted: most,
            forbidden: most,
            expired: most,
            revoked: most,
            superseded: most,
            address: most,
        };
        let token = "0192f3c1-7a52-7c11-8d4e-0242ac120002".parse().unwrap();
        let addresses = vec![UsedFrom { at, address }; addresses];
        TokenUsage { token, day: UsageDay::of(at), counts, last_used: Some(at), addresses }
    }

    #[test]
    fn x09_a_report_is_no_longer_than_a_server_takes_and_never_empty() {
        for addresses in 0..=UsedFrom::KEPT {
            let all = vec![usage(addresses); 1_000];
            let part = as_many_as_fit(&all);
            let bytes = GuardUsageRequest::write(&all[..part]).to_string().len();
            assert!(50 < part && part <= USAGE_PER_REPORT && bytes <= 64 * 1_024, "{addresses}: {part}, {bytes}");
        }
        assert_eq!(as_many_as_fit(&[usage(5)]), 1);
    }

    #[test]
    fn x09_what_may_have_arrived_is_not_told_twice_and_what_did_not_is_not_lost() {
        let unreachable = |error: ureq::Error| CallError::Unreachable(Box::new(error));
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        for (error, arrived) in [
            (CallError::Status(503), false),
            (CallError::Status(404), false),
            (unreachable(ureq::Error::HostNotFound), false),
            (unreachable(ureq::Error::Io(refused)), false),
            (unreachable(ureq::Error::Timeout(ureq::Timeout::Connect)), false),
            (unreachable(ureq::Error::Timeout(ureq::Timeout::Global)), true),
            (unreachable(ureq::Error::Io(reset)), true),
        ] {
            assert_eq!(may_have_arrived(&error), arrived, "{error:?}");
        }
    }
}
