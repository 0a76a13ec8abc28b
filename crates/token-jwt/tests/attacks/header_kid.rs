//! `kid`: a name that is looked up as it stands, never a path, a query or a format.

use token_jwt::VerifyError;

use crate::hand::{self, HMACS};
use crate::members::quoted;
use crate::world::{claims, encode, on_each};

#[test]
fn atk_h14_kid_absent_or_of_another_type_or_spelling() {
    on_each(|world| {
        let own = world.public.id.as_str();
        let swap = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
        let (list, object) = (format!(r#"["{own}"]"#), format!(r#"{{"kid":"{own}"}}"#));
        for kid in ["null", "0", "1", "true", "[]", &list, "{}", &object, r#""""#] {
            world.refuses_header(world.header().with("kid", kid));
        }
        for kid in [
            "k".repeat(5_000),
            own.repeat(117),
            format!("{own} "),
            format!(" {own}"),
            format!("{own}\\u0000"),
            own.chars().map(swap).collect(),
            own.to_ascii_lowercase(),
            own.to_ascii_uppercase(),
        ] {
            world.refuses_header(world.header().with("kid", &quoted(kid)));
        }
        world.refuses_header(world.header().without("kid"));
    });
}

#[test]
fn atk_h15_kid_as_a_path_with_the_hmac_of_an_empty_file() {
    on_each(|world| {
        for kid in [
            "/dev/null",
            "../../dev/null",
            "../../../../../../dev/null",
            "file:///dev/null",
            "/dev/null\\u0000.pem",
            "%2e%2e%2f%2e%2e%2fdev%2fnull",
            "..%252f..%252fdev%252fnull",
            "C:\\\\nul",
        ] {
            world.refuses_header(world.header().with("kid", &quoted(kid)));
            for (alg, hmac) in HMACS {
                let header = world.header().with("kid", &quoted(kid));
                let header = header.replace(world.algorithm().as_str(), alg);
                let input = format!("{}.{}", encode(header), encode(claims().to_string()));
                let tag = encode(hand::hmac(hmac, b"", &input));
                world.refuses(&format!("{input}.{tag}"), VerifyError::UnknownHeader);
            }
        }
    });
}

#[test]
fn atk_h16_kid_as_sql() {
    on_each(|world| {
        let own = world.public.id.as_str();
        for kid in [
            "'",
            "''",
            "\\\"",
            "x' OR '1'='1",
            "x' UNION SELECT private FROM keys--",
            "x'; DROP TABLE keys;--",
            "x' AND pg_sleep(10)--",
            "x' AND randomblob(1000000000)--",
            "%",
            "_",
            &format!("{own}'--"),
            &format!("{own}' OR 'a'='a"),
            &format!("{own}%"),
        ] {
            world.refuses_header(world.header().with("kid", &quoted(kid)));
        }
    });
}

#[test]
fn atk_h17_kid_as_a_format_and_nothing_of_it_in_the_reason() {
    on_each(|world| {
        for kid in [
            "*)(uid=*))(|(uid=*",
            "$(touch x)",
            "`id`",
            "; ls",
            "{{7*7}}",
            "${7*7}",
            "<%= 7*7 %>",
            "${jndi:ldap://127.0.0.1/a}",
            "%s%s%n",
            "{0}",
            "\\r\\nInjected: 1",
            "\r\nInjected: 1",
            "\\u001b[2J",
            "<script>alert(1)</script>",
            "__proto__",
            "constructor",
            "toString",
        ] {
            let header = world.header().with("kid", &quoted(kid));
            world.refuses_header(&header);
            let reason = world.verify(&world.sign(&header, claims().to_string())).unwrap_err();
            assert_eq!(reason.to_string(), "the header is of no key here", "{kid}");
        }
    });
}
