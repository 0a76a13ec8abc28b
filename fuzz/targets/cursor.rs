//! Cursors of lists.
#![no_main]

use libfuzzer_sys::fuzz_target;
use token_http::fuzzing;

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = core::str::from_utf8(data) {
        assert_eq!(fuzzing::open_cursor(text), None, "a cursor that nobody sealed");
    }
    let sealed = fuzzing::seal_cursor(data);
    if sealed.len() <= 4_096 {
        assert_eq!(fuzzing::open_cursor(&sealed).as_deref(), Some(data));
    }
});
