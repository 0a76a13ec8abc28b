//! The whole page: the list, and what stands on the right.

use askama::Template;
use token_http::pages::Visit;

use super::ending::Ending;
use super::form::Form;
use super::rotate::Rotation;
use crate::notice::Notice;
use crate::panels::Listing;
use crate::shell::{Shell, View};

/// What stands on the right.
pub(super) enum Panel {
    Nothing,
    Form(Box<Form>),
    Ending(Ending),
    Rotation(Box<Rotation>),
}

#[derive(Template)]
#[template(path = "tokens/page.html")]
pub(super) struct TokensPage {
    pub(super) shell: Shell,
    pub(super) listing: Listing,
    pub(super) panel: Panel,
}

impl TokensPage {
    pub(super) fn new(visit: &Visit, notice: Option<Notice>, listing: Listing, panel: Panel) -> Self {
        let title = match &panel {
            Panel::Nothing => "API Tokens".to_owned(),
            Panel::Form(form) => format!("{} · API Tokens", form.title),
            Panel::Ending(ending) => format!("Delete {} · API Tokens", ending.name),
            Panel::Rotation(rotation) => format!("Rotate {} · API Tokens", rotation.name),
        };
        Self { shell: Shell::new(title, View::ApiTokens, visit).saying(notice), listing, panel }
    }

    fn is_chosen(&self) -> bool {
        !matches!(self.panel, Panel::Nothing)
    }
}
