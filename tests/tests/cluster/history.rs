//! What callers and changers of a cluster saw, all on one clock, and what is wrong with it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::nodes::moment;

/// A call that was answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) node: usize,
    /// The number of the token.
    pub(crate) token: usize,
    /// Before its first byte was sent.
    pub(crate) began: Duration,
    /// After its answer had arrived.
    pub(crate) ended: Duration,
    pub(crate) status: u16,
}

/// What is known of one token.
#[derive(Clone, Copy, Debug, Default)]
struct Life {
    /// When the answer of its creation had arrived.
    made: Option<Duration>,
    /// Before its revocation was asked for the first time.
    ending: Option<Duration>,
    /// When an answer of its revocation had arrived.
    ended: Option<Duration>,
}

/// Something that was done to the cluster, for some time.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) fault: &'static str,
    /// To which node; to all, if `None`.
    pub(crate) node: Option<usize>,
    pub(crate) began: Duration,
    pub(crate) ended: Duration,
}

/// See the module.
pub(crate) struct History {
    origin: Instant,
    calls: Mutex<Vec<Call>>,
    lives: Mutex<HashMap<usize, Life>>,
    spans: Mutex<Vec<Span>>,
}

/// What became of it.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Calls that were accepted and began after their token's revocation was answered.
    pub(crate) late_accepts: Vec<Call>,
    /// Calls that were refused as not good while their token was.
    pub(crate) wrong_refusals: Vec<Call>,
    /// Revocations that were answered.
    pub(crate) revoked: usize,
    /// Accepted calls while something was wrong, by what and where it was and by the node that accepted.
    pub(crate) during: BTreeMap<(String, usize), usize>,
    /// The same at nodes to which it was done.
    pub(crate) during_own: usize,
    /// Answers by status.
    pub(crate) statuses: BTreeMap<u16, usize>,
}

impl History {
    pub(crate) fn begin() -> Self {
        Self { origin: moment(), calls: Mutex::default(), lives: Mutex::default(), spans: Mutex::default() }
    }

    pub(crate) fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    pub(crate) fn called(&self, call: Call) {
        self.calls.lock().unwrap().push(call);
    }

    pub(crate) fn made(&self, token: usize) {
        self.lives.lock().unwrap().entry(token).or_default().made = Some(self.now());
    }

    pub(crate) fn ending(&self, token: usize) {
        self.lives.lock().unwrap().entry(token).or_default().ending.get_or_insert_with(|| self.now());
    }

    pub(crate) fn ended(&self, token: usize) {
        self.lives.lock().unwrap().entry(token).or_default().ended.get_or_insert_with(|| self.now());
    }

    pub(crate) fn has_ended(&self, token: usize) -> bool {
        self.lives.lock().unwrap().get(&token).is_some_and(|life| life.ended.is_some())
    }

    pub(crate) fn revoked(&self) -> usize {
        self.lives.lock().unwrap().values().filter(|life| life.ended.is_some()).count()
    }

    /// Revocations that were asked for, for the first time, and answered since then.
    pub(crate) fn revoked_since(&self, since: Duration) -> usize {
        let is_later = |life: &&Life| life.ended.is_some() && life.ending.is_some_and(|asked| since < asked);
        self.lives.lock().unwrap().values().filter(is_later).count()
    }

    /// Calls that began since then, and that a node accepted.
    pub(crate) fn accepted_since(&self, node: usize, since: Duration) -> usize {
        let is_later = |call: &&Call| call.node == node && call.status == 200 && since < call.began;
        self.calls.lock().unwrap().iter().filter(is_later).count()
    }

    /// Something was done to the cluster since `began`.
    pub(crate) fn suffered(&self, fault: &'static str, node: Option<usize>, began: Duration) {
        self.spans.lock().unwrap().push(Span { fault, node, began, ended: self.now() });
    }

    pub(crate) fn judge(&self) -> Verdict {
        let (lives, spans) = (self.lives.lock().unwrap(), self.spans.lock().unwrap());
        let mut verdict =
            Verdict { revoked: lives.values().filter(|life| life.ended.is_some()).count(), ..Verdict::default() };
        for call in self.calls.lock().unwrap().iter() {
            *verdict.statuses.entry(call.status).or_default() += 1;
            let life = lives.get(&call.token).copied().unwrap_or_default();
            if call.status == 401 {
                let was_good = life.made.is_some_and(|made| made < call.began)
                    && life.ending.is_none_or(|ending| call.ended < ending);
                verdict.wrong_refusals.extend(was_good.then_some(*call));
            }
            if call.status != 200 {
                continue;
            }
            verdict.late_accepts.extend(life.ended.is_some_and(|ended| ended < call.began).then_some(*call));
            for span in spans.iter().filter(|span| span.began < call.ended && call.began < span.ended) {
                let place = span.node.map_or_else(|| "all nodes".to_owned(), |node| format!("node {node}"));
                *verdict.during.entry((format!("{} of {place}", span.fault), call.node)).or_default() += 1;
                verdict.during_own += usize::from(span.node.is_none_or(|node| node == call.node));
            }
        }
        verdict
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} revocations answered; answers by status: {:?}", self.revoked, self.statuses)?;
        writeln!(f, "accepted during faults, {} of them at the node itself:", self.during_own)?;
        for ((fault, node), count) in &self.during {
            writeln!(f, "{count:>8}  by node {node} during {fault}")?;
        }
        write!(
            f,
            "accepted after the answer of their revocation: {}; refused though good: {}",
            self.late_accepts.len(),
            self.wrong_refusals.len()
        )
    }
}

impl Verdict {
    /// Fails on a broken promise, and where too little happened to tell.
    #[track_caller]
    pub(crate) fn hold(&self, revocations: usize) {
        println!("{self}");
        assert!(self.late_accepts.is_empty(), "accepted after the answer of their revocation: {:?}", self.late_accepts);
        assert!(self.wrong_refusals.is_empty(), "refused though good: {:?}", self.wrong_refusals);
        assert!(revocations <= self.revoked, "{} revocations, {revocations} are few", self.revoked);
        assert!(100 <= self.during_own, "vacuous: {} accepts during faults", self.during_own);
    }
}

#[test]
fn what_is_wrong_with_a_history_is_found() {
    let history = History::begin();
    history.made(7);
    history.ending(7);
    history.ended(7);
    let ended = history.now();
    let call = |began: Duration, status| Call { node: 1, token: 7, began, ended: began + ended, status };
    for call in [call(Duration::ZERO, 200), call(ended, 200), call(ended, 401), call(ended, 503)] {
        history.called(call);
    }
    assert_eq!([Duration::ZERO, ended].map(|since| history.revoked_since(since)), [1, 0]);
    assert_eq!([0, 1].map(|node| history.accepted_since(node, Duration::ZERO)), [0, 1]);
    history.suffered("a pause", Some(1), Duration::ZERO);
    let verdict = history.judge();
    assert_eq!((verdict.late_accepts.len(), verdict.wrong_refusals.len(), verdict.revoked), (1, 0, 1));
    assert_eq!(verdict.late_accepts[0].began, ended);
    assert_eq!((verdict.during.len(), verdict.statuses[&200]), (1, 2));

    history.made(8);
    let later = history.now() + Duration::from_nanos(1);
    history.called(Call { node: 0, token: 8, began: later, ended: later, status: 401 });
    assert_eq!(history.judge().wrong_refusals.len(), 1);
}
