//! What the guard counts goes to its server every ten seconds, and when the guard ends. No call waits for that.

use core::time::Duration;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use token_core::{BootClock as _, Clock as _, TokenUsage, UsageDay};
use token_guard::{Guard, SystemBoot, WallClock};
use token_wire::USAGE_PER_REPORT;

use crate::CallError;
use crate::api::Api;

/// Between two looks whether it is time.
const LOOK: Duration = Duration::from_secs(1);

/// Looks of an interval.
const LOOKS: u32 = 10;

/// How long one report may take.
const WITHIN: Duration = Duration::from_secs(5);

/// How long all reports of one interval may take, and those at the end of a service, which waits for them.
const ALL_WITHIN: (Duration, Duration) = (Duration::from_mins(1), Duration::from_secs(5));

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
            let (mut reports, mut looks, mut failing) = (Reports::new(api), 0, false);
            loop {
                let over = theirs.wait(LOOK);
                looks += 1;
                if over || LOOKS <= looks || (guard.is_full_of_usage() && !failing) {
                    looks = 0;
                    // A panic in here must not end the thread in silence.
                    let reported = catch_unwind(AssertUnwindSafe(|| reports.report(&guard, over)));
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

/// Reports to one server.
struct Reports {
    api: Api,
    clock: WallClock,
    /// Bytes of one report; less where the server takes less.
    bytes: usize,
    /// What was complained of last: the same is not said every ten seconds.
    complaint: String,
}

impl Reports {
    fn new(api: Api) -> Self {
        Self { api, clock: WallClock::default(), bytes: BYTES, complaint: String::new() }
    }

    /// Reports everything that was counted; false where the guard has some of it still, for the next time, if there is one.
    fn report(&mut self, guard: &Guard, last: bool) -> bool {
        let begun = SystemBoot.now();
        let most = if last { ALL_WITHIN.1 } else { ALL_WITHIN.0 };
        let counted = guard.take_usage(UsageDay::of(self.clock.now().seconds()));
        let mut rest = counted.as_slice();
        while !rest.is_empty() {
            let left = most.saturating_sub(SystemBoot.now().since(begun));
            let (part, behind) = rest.split_at(as_many_as_fit(rest, self.bytes));
            let told = if left.is_zero() { Err(None) } else { self.api.usage(part, left.min(WITHIN)).map_err(Some) };
            match told {
                Ok(()) => self.complaint.clear(),
                Err(Some(CallError::Status(413))) if 1 < part.len() => {
                    self.bytes /= 2;
                    continue;
                }
                // Behind a failure nothing is tried: it would fail as well, and take its time.
                Err(Some(error)) if may_have_arrived(&error) => {
                    self.complain("some counts of calls may be lost; they are not reported twice", &error);
                    guard.return_usage(behind);
                    return false;
                }
                Err(error) => {
                    let what = if last { "and are lost" } else { "and are kept for the next time" };
                    let why = error.map_or_else(|| "there is no time left".to_owned(), |error| error.to_string());
                    self.complain(&format!("counts of calls could not be reported {what}"), &why);
                    guard.return_usage(rest);
                    return false;
                }
            }
            rest = behind;
        }
        true
    }

    fn complain(&mut self, what: &str, error: &dyn core::fmt::Display) {
        let text = format!("{what}: {error}");
        if self.complaint != text {
            tracing::warn!(error = %error, "{what}");
            self.complaint = text;
        }
    }
}

/// How many of these, at least one, make one report of so many bytes.
fn as_many_as_fit(usage: &[TokenUsage], bytes: usize) -> usize {
    let sizes = usage.iter().map(|usage| 250 + 90 * usage.addresses.len());
    let ends = sizes.scan(0, |all, size| {
        *all += size;
        Some(*all)
    });
    ends.take(USAGE_PER_REPORT).take_while(|end| *end <= bytes).count().max(1).min(usage.len())
}

/// Whether the server may have added what it was told, though its answer says nothing of that.
fn may_have_arrived(error: &CallError) -> bool {
    match error {
        CallError::Unreachable(error) => !error.downcast_ref().is_some_and(never_left),
        // Whoever answers so has added nothing. Other answers may be those of a proxy, about a server that did.
        CallError::Status(status) => !matches!(status, 400..=499 | 503),
        _ => true,
    }
}

fn never_left(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed | ureq::Error::Tls(_) => true,
        ureq::Error::Timeout(which) => matches!(which, ureq::Timeout::Resolve | ureq::Timeout::Connect),
        ureq::Error::Io(error) => {
            matches!(
                error.kind(),
                ErrorKind::ConnectionRefused | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable
            )
        }
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
        let mut reports = Reports::new(api);
        let mut report = || reports.report(&guard.guard(), false);
        assert!(report(), "nothing was counted, and nothing is told");
        (0..3).for_each(|_| call());
        assert!(!report());
        call();
        assert!(report());
        call();
        assert!(!report(), "it may have arrived");
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
    fn x09_behind_a_failure_nothing_is_tried_and_a_server_that_takes_less_is_told_less() {
        let guard = TestGuard::new();
        let at = UnixSeconds::new(1_900_000_000).unwrap();
        let many: Vec<TokenUsage> = (0..300)
            .map(|number: u32| TokenUsage {
                token: format!("0192f3c1-7a52-7c11-8d4e-0242{number:08x}").parse().unwrap(),
                day: UsageDay::of(at),
                counts: UsageCounts { admitted: 1, ..UsageCounts::default() },
                last_used: None,
                addresses: Vec::new(),
            })
            .collect();
        guard.guard().return_usage(&many);
        // The first is too large, and the second of what follows is lost on its way.
        let (api, told) = server(&[413, 204, 0, 204, 204, 204, 204]);
        let mut reports = Reports::new(api);
        assert!(!reports.report(&guard.guard(), false));
        assert_eq!(told.lock().unwrap().len(), 3, "behind it nothing was tried");
        assert!(reports.report(&guard.guard(), true));
        let told = told.lock().unwrap();
        let sizes: Vec<usize> = told.iter().map(|report| report["usage"].as_array().unwrap().len()).collect();
        let [first, second, third, rest @ ..] = sizes.as_slice() else { panic!("{sizes:?}") };
        assert!(second == third && 2 * second <= first + 1, "{sizes:?}");
        assert_eq!(second + third + rest.iter().sum::<usize>(), 300, "each is told once: {sizes:?}");
    }

    #[test]
    fn x09_a_report_is_no_longer_than_a_server_takes_and_never_empty() {
        for addresses in 0..=UsedFrom::KEPT {
            let all = vec![usage(addresses); 1_000];
            let part = as_many_as_fit(&all, BYTES);
            let bytes = GuardUsageRequest::write(&all[..part]).to_string().len();
            assert!(50 < part && part <= USAGE_PER_REPORT && bytes <= 64 * 1_024, "{addresses}: {part}, {bytes}");
        }
        assert_eq!(as_many_as_fit(&[usage(5)], 1), 1, "never nothing");
    }

    #[test]
    fn x09_what_may_have_arrived_is_not_told_twice_and_what_did_not_is_not_lost() {
        let unreachable = |error: ureq::Error| CallError::Unreachable(Box::new(error));
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        for (error, arrived) in [
            (CallError::Status(503), false),
            (CallError::Status(404), false),
            (CallError::Status(502), true),
            (CallError::Status(504), true),
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
