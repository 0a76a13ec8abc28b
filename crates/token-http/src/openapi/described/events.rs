use token_core::{Level, SubjectKind};
use token_wire::{EventView, VerdictView};

use super::super::operation::{Described, get};
use super::super::parameter::{cursor, limit, needle, one_of, text, time};

pub(super) fn rows() -> Vec<Described> {
    let levels = Level::ALL.map(Level::as_str);
    let subjects = SubjectKind::ALL.map(SubjectKind::as_str);
    vec![
        get("/api/v1/events", "listEvents", "Lists changes, newest first.")
            .text(
                "Filters add up. A page may be short, or empty, although there is more: go on until `next` is `null`.",
            )
            .parameter(one_of("level", &levels, "Only events of this level."))
            .parameter(text("type", "Only events of this type, e.g. `token.revoked`."))
            .parameter(one_of("subject", &subjects, "Only events about this kind of thing."))
            .parameter(needle("subject_id", "Only events about this thing."))
            .parameter(time("from", "Only events from this time on."))
            .parameter(time("until", "Only events before this time; a date includes its day."))
            .parameter(needle("text", "A piece of a name, whatever the case."))
            .parameter(cursor())
            .parameter(limit())
            .page::<EventView>("EventPage"),
        get("/api/v1/events/verify", "verifyEvents", "Checks the whole changelog.")
            .text("200 whatever is found.")
            .answers::<VerdictView>("What was found."),
    ]
}
