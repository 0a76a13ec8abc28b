//! The log as CSV (RFC 4180), a page at a time: it takes no more memory for ten million events than for ten, and stops
//! with the client. No field is a formula for a spreadsheet.

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use token_core::EventQuery;
use token_http::HttpState;
use token_http::pages::{PageError, Visit, blocking};

use super::{FILTERS, Line, names, wanted};
use crate::panels::Place;

const COLUMNS: [&str; 8] = ["number", "time", "level", "type", "who", "message", "address", "changes"];

/// `GET /admin/changelog/export.csv`: all events that the filters leave, newest first.
pub(crate) async fn export(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let place = Place::read(&request, &FILTERS);
    let first = wanted(place.query, &visit, &state)?;
    // The first page is read before the answer begins, so that an error is an error.
    let (page, next) = rows(&state, first.clone(), true).await?;
    let rest = stream::unfold((state, first, next), |(state, query, next)| async move {
        let query = EventQuery { before: Some(next?), ..query };
        match rows(&state, query.clone(), false).await {
            Ok((page, next)) => Some((Ok::<Bytes, PageError>(page), (state, query, next))),
            // Cut off, so that nobody takes it for the whole.
            Err(error) => Some((Err(error), (state, query, None))),
        }
    });
    let whole = futures_util::StreamExt::chain(stream::iter([Ok(page)]), rest);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8; header=present")
        .insert_header((
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"changelog.csv\""),
        ))
        .streaming(whole))
}

async fn rows(
    state: &Data<HttpState>,
    query: EventQuery,
    with_head: bool,
) -> Result<(Bytes, Option<token_core::Seq>), PageError> {
    let (page, names) = blocking(state, move |state| {
        let page = state.admin.store().list_events(&query)?;
        let names = names(state, &page.items)?;
        Ok((page, names))
    })
    .await?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut write = |record: &[String]| writer.write_record(record.iter().map(|field| harmless(field)));
    let written = (|| {
        if with_head {
            write(&COLUMNS.map(str::to_owned))?;
        }
        page.items.iter().try_for_each(|event| write(&record(&Line::new(event, &names))))
    })();
    written.map_err(|_: csv::Error| PageError::internal("rows could not be written"))?;
    let bytes = writer.into_inner().map_err(|_| PageError::internal("rows could not be written"))?;
    Ok((Bytes::from(bytes), page.next))
}

fn record(line: &Line) -> [String; 8] {
    let changes: Vec<String> = line
        .changes
        .iter()
        .map(|change| {
            let part = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
            format!("{}: {} -> {}", change.field, part(&change.before), part(&change.after))
        })
        .collect();
    [
        line.seq.to_string(),
        line.time.clone(),
        line.level.to_owned(),
        line.kind.to_owned(),
        line.actor.clone(),
        line.message.clone(),
        line.address.clone(),
        changes.join("; "),
    ]
}

/// A field that no spreadsheet takes for a formula: an apostrophe stands before whatever could begin one, also in its
/// full-width form.
fn harmless(field: &str) -> String {
    let risky = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠');
    if field.trim_start_matches(' ').starts_with(risky) { format!("'{field}") } else { field.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn atk_v01_v02_no_field_is_a_formula() {
        for risky in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "＝1",
            "  =1",
            "=HYPERLINK(\"http://x\")",
            "=cmd|'/C calc'!A0",
        ] {
            assert_eq!(harmless(risky), format!("'{risky}"));
        }
        for plain in ["", "a=b", "1-2", "CI pipeline", "'quoted"] {
            assert_eq!(harmless(plain), plain);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn atk_v03_every_field_is_read_back_as_it_was(fields in proptest::collection::vec("\\PC{0,20}|[,;\"\n=+@-]{0,6}", 8)) {
            let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
            writer.write_record(fields.iter().map(|field| harmless(field))).unwrap();
            let bytes = writer.into_inner().unwrap();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
            let read: Vec<String> = reader.records().next().unwrap().unwrap().iter().map(str::to_owned).collect();
            prop_assert_eq!(read, fields.iter().map(|field| harmless(field)).collect::<Vec<_>>());
        }
    }
}
