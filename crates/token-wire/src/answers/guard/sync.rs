//! How far the log has come, and what to forget.

use serde::{Deserialize, Serialize};
use token_core::{CaughtUp, Continuity, Digest, Epoch, Head, Renewal, Seq, Touches};

use super::{GuardAnswerError, GuardRulesView, all, given};
use crate::hex;

/// How far a log has come.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = LogHead))]
#[serde(deny_unknown_fields)]
pub struct HeadView {
    /// Which life of the log, 16 bytes in hexadecimal digits.
    pub epoch: String,
    /// The last event.
    pub seq: u64,
    /// Its digest, 32 bytes in hexadecimal digits.
    pub digest: String,
}

impl From<&Head> for HeadView {
    fn from(head: &Head) -> Self {
        Self { epoch: head.epoch.to_string(), seq: head.seq.get(), digest: head.digest.to_string() }
    }
}

impl HeadView {
    /// The head.
    ///
    /// # Errors
    ///
    /// [`GuardAnswerError`].
    pub fn read(&self) -> Result<Head, GuardAnswerError> {
        let epoch = hex::read_exactly(&self.epoch).ok_or(GuardAnswerError("epoch"))?;
        let digest = hex::read_exactly(&self.digest).ok_or(GuardAnswerError("digest"))?;
        Ok(Head { epoch: Epoch(epoch), seq: Seq::new(self.seq), digest: Digest(digest) })
    }
}

/// What the renewal of a registration found.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Renewal))]
#[serde(rename_all = "snake_case")]
pub enum RenewalView {
    /// The guard was registered.
    Kept,
    /// It was not registered any more, and is now: whatever it believed of its freshness is void.
    Registered,
}

impl From<Renewal> for RenewalView {
    fn from(renewal: Renewal) -> Self {
        match renewal {
            Renewal::Kept => Self::Kept,
            Renewal::Registered => Self::Registered,
        }
    }
}

impl From<RenewalView> for Renewal {
    fn from(renewal: RenewalView) -> Self {
        match renewal {
            RenewalView::Kept => Self::Kept,
            RenewalView::Registered => Self::Registered,
        }
    }
}

/// How the log goes on behind the event that was known.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Continuity))]
#[serde(rename_all = "snake_case")]
pub enum ContinuityView {
    /// The event is there, as it was.
    Unbroken,
    /// This is another life of the log: forget everything.
    OtherEpoch,
    /// The event is missing, or another one. Nothing was renewed.
    GoneBack,
}

impl From<Continuity> for ContinuityView {
    fn from(continuity: Continuity) -> Self {
        match continuity {
            Continuity::Unbroken => Self::Unbroken,
            Continuity::OtherEpoch => Self::OtherEpoch,
            Continuity::GoneBack => Self::GoneBack,
        }
    }
}

impl From<ContinuityView> for Continuity {
    fn from(continuity: ContinuityView) -> Self {
        match continuity {
            ContinuityView::Unbroken => Self::Unbroken,
            ContinuityView::OtherEpoch => Self::OtherEpoch,
            ContinuityView::GoneBack => Self::GoneBack,
        }
    }
}

/// What a guard must forget.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Touches))]
#[serde(deny_unknown_fields)]
pub struct TouchesView {
    /// Everything.
    pub everything: bool,
    /// These tokens, by their ids.
    pub tokens: Vec<String>,
    /// These roles, by their ids.
    pub roles: Vec<String>,
    /// These keys.
    pub keys: Vec<String>,
}

/// Most tokens, roles and keys that are named; beyond them everything is touched.
const MOST: usize = 10_000;

impl From<&Touches> for TouchesView {
    fn from(touches: &Touches) -> Self {
        fn texts<T: ToString>(all: &[T]) -> Vec<String> {
            all.iter().map(ToString::to_string).collect()
        }
        // People and route rules are of no concern to guards elsewhere.
        let Touches { everything, tokens, roles, keys, users: _, routes: _ } = touches;
        if *everything || MOST < tokens.len() + roles.len() + keys.len() {
            return Self { everything: true, tokens: Vec::new(), roles: Vec::new(), keys: Vec::new() };
        }
        Self { everything: false, tokens: texts(tokens), roles: texts(roles), keys: texts(keys) }
    }
}

impl TouchesView {
    fn read(&self) -> Result<Touches, GuardAnswerError> {
        Ok(Touches {
            everything: self.everything,
            tokens: all("tokens", &self.tokens)?,
            roles: all("roles", &self.roles)?,
            keys: all("keys", &self.keys)?,
            ..Touches::default()
        })
    }
}

/// Whether roles or keys may be others than before.
fn ruled(touches: &Touches) -> bool {
    touches.everything || !touches.roles.is_empty() || !touches.keys.is_empty()
}

/// What has happened since an event, in a snapshot that began after the request had come and its registration was
/// committed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = GuardSync))]
#[serde(deny_unknown_fields)]
pub struct GuardSyncView {
    /// What the request was called: an answer to another request is none to this.
    pub nonce: String,
    /// What the renewal found; `null` where nothing was renewed.
    #[serde(deserialize_with = "given")]
    pub renewal: Option<RenewalView>,
    /// How long all nodes go by what they have read, counted from before the request. Milliseconds.
    pub lease_ms: u64,
    /// How far the log has come.
    pub head: HeadView,
    /// How it goes on behind what the guard had applied.
    pub continuity: ContinuityView,
    /// What is to be forgotten.
    pub touches: TouchesView,
    /// All roles and keys as of `head`, where one of them was touched.
    #[serde(deserialize_with = "given")]
    pub rules: Option<GuardRulesView>,
}

impl GuardSyncView {
    /// The answer to the request of this name.
    #[must_use]
    pub fn new(nonce: &[u8; 16], renewal: Option<Renewal>, lease_ms: u64, caught: &CaughtUp) -> Self {
        Self {
            nonce: hex::write(nonce),
            renewal: renewal.map(RenewalView::from),
            lease_ms,
            head: (&caught.head).into(),
            continuity: caught.continuity.into(),
            touches: (&caught.touches).into(),
            rules: caught.rules.as_ref().filter(|_| ruled(&caught.touches)).map(GuardRulesView::from),
        }
    }

    /// Whether it answers the request of this name.
    #[must_use]
    pub fn answers(&self, nonce: &[u8; 16]) -> bool {
        self.nonce == hex::write(nonce)
    }

    /// What has happened.
    ///
    /// # Errors
    ///
    /// [`GuardAnswerError`]; also where everything is touched and there are no rules.
    pub fn read(&self) -> Result<CaughtUp, GuardAnswerError> {
        let touches = self.touches.read()?;
        let rules = self.rules.as_ref().map(GuardRulesView::read).transpose()?;
        if ruled(&touches) && rules.is_none() {
            return Err(GuardAnswerError("rules"));
        }
        Ok(CaughtUp { head: self.head.read()?, continuity: self.continuity.into(), touches, rules })
    }
}

/// A first use that is told.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = GuardFirstUse))]
#[serde(deny_unknown_fields)]
pub struct GuardFirstUseView {
    /// The event that says it, or a later one.
    pub seq: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";

    fn caught() -> CaughtUp {
        let touches = Touches { tokens: vec![ID.parse().unwrap()], ..Touches::default() };
        let head = Head { epoch: Epoch([0xa1; 16]), seq: Seq::new(7), digest: Digest([0xb2; 32]) };
        CaughtUp { head, continuity: Continuity::Unbroken, touches, rules: None }
    }

    #[test]
    fn shape_of_an_answer_to_a_guard() {
        let view = GuardSyncView::new(&[0xc3; 16], Some(Renewal::Kept), 1_000, &caught());
        let json = serde_json::to_string(&view).unwrap();
        let (epoch, digest, nonce) = ("a1".repeat(16), "b2".repeat(32), "c3".repeat(16));
        assert_eq!(
            json,
            format!(
                r#"{{"nonce":"{nonce}","renewal":"kept","lease_ms":1000,"head":{{"epoch":"{epoch}","seq":7,"digest":"{digest}"}},"continuity":"unbroken","touches":{{"everything":false,"tokens":["{ID}"],"roles":[],"keys":[]}},"rules":null}}"#
            )
        );
        let read: GuardSyncView = serde_json::from_str(&json).unwrap();
        assert_eq!(read.read().unwrap(), caught());
        assert!(read.answers(&[0xc3; 16]) && !read.answers(&[0xc4; 16]));
    }

    #[test]
    fn atk_m12_an_answer_that_is_cut_or_has_more_or_less_than_it_should_is_none() {
        let json = serde_json::to_string(&GuardSyncView::new(&[1; 16], None, 1_000, &caught())).unwrap();
        for end in 0..json.len() {
            assert!(serde_json::from_str::<GuardSyncView>(json.get(..end).unwrap_or_default()).is_err(), "{end}");
        }
        for (from, to) in [("\"renewal\"", "\"renewals\""), ("\"roles\"", "\"role\""), ("\"seq\":7", "\"seq\":-7")] {
            assert!(serde_json::from_str::<GuardSyncView>(&json.replace(from, to)).is_err(), "{to}");
        }
        for (from, to) in [("a1a1", "A1A1"), (ID, "x"), ("\"roles\":[]", "\"roles\":[\"x\"]")] {
            let read: GuardSyncView = serde_json::from_str(&json.replacen(from, to, 1)).unwrap();
            assert!(read.read().is_err(), "{to}");
        }
    }

    #[test]
    fn too_much_to_name_is_everything() {
        let id = ID.parse().unwrap();
        let touches = Touches { tokens: vec![id; MOST + 1], ..Touches::default() };
        assert_eq!(TouchesView::from(&touches).tokens.len(), 0);
        assert!(TouchesView::from(&touches).everything);
    }
}
