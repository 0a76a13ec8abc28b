//! Import: many tokens in one write, each judged like one that is created alone.

use std::collections::HashMap;

use token_core::{Author, Change, RoleSet, TokenRecord};
use token_jwt::TokenText;

use super::create::{Birth, refused_values};
use crate::transaction::Deciding;
use crate::{Admin, AdminError, Done, EditToken, FieldError, NewToken, Submitted, rights};

/// What is to become of rows that are all good.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ImportMode {
    /// Nothing: they are judged alone.
    Judge,
    /// They are written.
    Write,
    /// They are written, and the texts of the tokens are wanted.
    WriteWithTexts,
}

/// What became of the rows of an import.
#[derive(Debug)]
pub enum Imported {
    /// Every row was good; with its text if that was wanted.
    Good(Vec<(TokenRecord, Option<TokenText>)>),
    /// Nothing was written: these rows, counted from 0, are refused.
    Refused(Vec<(usize, Vec<FieldError>)>),
}

impl Admin {
    /// Makes a token of every row, or of none: one write, one event each. Everybody else waits for the log while it
    /// is written, so a thousand rows are many.
    ///
    /// # Errors
    ///
    /// [`AdminError::Missing`] without `tokens:create`; [`AdminError::NotHeld`] when a token could do what the author
    /// cannot; [`AdminError::CannotSign`]; [`AdminError::Store`]. Refused rows are no error but an answer.
    pub fn import_tokens(
        &self,
        author: &Author,
        rows: &[Submitted<NewToken, EditToken>],
        mode: ImportMode,
    ) -> Result<Done<Imported>, AdminError> {
        self.signer.master()?;
        self.write(author, |deciding| {
            let (good, refused) = judged(rows, deciding)?;
            if !refused.is_empty() {
                return Ok((Vec::new(), Imported::Refused(refused)));
            }
            let birth = Birth::prepare(deciding, &self.settings)?;
            let mut made = Vec::with_capacity(good.len());
            for new in good {
                let record = birth.record(new, author, self.randomness.as_ref())?;
                let text = match mode {
                    ImportMode::WriteWithTexts => Some(birth.sign(deciding.tx, &record, &self.signer)?),
                    ImportMode::Judge | ImportMode::Write => None,
                };
                made.push((record, text));
            }
            let mut changes = Vec::new();
            if mode != ImportMode::Judge && !made.is_empty() {
                changes.extend(birth.first.clone().map(Change::IdentityFixed));
                changes.extend(made.iter().map(|(record, _)| Change::TokenCreated(Box::new(record.clone()))));
            }
            Ok((changes, Imported::Good(made)))
        })
    }
}

type Judged<'a> = (Vec<&'a NewToken>, Vec<(usize, Vec<FieldError>)>);

/// Every row, and what is wrong with it. Rows with the same roles are asked about them once.
fn judged<'a>(
    rows: &'a [Submitted<NewToken, EditToken>],
    deciding: &mut Deciding<'_>,
) -> Result<Judged<'a>, AdminError> {
    deciding.authority.require(&rights::TOKENS_CREATE)?;
    let mut known: HashMap<RoleSet, Vec<FieldError>> = HashMap::new();
    let (mut good, mut bad) = (Vec::with_capacity(rows.len()), Vec::new());
    for (number, row) in rows.iter().enumerate() {
        let refused = refused_values(row, deciding, &mut known)?;
        match row {
            Ok(new) if refused.is_empty() => good.push(new),
            _ => bad.push((number, refused)),
        }
    }
    Ok((good, bad))
}
