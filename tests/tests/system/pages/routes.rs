//! Every page and what each visitor is answered there, written down in `golden.txt`: rows and pages are compared as
//! sets, statuses one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use token_console::routes;
use token_http::Verb;
use token_http::pages::PageNeed;
use token_testkit::on_each_database;

use super::browser::{ADMIN, Browser, START};
use super::calls::{ends_a_session, good};
use crate::app::App;

/// A line for each page: method, path, what a visitor needs, and the statuses in the order of [`VISITORS`].
const GOLDEN: &str = include_str!("golden.txt");

/// Nobody; somebody without any right; with exactly the needed one; with all.
const VISITORS: [&str; 4] = ["nobody", "powerless", "needed", "admin"];

fn needed(need: &PageNeed) -> String {
    match need {
        PageNeed::Public => "-".to_owned(),
        PageNeed::Session => "session".to_owned(),
        PageNeed::Permission(permission) => permission.to_string(),
        PageNeed::Both(read, act) => format!("{read}+{act}"),
    }
}

/// The rows of the file, without its heading.
fn rows() -> Vec<Vec<&'static str>> {
    let lines = GOLDEN.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_whitespace().collect()).collect()
}

/// What one visitor is answered on a page.
pub(crate) fn expected(verb: Verb, path: &str, visitor: &str) -> u16 {
    let place = VISITORS.iter().position(|name| *name == visitor).unwrap();
    let row = rows().into_iter().find(|row| row[..2] == [verb.as_str(), path]).unwrap();
    row[3 + place].parse().unwrap()
}

#[test]
fn atk_n01_s01_rows_and_pages_are_the_same_set() {
    let written: BTreeSet<Vec<String>> =
        rows().iter().map(|row| row[..3].iter().map(ToString::to_string).collect()).collect();
    let pages: BTreeSet<Vec<String>> =
        routes().map(|(verb, path, need)| vec![verb.as_str().to_owned(), path.to_owned(), needed(need)]).collect();
    let without_row: Vec<_> = pages.difference(&written).collect();
    let without_page: Vec<_> = written.difference(&pages).collect();
    assert!(without_row.is_empty(), "pages without a row in pages/golden.txt: {without_row:?}");
    assert!(without_page.is_empty(), "rows without a page: {without_page:?}");
    assert_eq!(rows().len(), pages.len(), "a row stands twice");
    assert!(rows().iter().all(|row| row.len() == 3 + VISITORS.len()), "a row has a status for each visitor");
}

/// Visitors who stay signed in from page to page, by what they may do.
struct Visitors<'a> {
    app: &'a App,
    known: BTreeMap<String, Browser>,
    made: u32,
}

impl Visitors<'_> {
    /// What this visitor is answered.
    fn status(&mut self, verb: Verb, route: &str, need: &PageNeed, visitor: &str) -> u16 {
        let call = good(self.app, verb, route);
        let rule = match (visitor, need) {
            ("nobody", _) => return ask(&self.app.browser(), verb, &call.path, &call.fields),
            ("needed", PageNeed::Permission(_) | PageNeed::Both(..)) => {
                need.permissions().map(|permission| format!("allow {permission}")).collect::<Vec<_>>().join("\n")
            }
            ("admin", _) => ADMIN.to_owned(),
            _ => String::new(),
        };
        let once = ends_a_session(route) || route == "/sign-in";
        let who = if once { format!("once {verb} {route} {visitor}") } else { rule.clone() };
        if !self.known.contains_key(&who) {
            let browser = self.sign_in(&rule);
            self.known.insert(who.clone(), browser);
        }
        ask(&self.known[&who], verb, &call.path, &call.fields)
    }

    fn sign_in(&mut self, rule: &str) -> Browser {
        self.made += 1;
        let name = format!("visitor {}", self.made);
        let rules: Vec<&str> = rule.lines().collect();
        let role = if rule.starts_with("allow") { self.app.role(&name, &rules) } else { rule.to_owned() };
        let roles: Vec<&str> = if role.is_empty() { Vec::new() } else { vec![&role] };
        self.app.accounts().make(&name, &roles);
        self.app.visitor(&name)
    }
}

fn ask(browser: &Browser, verb: Verb, path: &str, fields: &[(String, String)]) -> u16 {
    match verb {
        Verb::Post => browser.post_owned(path, fields).status,
        _ => browser.get(path).status,
    }
}

#[test]
fn atk_n01_s01_p64_each_visitor_is_answered_as_written_on_each_page() {
    on_each_database(|database| {
        let app = App::at(database, START);
        app.accounts().make("ada", &[ADMIN]);
        let mut visitors = Visitors { app: &app, known: BTreeMap::new(), made: 0 };
        let mut table = String::new();
        for (verb, route, need) in routes() {
            let [nobody, powerless, able, admin] = VISITORS.map(|visitor| visitors.status(verb, route, need, visitor));
            let (verb, need) = (verb.as_str(), needed(need));
            writeln!(table, "{verb:<5}{route:<41}{need:<29}{nobody:<7}{powerless:<10}{able:<7}{admin}").unwrap();
        }
        let written: Vec<&str> = GOLDEN.lines().skip(1).collect();
        assert!(table.lines().eq(written), "{VISITORS:?}\n{table}");
    });
}
