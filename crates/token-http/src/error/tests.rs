use token_admin::Conflict;
use token_core::{Permission, SubjectKind};

use super::*;

fn lost() -> Box<dyn std::error::Error + Send + Sync> {
    "host db.internal: password authentication failed for `sesame`".into()
}

fn answer(error: AdminError) -> Answer {
    ApiError::Admin(error).answer()
}

#[test]
fn the_table() {
    let rows = [
        (AdminError::CallerGone, 401, "invalid-token"),
        (AdminError::Missing(Permission::literal("tokens:show")), 403, "insufficient-scope"),
        (AdminError::NotFound(SubjectKind::Token), 404, "not-found"),
        (AdminError::VersionRequired, 428, "version-required"),
        (AdminError::Stale { current: 7 }, 412, "stale-version"),
        (AdminError::Conflict(Conflict::TokenRevoked), 409, "conflict"),
        (AdminError::invalid("/name", "must not be empty"), 422, "refused-values"),
        (AdminError::CannotSign("it has no master key"), 503, "cannot-sign"),
        (AdminError::Store(StoreError::Busy), 503, "unavailable"),
        (AdminError::Store(StoreError::Unavailable(lost())), 503, "unavailable"),
        (AdminError::Store(StoreError::OutcomeUnknown(lost())), 503, "outcome-unknown"),
        (AdminError::Store(StoreError::NotApplied("x")), 500, "internal-error"),
        (AdminError::Randomness(token_core::RandomnessFailed), 500, "internal-error"),
    ];
    for (error, status, name) in rows {
        let text = format!("{error:?}");
        let answer = answer(error);
        assert_eq!(
            (answer.problem.status, answer.problem.kind.as_str()),
            (status, format!("/problems/{name}").as_str()),
            "{text}"
        );
        assert_eq!(answer.www_authenticate.is_some(), matches!(name, "invalid-token" | "insufficient-scope"), "{text}");
    }
}

#[test]
fn faults_of_ours_and_of_the_database_tell_no_internals() {
    let corrupt = StoreError::Corrupt { table: "tokens", id: "sesame".to_owned(), what: "sesame".to_owned() };
    for error in [corrupt, StoreError::Unavailable(lost()), StoreError::OutcomeUnknown(lost())] {
        let json = serde_json::to_string(&answer(AdminError::Store(error)).problem).unwrap();
        assert!(!json.contains("sesame") && !json.contains("db.internal"), "{json}");
    }
    assert_eq!(internal().problem.detail, None);
}

#[test]
fn an_ended_caller_is_answered_like_any_token_that_is_not_accepted() {
    assert_eq!(answer(AdminError::CallerGone), ApiError::Refused(Refusal::Invalid).answer());
}

#[test]
fn every_problem_of_the_guard_is_in_the_list_of_problems() {
    let refusals = [
        Refusal::NoCredentials,
        Refusal::SeveralCredentials,
        Refusal::Invalid,
        Refusal::Expired,
        Refusal::Missing(Permission::literal("a:b")),
        Refusal::Unavailable(StoreError::Busy),
    ];
    for refusal in refusals {
        let answer = refusal.answer();
        let known = ProblemKind::ALL.iter().find(|kind| kind.name() == answer.problem).expect(answer.problem);
        assert_eq!((known.status(), known.title()), (answer.status, answer.title), "{}", answer.problem);
    }
}

#[test]
fn refused_values_travel_on_and_wrong_shapes_do_not() {
    let errors = vec![FieldError::new("/name", "must not be empty")];
    let refused = submitted(Err::<(), _>(RequestError::Refused(errors.clone(), Box::default())), |()| ());
    assert_eq!(refused.unwrap().unwrap_err().errors.len(), 1);
    assert!(submitted(Err::<(), _>(RequestError::Shape(errors)), |()| ()).is_err());
}

#[test]
fn details_are_sentences() {
    assert_eq!(sentence("the body is empty"), "The body is empty.");
    assert_eq!(sentence(""), "");
}
