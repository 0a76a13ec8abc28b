//! Lists events.

use actix_web::HttpResponse;
use actix_web::web::Data;
use token_core::{EventQuery, Level, Seq, SubjectKind, TokenName};
use token_wire::{EventView, PageView, parse_from, parse_until};

use crate::answer::json;
use crate::author::Asking;
use crate::cursor::Cursors;
use crate::error::ApiError;
use crate::query::Query;
use crate::state::{HttpState, blocking};

/// `GET /api/v1/events?level=&type=&subject=&subject_id=&from=&until=&text=&cursor=&limit=`: one page, newest first.
pub(crate) async fn list(asking: Asking, mut query: Query, state: Data<HttpState>) -> Result<HttpResponse, ApiError> {
    let (wanted, cursors) = wanted(&mut query, &asking, &state);
    let wanted = query.finish(wanted)?;
    let page = blocking(&state, move |state| Ok(state.admin.store().list_events(&wanted)?)).await?;
    let next = page.next.map(|seq| cursors.seal(&sealed(seq)));
    Ok(json(&PageView { items: page.items.iter().map(EventView::from).collect(), next }))
}

/// What the parameters ask for, and the cursors of that question.
pub(crate) fn wanted(query: &mut Query, asking: &Asking, state: &HttpState) -> (EventQuery, Cursors) {
    let cursors = Cursors::new(&state.cursor_key, "events.1", asking.id(), query);
    let before = cursors.position(query, position);
    let limit = query.limit(state.limits.max_page);
    (EventQuery { before, limit, ..filters(query) }, cursors)
}

/// A place as a cursor holds it.
pub(crate) fn sealed(position: Seq) -> [u8; 8] {
    position.get().to_be_bytes()
}

fn filters(query: &mut Query) -> EventQuery {
    const TIME: &str = "expected a time like `2027-05-31T12:00:00Z`, or a date like `2027-05-31`";
    let filters = EventQuery {
        level: query.parsed("level", "expected `info`, `notice` or `warning`", level),
        kind: query.typed("type", "expected a type of event, e.g. `token.revoked`"),
        subject_kind: query.parsed(
            "subject",
            "expected `installation`, `token`, `role`, `key` or `user`",
            subject_kind,
        ),
        subject_id: query.needle("subject_id"),
        from: query.parsed("from", TIME, |text| parse_from(text).ok()),
        until: query.parsed("until", TIME, |text| parse_until(text).ok()),
        text: query.needle("text").map(|needle| TokenName::fold_needle(&needle)),
        ..EventQuery::default()
    };
    if filters.from.zip(filters.until).is_some_and(|(from, until)| until <= from) {
        query.refuse("until", "must lie after `from`");
    }
    filters
}

fn level(text: &str) -> Option<Level> {
    Level::ALL.into_iter().find(|level| level.as_str() == text)
}

fn subject_kind(text: &str) -> Option<SubjectKind> {
    SubjectKind::ALL.into_iter().find(|kind| kind.as_str() == text)
}

fn position(bytes: &[u8]) -> Option<Seq> {
    bytes.try_into().ok().map(u64::from_be_bytes).map(Seq::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(text: &str) -> bool {
        let mut query = Query::parse(text);
        let read = filters(&mut query);
        query.finish(read).is_ok()
    }

    #[test]
    fn t08_filters_add_up() {
        let mut query =
            Query::parse("level=notice&type=token.revoked&subject=token&from=2027-01-01&until=2027-01-01&text=CI");
        let read = filters(&mut query);
        let read = query.finish(read).unwrap();
        assert_eq!(read.level, Some(Level::Notice));
        assert_eq!(read.text.as_deref(), Some("ci"));
        assert_eq!(read.until.unwrap().get() - read.from.unwrap().get(), 86_400_000_000);
    }

    #[test]
    fn atk_q05_q08_filters_outside_their_lists_are_refused() {
        for bad in [
            "level=NOTICE",
            "level=debug",
            "type=token.unrevoked",
            "subject=person",
            "from=2027-02-29",
            "from=0000-01-01",
            "until=10000-01-01",
            "from=2027-01-01T00:00:00",
            "from=2027-02-01&until=2027-01-01",
            "sort=at",
            "text=",
        ] {
            assert!(!accepted(bad), "{bad}");
        }
        assert!(accepted(""));
    }
}
