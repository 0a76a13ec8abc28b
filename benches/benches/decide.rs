//! A decision over 100 roles of 100 rules beside a look into a set of texts.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first fault")]

use std::collections::HashSet;
use std::hint::black_box;

use criterion::Criterion;
use token_authz::Permissions;
use token_bench::print_ratio;
use token_core::{Clock as _, Permission, Role, RoleId};
use token_testkit::{FixedClock, SeededRandomness};

fn main() {
    let (now, randomness) = (FixedClock::at(1_900_000_000).now(), SeededRandomness::new(1));
    let roles: Vec<Role> = (0..100)
        .map(|role| Role {
            id: RoleId::new(now, &randomness).expect("an id"),
            name: format!("role {role}").parse().expect("a name"),
            description: "".parse().expect("a description"),
            rules: (0..100).map(|rule| format!("allow r{role}.k{rule}:read").parse().expect("a rule")).collect(),
            version: 1,
        })
        .collect();
    let permissions = Permissions::compile(&roles);
    let held: HashSet<String> = (0..100).flat_map(|r| (0..100).map(move |k| format!("r{r}.k{k}:read"))).collect();
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("decide");
    for (name, text) in [("hit", "r50.k50:read"), ("miss", "r50.k50:write")] {
        let permission: Permission = text.parse().expect("a permission");
        group.bench_function(format!("a set of texts, {name}"), |b| b.iter(|| held.contains(black_box(text))));
        group.bench_function(format!("100 roles of 100 rules, {name}"), |b| {
            b.iter(|| permissions.decide(black_box(&permission)));
        });
    }
    group.finish();
    let permission: Permission = "r50.k50:read".parse().expect("a permission");
    print_ratio(
        "100 roles of 100 rules beside a set of texts",
        || {
            black_box(held.contains(black_box("r50.k50:read")));
        },
        || {
            let _ = black_box(permissions.decide(black_box(&permission)));
        },
    );
}
