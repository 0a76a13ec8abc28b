//! What tokens, their texts and their rules are for, one behaviour each.

mod ends;
mod objects;
mod rules;
mod times;
