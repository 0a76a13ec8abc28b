//! Limits on the wire: what is one too many, too long or too slow, and what becomes of everybody else meanwhile.

mod signature_checks;
