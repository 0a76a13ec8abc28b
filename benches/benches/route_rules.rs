//! Finding the rule that decides among 10 000 route rules, the path of the request included, beside finding it among ten.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::hint::black_box;

use criterion::Criterion;
use token_authz::Routes;
use token_bench::print_ratio;
use token_core::{RequestPath, RouteRules};

/// Four rules for each of so many services.
fn routes(services: usize) -> Routes {
    let four = |n: usize| {
        [
            format!("GET /services/s{n}/** s{n}:read\n"),
            format!("* /services/s{n}/items/* s{n}:write\n"),
            format!("PUT /services/s{n}/items/*/parts/secret s{n}:all\n"),
            format!("GET /services/*/items/i{n} all:read\n"),
        ]
    };
    let lines: String = (0..services).flat_map(four).collect();
    Routes::new(RouteRules::from_lines(&lines).expect("rules"))
}

fn main() {
    let (few, many) = (routes(3), routes(2_500));
    assert_eq!(many.rules().len(), 10_000, "as many as there may be");
    let find = |routes: &Routes, method: &str, target: &[u8]| {
        let path = RequestPath::parse(black_box(target)).expect("a path");
        black_box(routes.find(black_box(method), &path).is_some())
    };
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("route rules");
    for (name, method, target) in [
        ("a path of two segments", "GET", "/services/s1"),
        ("a path of five, by a star", "POST", "/services/s1/items/4711"),
        ("a path of seven, by the rest", "GET", "/services/s1/items/4711/parts/3/view?x=1"),
        ("a path with escapes", "PUT", "/services/s1/items/%C3%A9%20x/parts/secret"),
        ("a path of no rule", "GET", "/elsewhere/s1/items"),
    ] {
        group.bench_function(format!("{name}, 10 000 rules"), |b| b.iter(|| find(&many, method, target.as_bytes())));
    }
    group.finish();
    print_ratio(
        "10 000 route rules beside twelve",
        || {
            let _ = find(&few, "GET", b"/services/s1/items/4711/parts/3");
        },
        || {
            let _ = find(&many, "GET", b"/services/s1/items/4711/parts/3");
        },
    );
}
