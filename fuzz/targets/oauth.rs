//! Credentials and forms of OAuth clients.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use token_http::fuzzing;

/// Every byte by its number.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fuzz_target!(|data: &[u8]| {
    if let Some((id, text)) = fuzzing::read_client(data) {
        let field = format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(&id), encoded(&text))));
        assert_eq!(fuzzing::read_client(field.as_bytes()), Some((id, text)));
    }
    let Ok(form) = core::str::from_utf8(data) else { return };
    match fuzzing::read_form(form) {
        Ok((text, address)) => {
            let address = address.map(|address| format!("&address={}", encoded(&address.to_string())));
            let form = format!("token={}{}", encoded(&text), address.clone().unwrap_or_default());
            let again = fuzzing::read_form(&form);
            assert_eq!(again.map(|(text, address)| (text, address.is_some())), Ok((text, address.is_some())));
        }
        Err(errors) => {
            let known = ["", "/token", "/token_type_hint", "/address"];
            assert!(errors.iter().all(|error| known.contains(&error.pointer.as_str()) && !error.detail.is_empty()));
        }
    }
});
