//! Signing keys; their public halves are in the JWK set.

use serde::{Deserialize, Serialize};
use token_core::{PublicKey, UnixSeconds};

use crate::format_seconds;

/// A signing key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Key))]
pub struct KeyView {
    /// Its name in the header of texts.
    pub kid: String,
    /// `EdDSA`, `ES256` or `RS256`.
    pub algorithm: String,
    /// `next`, `signing`, `retired` or `withdrawn`.
    pub state: String,
    /// When it was made or imported.
    pub created_at: String,
    /// When a key that is `next` begins to sign; `null` for others.
    pub signs_from: Option<String>,
}

impl KeyView {
    /// A key, and when it begins to sign if it waits for that.
    #[must_use]
    pub fn new(key: &PublicKey, signs_from: Option<UnixSeconds>) -> Self {
        Self {
            kid: key.id.to_string(),
            algorithm: key.algorithm.to_string(),
            state: key.state.to_string(),
            created_at: format_seconds(key.created_at),
            signs_from: signs_from.map(format_seconds),
        }
    }
}

/// All signing keys, oldest first; there are few.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Keys))]
pub struct KeysView {
    /// Them.
    pub items: Vec<KeyView>,
}

/// A key that was withdrawn.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = WithdrawnKey))]
pub struct WithdrawnKeyView {
    /// The key.
    #[serde(flatten)]
    pub key: KeyView,
    /// How many texts it signed that would pass but for this; `null` if they could not be counted now.
    pub live_texts: Option<u64>,
    /// The key that signs now; `null` where the server has no master key to make one with.
    pub signing: Option<String>,
}

#[cfg(test)]
mod tests {
    use token_core::{Algorithm, KeyState};

    use super::*;

    #[test]
    fn shape_of_a_withdrawn_key() {
        let at = |seconds| UnixSeconds::new(seconds).unwrap();
        let (id, algorithm) = ("k-1".parse().unwrap(), Algorithm::Es256);
        let key =
            PublicKey { id, algorithm, state: KeyState::Next, public: vec![4; 65], created_at: at(1_900_000_000) };
        let view = WithdrawnKeyView {
            key: KeyView::new(&key, Some(at(1_900_000_301))),
            live_texts: Some(7),
            signing: Some("k-2".to_owned()),
        };
        let json = serde_json::to_string(&view).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"{"kid":"k-1","algorithm":"ES256","state":"next","created_at":"2030-03-17T17:46:40Z","#,
                r#""signs_from":"2030-03-17T17:51:41Z","live_texts":7,"signing":"k-2"}"#
            )
        );
        assert_eq!(serde_json::from_str::<WithdrawnKeyView>(&json).unwrap(), view);
    }
}
