//! The pages as HTML. Everything on them is written in this program, nothing comes from a request.

use token_wire::{FieldError, Problem, ProblemKind};

use super::explained::{Explained, explained};

pub(super) const STYLE: &str = "
:root { color-scheme: light dark; --text: #1c2430; --quiet: #566273; --line: #d5dbe3; --code: #f3f5f8; --link: #0b57a4; --page: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e9f0; --quiet: #a3afbf; --line: #36404d; --code: #1b222b; --link: #8cc2ff; --page: #12171e; }
}
body { margin: 0 auto; max-width: 44rem; padding: 2.5rem 1.25rem; color: var(--text); background: var(--page);
  font: 1rem/1.6 system-ui, sans-serif; }
h1 { margin: 0 0 .25rem; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2rem 0 .5rem; font-size: 1.05rem; }
a { color: var(--link); }
code, pre { font: .9rem/1.5 ui-monospace, monospace; background: var(--code); border-radius: .3rem; }
code { padding: .1rem .3rem; }
pre { padding: .9rem 1rem; overflow-x: auto; border: 1px solid var(--line); }
.status { color: var(--quiet); margin: 0 0 1.5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
";

/// All kinds, by status.
pub(super) fn list() -> String {
    let mut kinds = ProblemKind::ALL.to_vec();
    kinds.sort_by_key(|kind| (kind.status(), kind.name()));
    let row = |kind: &ProblemKind| {
        let (name, status, title) = (kind.name(), kind.status(), text(kind.title()));
        format!(
            "<tr><td>{status}</td><td><a href=\"/problems/{name}\"><code>{name}</code></a></td><td>{title}</td></tr>\n"
        )
    };
    let rows: String = kinds.iter().map(row).collect();
    frame(
        "Problems",
        &format!(
            "<h1>Problems</h1>\n<p class=\"status\">What the <code>type</code> of an error says, and how to mend it.</p>\n\
             <table>\n<thead><tr><th scope=\"col\">Status</th><th scope=\"col\">Name</th><th scope=\"col\">In short</th>\
             </tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
        ),
    )
}

/// One kind.
pub(super) fn show(kind: ProblemKind) -> String {
    let Explained { why, mend, detail } = explained(kind);
    let (title, name, status) = (text(kind.title()), kind.name(), kind.status());
    let (why, mend, example) = (text(why), text(mend), text(&example(kind, detail)));
    frame(
        kind.title(),
        &format!(
            "<h1>{title}</h1>\n<p class=\"status\">Status {status} · <code>/problems/{name}</code></p>\n\
             <h2>Why</h2>\n<p>{why}</p>\n<h2>How to mend it</h2>\n<p>{mend}</p>\n\
             <h2>An answer of this kind</h2>\n<pre>{example}</pre>\n<p><a href=\"/problems\">All problems</a></p>\n"
        ),
    )
}

/// Such an answer, as it is sent.
fn example(kind: ProblemKind, detail: Option<&str>) -> String {
    let mut problem = Problem::new(kind, detail.map(ToOwned::to_owned));
    problem.request_id = Some("0192f3c1-7a52-7c11-8d4e-0242ac120002".to_owned());
    let error = |pointer: &str, detail: &str| vec![FieldError::new(pointer, detail)];
    match kind {
        ProblemKind::InvalidFields => problem.errors = error("/name", "expected a text"),
        ProblemKind::RefusedValues => problem.errors = error("/expires_at", "must lie in the future"),
        ProblemKind::InvalidQuery => problem.errors = error("?limit", "expected a number from 1 to 500"),
        _ => {}
    }
    serde_json::to_string_pretty(&problem).unwrap_or_default()
}

fn frame(title: &str, body: &str) -> String {
    let title = text(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title} · Tokenward</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// A text between tags; backticks become code.
fn text(plain: &str) -> String {
    let safe = plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let mut parts = safe.split('`');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.enumerate().fold(first, |text, (number, part)| {
        let tag = if number.is_multiple_of(2) { "<code>" } else { "</code>" };
        text + tag + part
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_page_with_whole_tags_and_the_list_names_it() {
        let list = list();
        for kind in ProblemKind::ALL {
            let page = show(*kind);
            assert_eq!(page.matches("<code>").count(), page.matches("</code>").count(), "{}", kind.name());
            assert_eq!(page.matches('<').count(), page.matches('>').count(), "{}", kind.name());
            assert!(page.contains(&format!("/problems/{}", kind.name())), "{}", kind.name());
            assert!(list.contains(&format!("href=\"/problems/{}\"", kind.name())), "{}", kind.name());
        }
    }

    #[test]
    fn texts_are_texts() {
        assert_eq!(text("a `<b>` & \"c\""), "a <code>&lt;b&gt;</code> &amp; &quot;c&quot;");
    }
}
