//! Bodies of guards in other processes, read by the server and written by `token-client`.

use token_core::{CredentialId, Digest, Epoch, Head, NodeId, Seq, TokenId};

use crate::fields::{Fields, Member, Nullable};
use crate::{Object, RequestError, hex};

/// The largest number of an event that a database holds.
const LAST: u64 = i64::MAX.unsigned_abs();

/// `POST /guard/sync`: `{node, nonce, epoch, seq, digest, wait_ms}`; `node` and `wait_ms` may be left out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GuardSyncRequest {
    /// Whose registration is renewed, if any.
    pub node: Option<NodeId>,
    /// What the answer says again.
    pub nonce: [u8; 16],
    /// What the guard has applied.
    pub known: Head,
    /// How long the answer may wait for something new. Milliseconds.
    pub wait_ms: u64,
}

impl GuardSyncRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong.
    pub fn read(body: Object) -> Result<Self, RequestError> {
        let mut fields = Fields::new(body);
        let node = bytes(&mut fields, "node").given().map(NodeId);
        let nonce = bytes(&mut fields, "nonce");
        let nonce = fields.required("nonce", nonce);
        let epoch = bytes(&mut fields, "epoch");
        let epoch = fields.required("epoch", epoch);
        let seq = match fields.count("seq") {
            Member::Given(seq) if LAST < seq => fields.refuse("seq", format!("at most {LAST}")),
            other => other,
        };
        let seq = fields.required("seq", seq);
        let digest = bytes(&mut fields, "digest");
        let digest = fields.required("digest", digest);
        let wait_ms = fields.count("wait_ms").given().unwrap_or_default();
        let head = |((epoch, seq), digest)| Head { epoch: Epoch(epoch), seq: Seq::new(seq), digest: Digest(digest) };
        let known = epoch.zip(seq).zip(digest).map(head);
        fields.finish(nonce.zip(known).map(|(nonce, known)| Self { node, nonce, known, wait_ms }))
    }

    /// The body.
    #[must_use]
    pub fn write(&self) -> serde_json::Value {
        let Head { epoch, seq, digest } = self.known;
        let mut body = serde_json::json!({
            "nonce": hex::write(&self.nonce),
            "epoch": epoch.to_string(),
            "seq": seq.get(),
            "digest": digest.to_string(),
            "wait_ms": self.wait_ms,
        });
        if let (Some(node), Some(members)) = (self.node, body.as_object_mut()) {
            members.insert("node".to_owned(), node.to_string().into());
        }
        body
    }
}

/// `POST /guard/first-use`: `{token, jti}`, both given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GuardFirstUseRequest {
    /// Which token.
    pub token: TokenId,
    /// Which of its texts was admitted.
    pub used: CredentialId,
}

impl GuardFirstUseRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong.
    pub fn read(body: Object) -> Result<Self, RequestError> {
        let mut fields = Fields::new(body);
        let token = fields.text("token", Nullable::No);
        let token = fields.required("token", token);
        let used = fields.text("jti", Nullable::No);
        let used = fields.required("jti", used);
        fields.finish(token.zip(used).map(|(token, used)| Self { token, used }))
    }

    /// The body.
    #[must_use]
    pub fn write(&self) -> serde_json::Value {
        serde_json::json!({"token": self.token.to_string(), "jti": self.used.to_string()})
    }
}

/// `POST /guard/leave`: `{node}`, given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GuardLeaveRequest {
    /// Whose registration is taken away.
    pub node: NodeId,
}

impl GuardLeaveRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with everything that is wrong.
    pub fn read(body: Object) -> Result<Self, RequestError> {
        let mut fields = Fields::new(body);
        let node = bytes(&mut fields, "node");
        let node = fields.required("node", node).map(NodeId);
        fields.finish(node.map(|node| Self { node }))
    }

    /// The body.
    #[must_use]
    pub fn write(&self) -> serde_json::Value {
        serde_json::json!({"node": self.node.to_string()})
    }
}

fn bytes<const N: usize>(fields: &mut Fields, name: &str) -> Member<[u8; N]> {
    let read = |text: &str| hex::read_exactly(text).ok_or_else(|| format!("expected {N} bytes in hexadecimal digits"));
    fields.parsed(name, Nullable::No, read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_object;

    fn object(body: &serde_json::Value) -> Object {
        parse_object(body.to_string().as_bytes()).unwrap()
    }

    fn sync() -> GuardSyncRequest {
        let known = Head { epoch: Epoch([1; 16]), seq: Seq::new(7), digest: Digest([2; 32]) };
        GuardSyncRequest { node: Some(NodeId([3; 16])), nonce: [4; 16], known, wait_ms: 250 }
    }

    #[test]
    fn what_a_guard_writes_is_what_the_server_reads() {
        for request in [sync(), GuardSyncRequest { node: None, wait_ms: 0, ..sync() }] {
            assert_eq!(GuardSyncRequest::read(object(&request.write())), Ok(request));
        }
        let leave = GuardLeaveRequest { node: NodeId([3; 16]) };
        assert_eq!(GuardLeaveRequest::read(object(&leave.write())), Ok(leave));
        let id = "0192f3c1-7a52-7c11-8d4e-0242ac120002";
        let used = GuardFirstUseRequest { token: id.parse().unwrap(), used: id.parse().unwrap() };
        assert_eq!(GuardFirstUseRequest::read(object(&used.write())), Ok(used));
    }

    #[test]
    fn numbers_that_no_log_has_and_bytes_that_are_none_are_refused() {
        for (member, value) in [
            ("seq", serde_json::json!(LAST + 1)),
            ("node", serde_json::json!("00")),
            ("nonce", serde_json::json!("4".repeat(33))),
            ("epoch", serde_json::json!("A1".repeat(16))),
            ("digest", serde_json::json!("")),
        ] {
            let mut body = sync().write();
            body[member] = value;
            let Err(RequestError::Refused(errors, _)) = GuardSyncRequest::read(object(&body)) else {
                panic!("{member}")
            };
            assert_eq!(errors[0].pointer, format!("/{member}"));
        }
    }
}
