//! Anything at all, sent to every route by somebody who may do everything: no fault of ours, no panic, and every
//! refusal is a problem.

mod requests;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::test_runner::{Config, TestRunner};
use token_admin::NewRole;
use token_core::{Author, BuiltIn, Store as _};
use token_seal::MasterKey;
use token_testkit::{Answer, Database, FixedClock, Kind, Product, RawRequest, SeededRandomness};

use crate::world::new_token;
use requests::{Known, Wish, batches};

/// How often each class of status was answered, by method and route.
type Seen = BTreeMap<(String, &'static str), BTreeMap<u16, u32>>;

/// An installation with something of each kind, and what the answers of each route were.
struct Installation {
    product: Product,
    seen: RefCell<Seen>,
    // Last, so that it goes when nobody is connected any more.
    _database: Database,
}

impl Installation {
    fn fresh(kind: Kind) -> Self {
        let database = Database::fresh(kind);
        let (clock, randomness) = (Arc::new(FixedClock::at(1_900_000_000)), Arc::new(SeededRandomness::new(5)));
        let master = Arc::new(MasterKey::generate(randomness.as_ref()).unwrap());
        let product = Product::open(&database.address(), &master, &clock, &randomness);
        Self { product, seen: RefCell::default(), _database: database }
    }

    /// The ids there are for this case, and the text of somebody who may do everything.
    fn known(&self) -> (Known, String) {
        let author = Author::command_line();
        let made = |roles: &[_]| self.product.admin.create_token(&author, &new_token(roles)).unwrap().value;
        let root = made(&[BuiltIn::Admin.id()]);
        let name = format!("role {}", root.record.id()).parse().unwrap();
        let role = NewRole {
            name,
            description: "".parse().unwrap(),
            rules: Vec::new(),
            users: std::collections::BTreeSet::new(),
        };
        let role = self.product.admin.create_role(&author, &Ok(role)).unwrap().value;
        let kid = self.product.admin.keys().unwrap()[0].id.to_string();
        self.product.guard.look().unwrap();
        let known = Known { token: made(&[]).record.id().to_string(), role: role.id.to_string(), kid };
        (known, root.text.expose().to_owned())
    }

    fn look(&self, wish: &Wish, request: &RawRequest, answer: &Answer) {
        let shown = || format!("{request:?}\n{}", String::from_utf8_lossy(&request.body));
        assert!(answer.status < 500, "{answer:?}\n{}", shown());
        if 400 <= answer.status && request.method != "HEAD" {
            assert!(answer.json()["type"].as_str().is_some_and(|kind| kind.starts_with("/problems/")), "{}", shown());
        }
        let mut seen = self.seen.borrow_mut();
        *seen.entry((request.method.clone(), wish.route)).or_default().entry(answer.status / 100).or_default() += 1;
    }
}

fn try_everything(kind: Kind, cases: u32) {
    let installation = Installation::fresh(kind);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 60, ..Config::default() };
    let outcome = TestRunner::new(config).run(&batches(), |wishes| {
        let (known, text) = installation.known();
        let requests: Vec<RawRequest> = wishes.iter().map(|wish| wish.request(&known, &text)).collect();
        let answers = installation.product.answers(&requests);
        for ((wish, request), answer) in wishes.iter().zip(&requests).zip(&answers) {
            installation.look(wish, request, answer);
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("on {kind:?}: {error}");
    }
    let seen = installation.seen.borrow();
    for (verb, route, _) in token_http::routes() {
        assert!(seen.contains_key(&(verb.as_str().to_owned(), route)), "{verb} {route} was never called");
    }
    let all = |class: u16| seen.values().filter_map(|classes| classes.get(&class)).sum::<u32>();
    assert!(cases < all(2) && cases < all(4), "neither only good calls nor only bad ones: {seen:?}");
    let verdict = installation.product.store.verify_log().unwrap();
    assert_eq!(verdict.broken, None);
}

#[test]
fn p06_anything_at_all_is_answered_and_never_a_fault_of_ours_in_a_file() {
    try_everything(Kind::Sqlite, 250);
}

#[test]
fn p06_anything_at_all_is_answered_and_never_a_fault_of_ours_on_a_server() {
    try_everything(Kind::Postgres, 60);
}
