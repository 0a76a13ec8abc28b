use proptest::prelude::*;
use token_core::RouteRulesError;

use super::*;

fn routes(rules: &str) -> Routes {
    Routes::new(RouteRules::from_lines(rules).unwrap())
}

fn found(routes: &Routes, method: &str, path: &str) -> String {
    let rule = routes.find(method, &RequestPath::parse(path.as_bytes()).unwrap());
    rule.map_or_else(|| "none".to_owned(), |rule| rule.permission.to_string())
}

#[test]
fn the_most_special_rule_decides_whatever_the_order() {
    let rules = "GET /** any:x\nGET /a/** a:x\nGET /a/*/c one:x\nGET /a/b/c b:x\nGET /a/b/* last:x\n* /a/b/c all:x\n";
    let turned: String = rules.lines().rev().flat_map(|line| [line, "\n"]).collect();
    for routes in [routes(rules), routes(&turned)] {
        for (path, permission) in [
            ("/", "any:x"),
            ("/z", "any:x"),
            ("/a", "a:x"),
            ("/a/", "a:x"),
            ("/a/z/z/z", "a:x"),
            ("/a/z/c", "one:x"),
            ("/a/b/c", "b:x"),
            ("/a/b/z", "last:x"),
            ("/a/b/c/", "a:x"),
            ("/A/b/c", "any:x"),
            ("/a?/z", "a:x"),
        ] {
            assert_eq!(found(&routes, "GET", path), permission, "{path}");
        }
    }
}

#[test]
fn less_special_rules_are_asked_where_the_method_has_none() {
    let routes = routes("PUT /a/b put:x\n* /a/* star:x\nDELETE /** delete:x\n");
    for (method, path, permission) in [
        ("PUT", "/a/b", "put:x"),
        ("GET", "/a/b", "star:x"),
        ("PROPFIND", "/a/b", "star:x"),
        ("put", "/a/b", "star:x"),
        ("DELETE", "/a/b", "star:x"),
        ("DELETE", "/a/b/c", "delete:x"),
        ("GET", "/a/b/c", "none"),
        ("*", "/x", "none"),
    ] {
        assert_eq!(found(&routes, method, path), permission, "{method} {path}");
    }
    assert_eq!(found(&Routes::default(), "GET", "/"), "none", "empty never means all");
}

#[test]
fn a_rule_for_get_answers_head_where_no_rule_has_it() {
    let routes = routes("GET /a get:x\nGET /b get:x\nHEAD /b head:x\n* /a star:x\nPOST /c post:x\n");
    for (path, permission) in [("/a", "get:x"), ("/b", "head:x"), ("/c", "none")] {
        assert_eq!(found(&routes, "HEAD", path), permission, "{path}");
    }
}

#[test]
fn stars_stand_for_whole_segments_that_are_not_empty() {
    let routes = routes("GET /a/* one:x\nGET /b/** rest:x\nGET /c/ slash:x\nGET /d/*/ deep:x\nGET /%2A star:x\n");
    for (path, permission) in [
        ("/a/b", "one:x"),
        ("/a/", "none"),
        ("/a", "none"),
        ("/b", "rest:x"),
        ("/bb", "none"),
        ("/c/", "slash:x"),
        ("/c", "none"),
        ("/d/x/", "deep:x"),
        ("/d//", "refused"),
        ("/*", "star:x"),
        ("/%2a", "star:x"),
        ("/x", "none"),
    ] {
        if permission != "refused" {
            assert_eq!(found(&routes, "GET", path), permission, "{path}");
        }
    }
    let deep = format!("/b{}", "/x".repeat(5_000));
    assert_eq!(found(&routes, "GET", &deep), "rest:x");
}

/// What the documents say, in the plainest way: all rules that match, the most special first.
fn reference<'a>(rules: &'a RouteRules, method: &str, path: &RequestPath<'_>) -> Option<&'a RouteRule> {
    let segments: Vec<&str> = path.segments().collect();
    let matches = |pattern: &RoutePattern| {
        let own = pattern.segments();
        let fits = if pattern.has_rest() { own.len() <= segments.len() } else { own.len() == segments.len() };
        fits && own.iter().zip(&segments).all(|(own, segment)| match own {
            RouteSegment::Literal(text) => text == segment,
            RouteSegment::One => !segment.is_empty(),
        })
    };
    let rank = |rule: &RouteRule| match (rule.method, method) {
        (RouteMethod::Any, _) => Some(2),
        (own, method) if own.as_str() == method => Some(0),
        (RouteMethod::Get, "HEAD") => Some(1),
        _ => None,
    };
    // A `**` is less special than anything that could stand in its place, and an end more.
    let kinds = |pattern: &RoutePattern| {
        let mut kinds: Vec<u8> = pattern.segments().iter().map(|own| u8::from(*own == RouteSegment::One)).collect();
        kinds.push(if pattern.has_rest() { 2 } else { 0 });
        kinds
    };
    let matching =
        rules.iter().filter(|rule| matches(&rule.path)).filter_map(|rule| Some((kinds(&rule.path), rank(rule)?, rule)));
    matching.min_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1))).map(|(_, _, rule)| rule)
}

fn pattern() -> impl Strategy<Value = String> {
    let segment = prop_oneof![3 => "[ab]", 1 => Just("*".to_owned()), 1 => Just("%61".to_owned())];
    let segments = proptest::collection::vec(segment, 0..5);
    (segments, 0..4_u8).prop_map(|(segments, end)| {
        let path = segments.iter().fold(String::new(), |path, segment| path + "/" + segment);
        match end {
            0 => path + "/**",
            1 => path + "/",
            _ if path.is_empty() => "/".to_owned(),
            _ => path,
        }
    })
}

/// Rules without those that say something of the same calls again.
fn distinct(mut rules: Vec<RouteRule>) -> RouteRules {
    loop {
        match RouteRules::new(rules.clone()) {
            Ok(rules) => return rules,
            Err(wrong) => {
                let (index, why) = wrong[wrong.len() - 1];
                assert_eq!(why, RouteRulesError::Twice);
                rules.remove(index);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_compiled_rules_find_what_the_plain_ones_do(
        rules in proptest::collection::vec((prop_oneof!["GET", "HEAD", "PUT", "[*]"], pattern()), 0..24),
        calls in proptest::collection::vec((prop_oneof!["GET", "HEAD", "PUT", "LOCK"], "(/[abc]){0,6}/?"), 1..12),
    ) {
        let numbered = rules.iter().zip(0..).map(|((method, path), n)| format!("{method} {path} r{n}:x").parse().unwrap());
        let rules = distinct(numbered.collect());
        let routes = Routes::new(rules.clone());
        for (method, path) in &calls {
            let path = if path.is_empty() { "/" } else { path };
            let path = RequestPath::parse(path.as_bytes()).unwrap();
            prop_assert_eq!(routes.find(method, &path), reference(&rules, method, &path), "{} {:?}", method, path);
        }
    }
}
