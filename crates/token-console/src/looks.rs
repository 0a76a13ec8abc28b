//! How errors look, and forms whose session had ended.

use askama::Template;
use token_http::pages::{Fields, Interrupted, Looks, Told, Visit};

use crate::forms::spoken_words;
use crate::shell::{Shell, View};
use crate::sign_in::{Kept, SignInPage, local};

/// The looks of this console.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConsoleLooks;

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    shell: Shell,
    told: &'a Told,
    detail: Option<String>,
}

/// Somebody is signed in, and goes on with a form that came from another session.
#[derive(Template)]
#[template(path = "continue.html")]
pub(crate) struct ContinuePage {
    pub(crate) shell: Shell,
    pub(crate) kept: Kept,
    pub(crate) csrf: String,
}

impl Looks for ConsoleLooks {
    fn failure(&self, told: &Told, visit: Option<&Visit>) -> String {
        let shell = match visit {
            Some(visit) => Shell::new(told.title.as_str(), View::None, visit),
            None => Shell::public(told.title.as_str()),
        };
        let detail = told.detail.as_deref().map(spoken_words);
        rendered(&FailurePage { shell, told, detail })
    }

    fn interrupted(&self, form: &Interrupted, visit: Option<&Visit>) -> String {
        let kept = Kept::new(&form.path, form.fields.iter());
        match visit {
            Some(visit) => {
                let shell = Shell::new("Go on", View::None, visit);
                rendered(&ContinuePage { csrf: visit.csrf_token(), shell, kept })
            }
            None => rendered(&SignInPage::with(kept)),
        }
    }

    fn sign_in_first(&self, next: &str) -> String {
        let next = local(next);
        if next == "/" { "/sign-in".to_owned() } else { format!("/sign-in?{}", next_parameter(&next)) }
    }
}

fn next_parameter(next: &str) -> String {
    Fields::kept([("next".to_owned(), next.to_owned())]).encoded()
}

/// The page as text. Templates write texts to memory, which does not fail.
pub(crate) fn rendered(page: &impl Template) -> String {
    page.render().unwrap_or_default()
}
