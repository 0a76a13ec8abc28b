//! `Authorization` fields, one a line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use token_guard::Presented;

fuzz_target!(|data: &[u8]| {
    let fields: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    let presented = Presented::from_fields(fields.iter().copied());
    if let Presented::Bearer(text) = presented {
        assert_eq!(fields.len(), 1, "several fields admit nobody");
        let again = format!("Bearer {text}");
        assert!(matches!(Presented::from_fields([again.as_bytes()]), Presented::Bearer(same) if same == text));
    }
});
