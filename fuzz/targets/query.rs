//! Query strings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use token_http::fuzzing;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = core::str::from_utf8(data) else { return };
    let read = fuzzing::read_query(text);
    assert_eq!(read, fuzzing::read_query(text));
    if let Err(errors) = read {
        assert!(!errors.is_empty() && errors.iter().all(|error| error.pointer.starts_with('?')));
        assert!(errors.iter().all(|error| error.pointer.len() <= 33 && !error.detail.is_empty()));
    }
});
