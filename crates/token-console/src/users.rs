//! The view *Users*: people who administer.

mod ending;
mod form;
mod input;
mod save;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use token_admin::rights;
use token_core::{UserId, UserRecord};
use token_http::HttpState;
use token_http::pages::{self, PageError, Visit, blocking, html, in_path};

use crate::access;
use crate::forms::Choice;
use crate::looks::rendered;
use crate::notice::{Notice, done};
use crate::panels::{Listing, Mark, Place, Row, Select, with};
use crate::shell::{Shell, View};

pub(crate) use ending::{delete, delete_page, sign_out};
pub(crate) use save::{create, new, save};

use ending::Ending;
use form::Form;

/// Where the view is.
pub(crate) const PATH: &str = "/admin/users";
const FILTERS: [&str; 3] = ["name", "role", "enabled"];

/// What stands on the right.
enum Panel {
    Nothing,
    Form(Box<Form>),
    Ending(Ending),
}

#[derive(Template)]
#[template(path = "users/page.html")]
struct UsersPage {
    shell: Shell,
    listing: Listing,
    panel: Panel,
}

impl UsersPage {
    fn new(visit: &Visit, notice: Option<Notice>, listing: Listing, panel: Panel) -> Self {
        let title = match &panel {
            Panel::Nothing => "Users".to_owned(),
            Panel::Form(form) => format!("{} · Users", form.title),
            Panel::Ending(ending) => format!("Delete {} · Users", ending.name),
        };
        Self { shell: Shell::new(title, View::Users, visit).saying(notice), listing, panel }
    }

    fn is_chosen(&self) -> bool {
        !matches!(self.panel, Panel::Nothing)
    }
}

fn place(request: &HttpRequest) -> Place {
    Place::read(request, &FILTERS)
}

/// Whether somebody may sign in, as a mark.
fn mark(record: &UserRecord) -> Mark {
    match (record.user.enabled, record.password.is_some()) {
        (false, _) => Mark { look: "plain", word: "disabled" },
        (true, false) => Mark { look: "warn", word: "no password" },
        (true, true) => Mark { look: "good", word: "enabled" },
    }
}

async fn listing(
    place: Place,
    visit: &Visit,
    state: &Data<HttpState>,
    chosen: Option<UserId>,
) -> Result<Listing, PageError> {
    let filters = place.filters();
    let value = |name: &str| place.value(name);
    let (name, role, enabled) = (value("name"), value("role"), value("enabled"));
    let asked = pages::users(place.query, visit, state)?;
    let wanted = asked.wanted.clone();
    let (page, roles) =
        blocking(state, move |state| Ok((state.admin.store().list_users(&wanted)?, access::offered(state)?))).await?;
    let row = |record: &UserRecord| Row {
        id: record.id().to_string(),
        name: record.user.username.to_string(),
        href: format!("{PATH}/{}{filters}", record.id()),
        current: chosen == Some(record.id()),
        mark: Some(mark(record)),
        note: record.user.display_name.to_string(),
    };
    let said = |value: &str, name: &str| Choice { value: value.to_owned(), name: name.to_owned() };
    let select = |name, label, first, choices, value| Select { name, label, first, choices, value };
    Ok(Listing {
        heading: "Users",
        path: PATH,
        label: "Filter people by name",
        name,
        selects: vec![
            select("enabled", "State", "Any state", vec![said("true", "enabled"), said("false", "disabled")], enabled),
            select("role", "Role", "Any role", roles, role),
        ],
        others: Vec::new(),
        rows: page.items.iter().map(row).collect(),
        more: page.next.as_ref().map(|next| with(&format!("{PATH}{filters}"), "cursor", &asked.cursor(next))),
        count: None,
        count_at: String::new(),
        filters,
        empty: "Nobody has an account.",
        may_create: visit.may(&rights::USERS_CREATE),
        bulk: None,
    })
}

/// `GET /admin/users`: the list, and nobody chosen.
pub(crate) async fn list(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let mut place = place(&request);
    let notice = done(&mut place.query);
    let listing = listing(place, &visit, &state, None).await?;
    Ok(html(rendered(&UsersPage::new(&visit, notice, listing, Panel::Nothing))))
}

/// `GET /admin/users/{id}`: the list, and this person alone.
pub(crate) async fn show(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let id: UserId = in_path(&request, "id", "person")?;
    let mut place = place(&request);
    let (notice, filters, seen) = (done(&mut place.query), place.filters(), visit.clone());
    let form = blocking(&state, move |state| Form::of(&state.admin.user(id)?, &seen, state, &filters)).await?;
    let listing = listing(place, &visit, &state, Some(id)).await?;
    Ok(html(rendered(&UsersPage::new(&visit, notice, listing, Panel::Form(Box::new(form))))))
}
