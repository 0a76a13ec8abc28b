//! The way to the log of a server. One request is a whole round: it renews, waits for news, and brings it.

use core::time::Duration;
use std::sync::Arc;

use ring::rand::{SecureRandom, SystemRandom};
use token_core::{Boot, CaughtUp, Continuity, Digest, Epoch, Head, Link, NodeId, Renewal, Seq, StoreError};
use token_wire::{GuardLeaveRequest, GuardSyncRequest, GuardSyncView};

use crate::api::Api;
use crate::source::Shared;
use crate::{CallError, Untrusted};

/// One follower's way.
pub(crate) struct RemoteLink {
    shared: Arc<Shared>,
    api: Api,
    /// What came with a renewal: what has happened since this head.
    caught: Option<(Head, CaughtUp)>,
    /// When the last renewal began that found the node registered.
    kept: Option<Boot>,
}

/// What came back.
struct Answer {
    /// What the renewal found, if one was asked for.
    renewal: Option<Renewal>,
    lease: Duration,
    caught: CaughtUp,
}

impl RemoteLink {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let api = shared.api.apart();
        Self { shared, api, caught: None, kept: None }
    }

    /// How long the server may hold its answer: not at all where the guard may have lost its freshness. A quarter of the
    /// lease, so that the next answer is there before what this one brings has ended.
    fn patience(&self, now: Boot) -> Duration {
        let fresh = self.kept.is_some_and(|kept| now.since(kept) < self.shared.lease / 2);
        if fresh { self.shared.lease / 4 } else { Duration::ZERO }
    }

    /// Asks, and looks whether what comes is the answer to that.
    fn sync(&self, node: Option<NodeId>, known: Head, wait: Duration) -> Result<Answer, CallError> {
        let mut nonce = [0; 16];
        SystemRandom::new().fill(&mut nonce).map_err(|_| CallError::Randomness)?;
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(0);
        let request = GuardSyncRequest { node, nonce, known, wait_ms };
        let view: GuardSyncView = self.api.sync(&request, self.shared.lease)?;
        if !view.answers(&nonce) {
            return Err(Untrusted::OtherRequest.into());
        }
        let caught = view.read()?;
        let renewal = view.renewal.map(Renewal::from);
        if renewal.is_some() != node.is_some() && caught.continuity != Continuity::GoneBack {
            return Err(Untrusted::OtherRequest.into());
        }
        Ok(Answer { renewal, lease: Duration::from_millis(view.lease_ms), caught })
    }

    fn renewed(&mut self, node: NodeId, applied: Seq) -> Result<Renewal, CallError> {
        self.caught = None;
        let began = self.shared.boot.now();
        let known = self.shared.learned().given(applied);
        let (wait, asked) = match known {
            Some(known) => (self.patience(began), known),
            // What this guard has applied is not remembered here: it is registered now, and asked about afterwards.
            None => (Duration::ZERO, Head { epoch: Epoch([0; 16]), seq: applied, digest: Digest([0; 32]) }),
        };
        let answer = self.sync(Some(node), asked, wait)?;
        if let Some(known) = known {
            self.believe(&known, &answer)?;
            self.caught = Some((known, answer.caught));
        }
        let renewal = answer.renewal.ok_or(Untrusted::GoneBack)?;
        self.kept = (renewal == Renewal::Kept).then_some(began);
        Ok(renewal)
    }

    fn caught_up(&mut self, known: &Head) -> Result<CaughtUp, CallError> {
        if let Some((_, caught)) = self.caught.take().filter(|(since, _)| since == known) {
            return Ok(caught);
        }
        let answer = self.sync(None, *known, Duration::ZERO)?;
        self.believe(known, &answer)?;
        Ok(answer.caught)
    }

    fn believe(&self, known: &Head, answer: &Answer) -> Result<(), CallError> {
        Ok(self.shared.learned().believe(answer.lease, known, &answer.caught)?)
    }
}

impl Link for RemoteLink {
    fn renew(&mut self, node: NodeId, applied: Seq) -> Result<Renewal, StoreError> {
        let renewed = self.renewed(node, applied);
        renewed.map_err(|error| self.shared.complain(error))
    }

    fn catch_up(&mut self, known: &Head) -> Result<CaughtUp, StoreError> {
        let caught = self.caught_up(known).map_err(|error| self.shared.complain(error))?;
        self.shared.content();
        Ok(caught)
    }

    fn leave(&mut self, node: NodeId) -> Result<(), StoreError> {
        let left = self.api.leave(&GuardLeaveRequest { node }, self.shared.lease);
        left.map_err(|error| self.shared.complain(error))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::sync::Mutex;

    use serde_json::{Value, json};
    use token_core::{BootClock, GuardSource as _};

    use super::*;
    use crate::RemoteSource;

    const NODE: NodeId = NodeId([7; 16]);

    /// A clock that stands still until it is set.
    #[derive(Default)]
    struct Still(Mutex<u64>);

    impl BootClock for Still {
        fn now(&self) -> Boot {
            Boot::new(*self.0.lock().unwrap())
        }
    }

    /// A server that has these answers to give, one after the other, and what it was asked.
    struct Fake {
        source: RemoteSource,
        clock: Arc<Still>,
        asked: Arc<Mutex<Vec<Value>>>,
    }

    fn head(seq: u8) -> Value {
        json!({"epoch": "01".repeat(16), "seq": seq, "digest": format!("{seq:02x}").repeat(32)})
    }

    fn known(seq: u8) -> Head {
        Head { epoch: Epoch([1; 16]), seq: Seq::new(seq.into()), digest: Digest([seq; 32]) }
    }

    fn answer(seq: u8, renewal: &str) -> Value {
        let renewal = if renewal.is_empty() { Value::Null } else { json!(renewal) };
        json!({
            "renewal": renewal, "lease_ms": 4_000, "head": head(seq), "continuity": "unbroken", "rules": null,
            "touches": {"everything": false, "tokens": [], "roles": [], "keys": []},
        })
    }

    /// Serves the rules as of event 5, and then these answers to whoever syncs.
    fn fake(answers: Vec<Value>) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let key = json!({"kid": "k", "algorithm": "EdDSA", "state": "signing", "public": "d4".repeat(32)});
        let rules = json!({"roles": [], "keys": [key], "issuer": "i", "audience": "a"});
        let rules = json!({"head": head(5), "lease_ms": 4_000, "rules": rules});
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        std::thread::spawn(move || {
            let mut answers = answers.into_iter();
            for mut client in listener.incoming().flatten() {
                let mut bytes = vec![0; 4_096];
                let mut text = String::new();
                // A body ends with its object.
                while !(text.starts_with("GET") && text.contains("\r\n\r\n") || text.ends_with('}')) {
                    let read = client.read(&mut bytes).unwrap();
                    text += core::str::from_utf8(&bytes[..read]).unwrap();
                }
                let mut told = rules.clone();
                if let Some((_, body)) = text.split_once("\r\n\r\n").filter(|_| text.starts_with("POST")) {
                    let body: Value = serde_json::from_str(body).unwrap();
                    told = answers.next().unwrap_or(Value::Null);
                    told["nonce"] = body["nonce"].clone();
                    noted.lock().unwrap().push(body);
                }
                let (told, close) = (told.to_string(), "Connection: close");
                write!(client, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{close}\r\n\r\n{told}", told.len()).unwrap();
            }
        });
        let clock = Arc::new(Still::default());
        let api = Api::new(address.parse().unwrap(), "token", None).unwrap();
        let source = RemoteSource::with_clock(api, Arc::clone(&clock) as Arc<dyn BootClock>).unwrap();
        Fake { source, clock, asked }
    }

    impl Fake {
        /// What the requests said of this member, in turn.
        fn said(&self, member: &str) -> Vec<Value> {
            self.asked.lock().unwrap().iter().map(|body| body[member].clone()).collect()
        }
    }

    #[test]
    fn what_a_renewal_brought_is_told_once_and_only_to_who_knew_as_much() {
        let fake = fake(vec![answer(6, "registered"), answer(7, ""), answer(7, "kept"), answer(8, "")]);
        let mut link = fake.source.link().unwrap();
        assert_eq!(link.renew(NODE, Seq::new(5)).unwrap(), Renewal::Registered);
        assert_eq!(link.catch_up(&known(5)).unwrap().head, known(6));
        assert_eq!(link.catch_up(&known(6)).unwrap().head, known(7), "asked again, and by no node");
        assert_eq!(link.renew(NODE, Seq::new(7)).unwrap(), Renewal::Kept);
        assert_eq!(link.catch_up(&known(6)).unwrap().head, known(8), "what was brought was for who knows 7");
        let node = json!(NODE.to_string());
        assert_eq!(fake.said("node"), [node.clone(), Value::Null, node, Value::Null]);
        assert_eq!(fake.said("seq"), [5, 6, 7, 6]);
    }

    #[test]
    fn x01_who_may_have_lost_its_freshness_is_answered_at_once() {
        let answers = ["registered", "kept", "kept", "kept", "kept"].map(|renewal| answer(5, renewal));
        let fake = fake(answers.into());
        let mut link = fake.source.link().unwrap();
        let mut renew_at = |millis: u64| {
            *fake.clock.0.lock().unwrap() = millis * 1_000_000;
            link.renew(NODE, Seq::new(5)).unwrap()
        };
        for millis in [0, 10, 20, 2_019, 9_000] {
            let _ = renew_at(millis);
        }
        // Nothing before it was kept once; then a quarter of the lease, while the last round is younger than half of one.
        assert_eq!(fake.said("wait_ms"), [0, 0, 1_000, 1_000, 0]);
    }

    #[test]
    fn a_guard_whose_head_is_not_remembered_is_registered_and_asks_again() {
        let mut first = answer(5, "registered");
        first["continuity"] = json!("other_epoch");
        let fake = fake(vec![first, answer(5, "")]);
        let mut link = fake.source.link().unwrap();
        assert_eq!(link.renew(NODE, Seq::new(3)).unwrap(), Renewal::Registered);
        assert_eq!(link.catch_up(&known(3)).unwrap().head, known(5));
        assert_eq!(fake.said("epoch"), [json!("00".repeat(16)), json!("01".repeat(16))]);
    }

    #[test]
    fn atk_m12_no_renewal_where_one_was_asked_for_is_no_answer() {
        let fake = fake(vec![answer(5, ""), Value::Null, answer(4, "kept")]);
        let mut link = fake.source.link().unwrap();
        for what in ["no renewal", "nothing at all", "older"] {
            assert!(link.renew(NODE, Seq::new(5)).is_err(), "{what}");
        }
    }
}
