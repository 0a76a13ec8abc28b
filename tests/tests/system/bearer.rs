//! What stands in the `Authorization` field, and everywhere else a credential does not belong.

mod elsewhere;
mod fields;
mod outcome;
mod scheme;
