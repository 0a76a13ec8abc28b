//! Cursors: where the next page of a list begins, sealed so that nobody makes or moves one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

use crate::asker::AskerId;
use crate::query::Query;

const MAC: usize = 32;
/// Most bytes of a cursor's text; the longest position holds a folded token name.
const MAX_TEXT: usize = 8_192;

/// What a cursor is good for: one list, one asker, one choice of filters.
#[derive(Debug)]
pub(crate) struct Cursors {
    key: hmac::Key,
    bound: Vec<u8>,
}

impl Cursors {
    /// Cursors of `list` for this asker and these filters. Its name carries the version of the position's form.
    pub(crate) fn new(key: &[u8; 32], list: &'static str, asker: AskerId, query: &Query) -> Self {
        let mut bound = Vec::new();
        for part in [list.as_bytes(), asker.as_bytes(), &query.filters()] {
            bound.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bound.extend_from_slice(part);
        }
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key), bound }
    }

    /// The cursor of a position.
    pub(crate) fn seal(&self, position: &[u8]) -> String {
        let mac = hmac::sign(&self.key, &self.message(position));
        URL_SAFE_NO_PAD.encode([position, mac.as_ref()].concat())
    }

    /// The position of the query's cursor, if it has one; notes one that is not ours.
    pub(crate) fn position<T>(&self, query: &mut Query, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        let expected = "is not a cursor of this list with these filters; start again from the first page";
        query.parsed("cursor", expected, |text| self.open(text).and_then(|position| read(&position)))
    }

    /// The position in a cursor of ours.
    pub(crate) fn open(&self, text: &str) -> Option<Vec<u8>> {
        if MAX_TEXT < text.len() {
            return None;
        }
        let mut sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let mac = sealed.split_off(sealed.len().checked_sub(MAC)?);
        hmac::verify(&self.key, &self.message(&sealed), &mac).ok().map(|()| sealed)
    }

    fn message(&self, position: &[u8]) -> Vec<u8> {
        [self.bound.as_slice(), position].concat()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ME: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120002";
    const OTHER: &str = "0192f3c1-7a52-7c11-8d4e-0242ac120003";

    fn cursors(key: u8, list: &'static str, caller: &str, query: &str) -> Cursors {
        Cursors::new(&[key; 32], list, AskerId::of_token(caller.parse().unwrap()), &Query::parse(query))
    }

    #[test]
    fn a_cursor_leads_back_to_its_position() {
        let cursors = cursors(1, "tokens", ME, "name=x");
        let text = cursors.seal(b"position");
        assert_eq!(cursors.open(&text).as_deref(), Some(&b"position"[..]));
        assert_eq!(cursors.open(&cursors.seal(b"")).as_deref(), Some(&b""[..]));
    }

    #[test]
    fn atk_p02_p04_bound_to_key_list_caller_and_filters() {
        let text = cursors(1, "tokens", ME, "name=x").seal(b"position");
        for other in [
            cursors(2, "tokens", ME, "name=x"),
            cursors(1, "roles", ME, "name=x"),
            cursors(1, "tokens", OTHER, "name=x"),
            cursors(1, "tokens", ME, "name=y"),
            cursors(1, "tokens", ME, ""),
            cursors(1, "tokens", ME, "name=x&state=active"),
        ] {
            assert_eq!(other.open(&text), None);
        }
        assert!(cursors(1, "tokens", ME, "name=x&limit=3&cursor=abc").open(&text).is_some());
    }

    #[test]
    fn atk_p01_p03_p06_cut_flipped_and_made_up() {
        let cursors = cursors(1, "tokens", ME, "");
        let good = cursors.seal(b"position");
        for end in 0..good.len() {
            let cut: String = good.chars().take(end).collect();
            assert_eq!(cursors.open(&cut), None, "{end}");
        }
        for bad in [String::new(), format!("{good}A"), format!("{good}="), "' OR 1=1".to_owned(), "A".repeat(1 << 20)] {
            assert_eq!(cursors.open(&bad), None);
        }
        let mut query = Query::parse("cursor=AAAA");
        assert_eq!(cursors.position(&mut query, |_| Some(())), None);
        assert!(query.finish(()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn atk_p01_any_other_bit_is_refused(place in 0_usize..40, bit in 0_u8..8) {
            let cursors = cursors(1, "tokens", ME, "");
            let mut bytes = URL_SAFE_NO_PAD.decode(cursors.seal(b"position")).unwrap();
            bytes[place] ^= 1 << bit;
            prop_assert_eq!(cursors.open(&URL_SAFE_NO_PAD.encode(bytes)), None);
        }
    }
}
