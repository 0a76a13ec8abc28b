//! What a new password must be. Nothing is asked of its letters: length is what counts (NIST SP 800-63B §3.1.1.2).

use token_core::{TokenName, Username};
use token_seal::Password;

use crate::FieldError;

/// Fewest characters of a new password.
const MIN_CHARS: usize = 12;
/// Passwords that are long enough and still among the first that anybody tries, folded.
const OFTEN_TRIED: &[&str] = &[
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789012345",
    "1234567890123456",
    "0123456789012",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiop[]",
    "qwertyuiopasdf",
    "qwertyuiopasdfghjkl",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "q1w2e3r4t5y6",
    "passwordpassword",
    "password1234",
    "password12345",
    "password123456",
    "passw0rd1234",
    "adminadminadmin",
    "administrator",
    "administrator1",
    "administrator123",
    "letmeinletmein",
    "iloveyou1234",
    "welcome12345",
    "changemechangeme",
    "changeme1234",
    "correcthorsebatterystaple",
    "correct horse battery staple",
    "abcdefghijkl",
    "abcdefghijklmnopqrstuvwxyz",
    "tokenward1234",
    "tokenwardtokenward",
];

/// What is wrong with a new password of this person, whose name may be refused itself.
pub(crate) fn refused_password<'a>(
    pointer: &str,
    password: &Password,
    name: impl Into<Option<&'a Username>>,
) -> Option<FieldError> {
    let text = password.expose();
    let folded = TokenName::fold_needle(text);
    let mut letters = folded.chars();
    let first = letters.next();
    let why = if text.chars().count() < MIN_CHARS {
        format!("must have at least {MIN_CHARS} characters; several words are easy to remember")
    } else if name.into().is_some_and(|name| folded.trim() == name.folded()) {
        "must not be the user name".to_owned()
    } else if letters.all(|letter| Some(letter) == first) || OFTEN_TRIED.contains(&folded.trim()) {
        "is among the first that anybody tries".to_owned()
    } else {
        return None;
    };
    Some(FieldError::new(pointer, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atk_l13_a_new_password_is_long_and_not_the_first_that_anybody_tries() {
        let name: Username = "Administratrix".parse().unwrap();
        let refused = |text: &str| refused_password("/password", &Password::new(text.to_owned()).unwrap(), &name);
        for bad in [
            "short",
            "elevenchars",
            "ADMINISTRATRIX",
            " administratrix ",
            "Password1234",
            "aaaaaaaaaaaaaaaa",
            "            ",
            "CorrectHorseBatteryStaple",
        ] {
            assert!(refused(bad).is_some(), "{bad:?}");
        }
        for good in [
            "twelve chars",
            "\u{1f511}\u{1f40e}\u{1f511}\u{1f40e}\u{1f511}\u{1f40e}\u{1f511}\u{1f40e}\u{1f511}\u{1f40e}\u{1f511}\u{1f40e}",
            "Tr0ub4dor&3 x",
        ] {
            assert_eq!(refused(good), None, "{good:?}");
        }
    }
}
