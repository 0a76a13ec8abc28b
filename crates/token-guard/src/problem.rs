//! A refusal as an answer, whatever carries it: status, header fields and problem details (RFC 9457).

use crate::RefusalAnswer;

impl RefusalAnswer {
    /// The header fields of the answer, by their names in lower case. No cache keeps a refusal.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, String)> {
        let kept = [("content-type", "application/problem+json".to_owned()), ("cache-control", "no-store".to_owned())];
        let challenge = self.www_authenticate.clone().map(|challenge| ("www-authenticate", challenge));
        let later = self.retry_after.map(|seconds| ("retry-after", seconds.to_string()));
        kept.into_iter().chain(challenge).chain(later)
    }

    /// The body: problem details in JSON.
    #[must_use]
    pub fn body(&self) -> String {
        // Title and detail are texts of ours without characters that JSON escapes, and permissions have none.
        format!(
            r#"{{"type":"/problems/{}","title":"{}","status":{},"detail":"{}"}}"#,
            self.problem, self.title, self.status, self.detail
        )
    }
}

#[cfg(test)]
mod tests {
    use token_core::{StoreError, permission};

    use crate::Refusal;

    /// Names of the fields of an answer.
    fn names(refusal: &Refusal) -> Vec<&'static str> {
        refusal.answer().fields().map(|(name, _)| name).collect()
    }

    #[test]
    fn a_refusal_challenges_or_says_when_to_come_back() {
        let always = ["content-type", "cache-control"];
        let with = |last| [always.as_slice(), &[last]].concat();
        assert_eq!(names(&Refusal::NoCredentials), with("www-authenticate"));
        assert_eq!(names(&Refusal::Missing(permission!("assets:read"))), with("www-authenticate"));
        assert_eq!(names(&Refusal::TooManyChecks), with("retry-after"));
        assert_eq!(names(&Refusal::Stale(StoreError::Busy)), with("retry-after"));
    }

    #[test]
    fn the_body_is_problem_details() {
        let body = Refusal::Missing(permission!("assets:read")).answer().body();
        let told = r#"{"type":"/problems/insufficient-scope","title":"Permission missing","status":403,"detail":"#;
        assert_eq!(body, format!(r#"{told}"This call needs the permission `assets:read`."}}"#));
    }
}
