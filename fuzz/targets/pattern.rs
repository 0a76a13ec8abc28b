//! Permissions and patterns of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use token_core::{Permission, PermissionPattern, Rule};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = core::str::from_utf8(data) else { return };
    let permission = text.parse::<Permission>();
    let pattern = text.parse::<PermissionPattern>();
    if let Ok(permission) = &permission {
        assert_eq!(permission.as_str(), text);
        assert!(pattern.as_ref().is_ok_and(|pattern| pattern.covers(permission)), "a permission covers itself");
    }
    if let Ok(pattern) = &pattern {
        assert_eq!(pattern.to_string(), text);
        let (first, second) = text.split_once(':').unwrap_or((text, ""));
        let narrower = format!("{}:{}", first.replace('*', "x"), second.replace('*', "x"));
        if let Ok(permission) = narrower.parse::<Permission>() {
            assert!(pattern.covers(&permission), "a star stands for a word");
        }
    }
    if let Ok(rule) = text.parse::<Rule>() {
        assert_eq!(rule.to_string().parse::<Rule>(), Ok(rule));
    }
});
