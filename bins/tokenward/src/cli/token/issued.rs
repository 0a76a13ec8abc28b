//! Prints what a request that may be repeated made, or made before.

use token_admin::Issued;
use token_core::UnixSeconds;
use token_wire::{CreatedView, TokenView};

use crate::output::{self, Format};

/// The token and its text, or the token alone where no text is shown any more.
pub(super) fn print(issued: Issued, now: UnixSeconds, format: Format) {
    let made = match issued {
        Issued::Now(made) | Issued::Again(made) => made,
        Issued::WithoutText(record) => {
            let view = TokenView::new(&record, now);
            return match format {
                Format::Json => output::json(&view),
                Format::Table => {
                    output::line(&format!("id     {}", view.id));
                    output::line("token  made before, and not shown any more");
                }
            };
        }
    };
    let view = CreatedView { object: TokenView::new(&made.record, now), token: made.text.expose().to_owned() };
    match format {
        Format::Json => output::json(&view),
        Format::Table => {
            output::line(&format!("id     {}", view.object.id));
            output::line(&format!("token  {}", view.token));
        }
    }
}
