//! Pieces of forms: fields with what is wrong with them, and the summary on top.

use actix_web::HttpResponse;
use actix_web::http::header;
use token_admin::FieldError;
use token_http::pages::Fields;

/// One input and what is wrong with it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Field {
    pub(crate) value: String,
    pub(crate) problem: Option<String>,
}

impl Field {
    /// A value nothing is wrong with.
    pub(crate) fn of(value: impl Into<String>) -> Self {
        Self { value: value.into(), problem: None }
    }

    /// A value, and what is said of the member `name` or of anything within it.
    pub(crate) fn with(value: impl Into<String>, errors: &[FieldError], name: &str) -> Self {
        let about = |error: &&FieldError| member(&error.pointer) == name;
        let problems: Vec<String> = errors.iter().filter(about).map(|error| sentence(&error.detail)).collect();
        Self { value: value.into(), problem: Some(problems.join(" ")).filter(|problems| !problems.is_empty()) }
    }
}

/// Everything that is wrong, on top of a form, each with a link to its place.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Summary(pub(crate) Vec<Wrong>);

/// One thing that is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Wrong {
    /// The id of the input.
    pub(crate) place: String,
    /// What people call it.
    pub(crate) name: String,
    pub(crate) detail: String,
}

impl Summary {
    pub(crate) fn of(errors: &[FieldError]) -> Self {
        let wrong = |error: &FieldError| {
            let place = member(&error.pointer).to_owned();
            Wrong { name: spoken(&place), place, detail: spoken_words(&error.detail) }
        };
        Self(errors.iter().map(wrong).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The member that a JSON pointer leads into: `roles` of `/roles/1`.
fn member(pointer: &str) -> &str {
    pointer.trim_start_matches('/').split('/').next().unwrap_or_default()
}

/// `expires_at` as people call it.
fn spoken(member: &str) -> String {
    match member {
        "expires_at" => "Expiry date".to_owned(),
        "allowed_networks" => "Networks".to_owned(),
        "old_ends" => "Older texts".to_owned(),
        "username" => "User name".to_owned(),
        other => {
            let words = other.replace('_', " ");
            let mut letters = words.chars();
            letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
        }
    }
}

/// Without the marks around words of the machine, which are for texts that are read elsewhere.
pub(crate) fn spoken_words(text: &str) -> String {
    let mut parts = text.split('`');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.enumerate().fold(first, |text, (number, part)| {
        let mark = if number.is_multiple_of(2) { '‘' } else { '’' };
        format!("{text}{mark}{part}")
    })
}

/// With a capital letter and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let spoken = spoken_words(text);
    let mut letters = spoken.trim_end_matches('.').chars();
    let Some(first) = letters.next() else { return String::new() };
    format!("{}{}.", first.to_uppercase(), letters.as_str())
}

/// Another choice of a slot.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) name: String,
}

/// What a button of a form asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ask<'a> {
    /// Save.
    Save,
    /// An empty slot more, in the list of this name.
    Add(&'a str),
    /// One slot less.
    Remove(&'a str, usize),
    /// Anything else, by name.
    Other(&'a str),
    /// Show the form as it is, and do nothing.
    Nothing,
}

impl<'a> Ask<'a> {
    /// From the field `do`.
    pub(crate) fn read(text: Option<&'a str>) -> Self {
        let Some(text) = text else { return Self::Nothing };
        if let Some(list) = text.strip_prefix("add-") {
            return Self::Add(list);
        }
        if let Some((list, place)) = text.strip_prefix("remove-").and_then(|rest| rest.rsplit_once('-'))
            && let Ok(place) = place.parse()
        {
            return Self::Remove(list, place);
        }
        if text == "save" { Self::Save } else { Self::Other(text) }
    }
}

/// Whether a form that does one thing asks for it: its button says so. A form that goes on after its session ended does
/// not, so nothing is done before somebody presses the button again.
pub(crate) fn asks_for(fields: &Fields, what: &str) -> bool {
    fields.text("do") == Some(what)
}

/// Says in how many seconds to come again, if that is what keeps somebody.
pub(crate) fn wait(response: &mut HttpResponse, seconds: Option<u32>) {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
}

/// One slot more or less, if `ask` is about the list of this name.
pub(crate) fn slots(list: &str, mut values: Vec<String>, ask: Ask<'_>) -> Vec<String> {
    match ask {
        Ask::Add(named) if named == list => values.push(String::new()),
        Ask::Remove(named, place) if named == list && place < values.len() => drop(values.remove(place)),
        _ => {}
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_stand_at_their_fields_and_on_top() {
        let errors = [
            FieldError::new("/roles/1", "`x`: there is no such role"),
            FieldError::new("/name", "must not be empty"),
            FieldError::new("/roles", "too many"),
        ];
        assert_eq!(Field::with("", &errors, "name").problem.as_deref(), Some("Must not be empty."));
        assert_eq!(Field::with("", &errors, "roles").problem.as_deref(), Some("‘x’: there is no such role. Too many."));
        assert_eq!(Field::with("", &errors, "description").problem, None);
        let names: Vec<String> = Summary::of(&errors).0.into_iter().map(|wrong| wrong.name).collect();
        assert_eq!(names, ["Roles", "Name", "Roles"]);
        assert_eq!(spoken("expires_at"), "Expiry date");
        assert_eq!(spoken("display_name"), "Display name");
    }

    #[test]
    fn s18_slots_come_and_go() {
        let values = || vec!["a".to_owned(), "b".to_owned()];
        let after = |ask: &str| slots("role", values(), Ask::read(Some(ask)));
        assert_eq!(after("add-role"), ["a", "b", ""]);
        assert_eq!(after("remove-role-0"), ["b"]);
        assert_eq!(after("remove-role-2"), ["a", "b"]);
        assert_eq!(after("add-network"), ["a", "b"]);
        assert_eq!(after("save"), ["a", "b"]);
        assert_eq!(Ask::read(None), Ask::Nothing);
        assert_eq!(Ask::read(Some("revoke")), Ask::Other("revoke"));
    }
}
