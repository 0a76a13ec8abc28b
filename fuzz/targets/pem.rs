//! Private keys to import.
#![no_main]

use libfuzzer_sys::fuzz_target;
use token_core::{KeyState, UnixSeconds};
use token_jwt::{NewKey, SigningKey};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = core::str::from_utf8(data) else { return };
    let Ok(key) = NewKey::import_pem(text) else { return };
    let created_at = UnixSeconds::new(0).expect("a time");
    let public = key.public(KeyState::Signing, created_at).expect("a key that was taken has a public half");
    SigningKey::open(public.algorithm, public.id, key.private()).expect("a key that was taken signs");
});
