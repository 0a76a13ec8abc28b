//! `exp`, `nbf`, `iat`: whole seconds in one spelling; any other value is not the stored one.

use crate::world::{claims, on_each};

#[test]
fn atk_c01_exp_of_another_type_or_absent() {
    on_each(|world| {
        for exp in [r#""1800000000""#, "true", "false", "null", "[]", "[1800000000]", "{}", r#"{"exp":1800000000}"#, ""]
        {
            world.refuses_payload(claims().with("exp", exp));
        }
        // Without an end it is a text we could have written, of a credential we do not have.
        world.takes_for_another(&claims().without("exp"));
    });
}

#[test]
fn atk_c02_exp_before_anything() {
    on_each(|world| {
        for exp in ["-1", "-0", "-1800000000", "-9223372036854775808"] {
            world.refuses_payload(claims().with("exp", exp));
        }
        for exp in ["0", "1"] {
            world.takes_for_another(&claims().with("exp", exp));
        }
    });
}

#[test]
fn atk_c03_exp_beyond_the_calendar_never_wraps() {
    on_each(|world| {
        for exp in [
            "253402300800",
            "9007199254740992",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551615",
            "18446744073709551616",
            // The stored second, and 2^63, 2^64, 2^128 more.
            "9223372038654775808",
            "18446744075509551616",
            "340282366920938463463374607433568211456",
            "1e300",
            &"9".repeat(400),
            &format!("{}1800000000", "0".repeat(390)),
        ] {
            world.refuses_payload(claims().with("exp", exp));
        }
        // The last second there is; the stored second and 2^32, 2^33 more.
        for exp in ["253402300799", "6094967296", "10389934592"] {
            world.takes_for_another(&claims().with("exp", exp));
        }
    });
}

#[test]
fn atk_c04_exp_that_is_no_json_number_of_ours() {
    on_each(|world| {
        for exp in [
            "NaN",
            "Infinity",
            "-Infinity",
            "1e999",
            "01800000000",
            "+1800000000",
            "0x6b49d200",
            "0o15322351000",
            "1800000000.",
            ".5",
            "1_800_000_000",
            "1800000000L",
            " 1800000000",
            "1800000000 ",
            "1800000000\n",
            "\u{ff11}800000000",
            "\u{661}",
        ] {
            world.refuses_payload(claims().with("exp", exp));
        }
    });
}

#[test]
fn atk_c05_exp_is_no_fraction() {
    on_each(|world| {
        for exp in ["1799999999.5", "1799999999.999999999", "1800000000.0", "1800000000.5", "1.8e9", "18e8", "1.8E+9"] {
            world.refuses_payload(claims().with("exp", exp));
        }
    });
}

#[test]
fn atk_c06_exp_twice_in_either_order() {
    on_each(|world| {
        for other in [r#""exp":1"#, r#""exp":1800000000"#, r#""exp":9999999999"#] {
            for payload in claims().and(other) {
                world.refuses_payload(payload);
            }
        }
    });
}

#[test]
fn atk_c07_exp_one_second_off() {
    // Which second it is now nobody asks here; a text may not move its end by one.
    on_each(|world| {
        for exp in ["1799999999", "1800000001"] {
            world.takes_for_another(&claims().with("exp", exp));
        }
    });
}

#[test]
fn atk_c08_p02_nbf_is_never_issued_and_always_refused() {
    on_each(|world| {
        assert!(!claims().to_string().contains("nbf"));
        for nbf in ["0", "1", "1700000000", "9999999999", r#""1700000000""#, r#""x""#, "null", "true", "[]", "1e17"] {
            for payload in claims().and(&format!(r#""nbf":{nbf}"#)) {
                world.refuses_payload(payload);
            }
        }
    });
}

#[test]
fn atk_c09_iat_of_another_type_or_time() {
    on_each(|world| {
        for iat in
            [r#""1700000000""#, "null", "true", "[]", "{}", "1700000000.0", "1.7e9", "-1", "01", "", "253402300800"]
        {
            world.refuses_payload(claims().with("iat", iat));
        }
        world.refuses_payload(claims().without("iat"));
        // A second, a day, and more than the end later; the beginning of time.
        for iat in ["1700000001", "1699999999", "1700086400", "1800000001", "0"] {
            world.takes_for_another(&claims().with("iat", iat));
        }
    });
}
