//! Texts of tokens: a ring with one key, which signed one text.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use token_fuzz::{issued, ring};
use token_jwt::{MAX_TOKEN, UnverifiedJwt};

static ISSUED: LazyLock<String> = LazyLock::new(issued);

fuzz_target!(|data: &[u8]| {
    let Ok(text) = core::str::from_utf8(data) else { return };
    // `%` stands for what was issued, so that changes of it are soon found.
    let text = text.replace('%', &ISSUED);
    if let Ok(jwt) = UnverifiedJwt::parse(&text, MAX_TOKEN)
        && ring().verify(&jwt).is_ok()
    {
        assert_eq!(text, *ISSUED, "nothing else was signed");
    }
});
