//! A piece of a name, as the index of names is asked for it. Everything in it is text: nothing is a pattern.

use std::collections::BTreeSet;

/// What separates words, beside the blank. The migrations say the same.
const SEPARATORS: [char; 6] = ['-', '_', '.', '/', ':', '@'];
/// Most runs of three characters the index is asked for, spread over the needle: each costs a reading of everything
/// that has it, and what is found is compared with the whole needle anyway.
const MOST_GRAMS: usize = 3;

/// Where a needle is looked for.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Place {
    /// In the folded name.
    Anywhere(String),
    /// In the name with all words kept apart: blanks before the letters mean the beginning of a word.
    WordStart(String),
}

/// A needle, and what the index can be asked for.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Needle {
    pub(super) place: Place,
    /// Runs of three characters that every name with the needle has; none where the index does not help.
    pub(super) grams: Vec<String>,
}

/// A text as the index sees it: whatever separates words counts as two blanks.
fn apart(text: &str) -> String {
    text.replace(SEPARATORS, " ").replace(' ', "  ")
}

impl Needle {
    /// From a folded piece of a name.
    pub(super) fn new(folded: &str) -> Self {
        let chars = folded.chars().count();
        let words = !folded.contains(|c: char| c == ' ' || SEPARATORS.contains(&c));
        if chars < 3 && words {
            // `c` is looked for as `  c`, `ci` as ` ci`: at the beginning of the name or of a word.
            let start = format!("{folded:>3}");
            return Self { place: Place::WordStart(start.clone()), grams: vec![start] };
        }
        let text: Vec<char> = apart(folded).chars().collect();
        let all: Vec<String> = text.windows(3).map(|gram| gram.iter().collect()).collect();
        let last = all.len().saturating_sub(1);
        let spread: BTreeSet<usize> = (0..MOST_GRAMS).map(|part| last * part / (MOST_GRAMS - 1)).collect();
        let grams =
            if chars < 3 { Vec::new() } else { spread.iter().filter_map(|place| all.get(*place).cloned()).collect() };
        Self { place: Place::Anywhere(folded.to_owned()), grams }
    }

    /// The same needle, looked for without the index.
    #[cfg(feature = "postgres")]
    pub(super) fn without_index(self) -> Self {
        Self { grams: Vec::new(), ..self }
    }

    /// The question for a full-text index: all of the grams, each as plain text.
    pub(super) fn full_text(&self) -> String {
        let quoted: Vec<String> = self.grams.iter().map(|gram| format!("\"{}\"", gram.replace('"', "\"\""))).collect();
        quoted.join(" AND ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s04_short_needles_begin_words_and_longer_ones_are_anywhere() {
        let grams = |needle: &str| Needle::new(needle).grams;
        assert_eq!(Needle::new("c").place, Place::WordStart("  c".to_owned()));
        assert_eq!(Needle::new("ci").place, Place::WordStart(" ci".to_owned()));
        assert_eq!(Needle::new("ci ").place, Place::Anywhere("ci ".to_owned()));
        assert_eq!(grams("pipe"), ["pip", "ipe"]);
        assert_eq!(grams("a-b"), ["a  ", "  b"]);
        assert_eq!(grams("pipeline"), ["pip", "pel", "ine"]);
        assert_eq!(grams("-"), Vec::<String>::new(), "a separator alone is nothing the index knows");
        assert!(grams(&"abcdefghij".repeat(10)).len() <= MOST_GRAMS);
    }

    #[test]
    fn atk_j05_full_text_operators_are_text() {
        for (needle, question) in [
            ("a\"b", "\"a\"\"b\""),
            ("near", "\"nea\" AND \"ear\""),
            ("a*b", "\"a*b\""),
            ("(a)", "\"(a)\""),
            ("100%", "\"100\" AND \"00%\""),
            ("\\'%", "\"\\'%\""),
        ] {
            assert_eq!(Needle::new(needle).full_text(), question, "{needle}");
        }
    }
}
