//! One call, made to the model and to the product.

use proptest::prelude::*;
use proptest::sample::Index;
use token_admin::{AdminError, EditToken, NewToken, RevokeToken};
use token_core::{Author, TokenId, UnixSeconds};

use super::model::{Answer, End, Known, Model, Save};
use crate::world::{World, new_token};

/// Which version a save says it was made from.
#[derive(Clone, Copy, Debug)]
pub(super) enum From {
    Current,
    Older,
    Unsaid,
}

/// A call, or something that happens to the server. Seconds count from now.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Create { ends: Option<i64> },
    Edit { token: Index, from: From, name: Option<String>, ends: Option<End>, revoked: Revoking },
    Revoke { token: Index, reason: Option<String> },
    Delete(Index),
    Reveal(Index),
    Advance(i64),
    Reopen,
}

/// What a save says of the end, and why.
type Revoking = (Option<bool>, Option<String>);

impl Step {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Edit { .. } => "edit",
            Self::Revoke { .. } => "revoke",
            Self::Delete(_) => "delete",
            Self::Reveal(_) => "reveal",
            Self::Advance(_) => "advance",
            Self::Reopen => "reopen",
        }
    }
}

fn any_ends() -> impl Strategy<Value = Option<i64>> {
    proptest::option::weighted(0.7, prop_oneof![1 => -5_i64..=0, 5 => 1_i64..60])
}

fn any_reason() -> impl Strategy<Value = Option<String>> {
    proptest::option::weighted(0.3, "lost|stolen")
}

fn any_edit() -> impl Strategy<Value = Step> {
    let from = prop_oneof![6 => Just(From::Current), 1 => Just(From::Older), 1 => Just(From::Unsaid)];
    let revoking = prop_oneof![
        5 => Just((None, None)),
        3 => any_reason().prop_map(|reason| (Some(true), reason)),
        3 => any_reason().prop_map(|reason| (Some(false), reason)),
        1 => any_reason().prop_map(|reason| (None, reason)),
    ];
    let fields = (proptest::option::of("one|other|third"), proptest::option::weighted(0.4, any_ends().prop_map(End)));
    (any::<Index>(), from, fields, revoking).prop_map(|(token, from, (name, ends), revoked)| Step::Edit {
        token,
        from,
        name,
        ends,
        revoked,
    })
}

pub(super) fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any_ends().prop_map(|ends| Step::Create { ends }),
        9 => any_edit(),
        2 => (any::<Index>(), any_reason()).prop_map(|(token, reason)| Step::Revoke { token, reason }),
        1 => any::<Index>().prop_map(Step::Delete),
        3 => any::<Index>().prop_map(Step::Reveal),
        3 => (1_i64..40).prop_map(Step::Advance),
        1 => Just(Step::Reopen),
    ]
}

/// Makes the call on both sides: the model's answer, and the product's.
pub(super) fn run(world: &mut World, model: &mut Model, step: &Step) -> (Answer, Answer) {
    let author = Author::command_line();
    // One more than there are: a token that never was.
    let pick = |index: &Index, model: &Model| index.index(model.tokens.len() + 1);
    let id = |number: usize, model: &Model| model.tokens.get(number).map_or_else(never_made, |token| token.id);
    match step {
        Step::Create { ends } => create(world, model, *ends),
        Step::Edit { token, from, name, ends, revoked: (revoked, reason) } => {
            let number = pick(token, model);
            let current = model.tokens.get(number).map_or(1, |token| token.version);
            let save = Save {
                expected: match from {
                    From::Current => Some(current),
                    From::Older => Some(current - 1),
                    From::Unsaid => None,
                },
                name: name.clone(),
                ends: ends.map(|End(end)| End(end.map(|seconds| model.now + seconds))),
                revoked: *revoked,
                reason: reason.clone(),
            };
            let edit = EditToken {
                name: save.name.as_ref().map(|name| name.parse().unwrap()),
                expires_at: save.ends.map(|End(end)| end.map(|end| UnixSeconds::new(end).unwrap())),
                revoked: save.revoked,
                reason: save.reason.as_ref().map(|reason| reason.parse().unwrap()),
                ..EditToken::default()
            };
            let head = world.head();
            let given = world.admin.edit_token(&author, id(number, model), save.expected, &Ok(edit));
            let given = given.map(|done| if done.head == head { Answer::Unchanged } else { Answer::Done });
            (model.edit(number, &save), answer(given))
        }
        Step::Revoke { token, reason } => {
            let number = pick(token, model);
            let reasoned = reason.as_ref().map(|reason| reason.parse().unwrap());
            let command = RevokeToken { id: id(number, model), reason: reasoned };
            let head = world.head();
            let given = world.admin.revoke_token(&author, &command);
            let given = given.map(|done| if done.head == head { Answer::Unchanged } else { Answer::Done });
            (model.revoke(number, reason.clone()), answer(given))
        }
        Step::Delete(token) => {
            let number = pick(token, model);
            let given = world.admin.delete_token(&author, id(number, model)).map(|_| Answer::Done);
            (model.delete(number), answer(given))
        }
        Step::Reveal(token) => {
            let number = pick(token, model);
            let given = world.admin.reveal_token(&author, id(number, model), None);
            let given = given.map(|done| Answer::Shown(done.value.text.expose().to_owned()));
            (model.reveal(number), answer(given))
        }
        Step::Advance(seconds) => {
            world.clock.advance(*seconds);
            model.now += seconds;
            (Answer::Unchanged, Answer::Unchanged)
        }
        Step::Reopen => {
            world.reopen();
            (Answer::Unchanged, Answer::Unchanged)
        }
    }
}

fn create(world: &World, model: &mut Model, ends: Option<i64>) -> (Answer, Answer) {
    let ends = ends.map(|seconds| model.now + seconds);
    let expected = if model.may_create(ends) { Answer::Done } else { Answer::Invalid };
    let new = NewToken { expires_at: ends.map(|end| UnixSeconds::new(end).unwrap()), ..new_token(&[]) };
    let given = world.admin.create_token(&Author::command_line(), &new).map(|done| {
        let (record, text) = (done.value.record, done.value.text);
        model.tokens.push(Known {
            id: record.id(),
            credential: record.token.grant().credentials.newest().id,
            text: text.expose().to_owned(),
            name: new.name.as_str().to_owned(),
            version: 1,
            text_ends: ends,
            ends,
            ended: None,
            deleted: false,
        });
        Answer::Done
    });
    (expected, answer(given))
}

fn answer(given: Result<Answer, AdminError>) -> Answer {
    match given {
        Ok(answer) => answer,
        Err(AdminError::NotFound(_)) => Answer::NotFound,
        Err(AdminError::VersionRequired) => Answer::VersionRequired,
        Err(AdminError::Stale { current }) => Answer::Stale(current),
        Err(AdminError::Conflict(_)) => Answer::Conflict,
        Err(AdminError::Invalid(_)) => Answer::Invalid,
        Err(other) => panic!("{other:?}"),
    }
}

fn never_made() -> TokenId {
    "0192f3c1-7a52-7c11-8d4e-0242ac120002".parse().unwrap()
}
