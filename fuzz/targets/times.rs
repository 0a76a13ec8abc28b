//! Times and networks.
#![no_main]

use libfuzzer_sys::fuzz_target;
use token_core::AllowedNetworks;
use token_wire::{format_micros, format_seconds, parse_end, parse_from, parse_instant, parse_until};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = core::str::from_utf8(data) else { return };
    if let Ok(time) = parse_instant(text) {
        assert_eq!(parse_instant(&format_seconds(time)), Ok(time));
        assert_eq!(parse_end(text), Ok(time), "a moment is an end, too");
    }
    for time in [parse_from(text), parse_until(text)].into_iter().flatten() {
        assert_eq!(parse_from(&format_micros(time)), Ok(time));
    }
    if let Ok(networks) = AllowedNetworks::parse(text.lines()) {
        let written: Vec<String> = networks.iter().collect();
        assert_eq!(AllowedNetworks::parse(written.iter().map(String::as_str)), Ok(networks));
    }
});
