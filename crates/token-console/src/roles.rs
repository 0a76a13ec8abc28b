//! The view *Roles*: the list on the left, one role on the right (T02, T03).

mod ending;
mod form;
mod input;
mod save;
mod who;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use token_admin::rights;
use token_core::{BuiltIn, Role, RoleId};
use token_http::HttpState;
use token_http::pages::{self, PageError, Visit, blocking, html, in_path};

use crate::looks::rendered;
use crate::notice::{Notice, done};
use crate::panels::{Listing, Mark, Place, Row, with};
use crate::shell::{Shell, View};

pub(crate) use ending::{delete, delete_page};
pub(crate) use save::{create, new, save};
pub(crate) use who::who_could;

use ending::Ending;
use form::Form;
use who::WhoCould;

/// Where the view is.
pub(crate) const PATH: &str = "/admin/roles";
const FILTERS: [&str; 1] = ["name"];

/// What stands on the right.
enum Panel {
    Nothing,
    Form(Box<Form>),
    Ending(Ending),
    Who(WhoCould),
}

#[derive(Template)]
#[template(path = "roles/page.html")]
struct RolesPage {
    shell: Shell,
    listing: Listing,
    panel: Panel,
}

impl RolesPage {
    fn new(visit: &Visit, notice: Option<Notice>, listing: Listing, panel: Panel) -> Self {
        let title = match &panel {
            Panel::Nothing => "Roles".to_owned(),
            Panel::Form(form) => format!("{} · Roles", form.title),
            Panel::Ending(ending) => format!("Delete {} · Roles", ending.name),
            Panel::Who(_) => "Who could · Roles".to_owned(),
        };
        Self { shell: Shell::new(title, View::Roles, visit).saying(notice), listing, panel }
    }

    fn is_chosen(&self) -> bool {
        !matches!(self.panel, Panel::Nothing)
    }
}

fn place(request: &HttpRequest) -> Place {
    Place::read(request, &FILTERS)
}

async fn listing(
    place: Place,
    visit: &Visit,
    state: &Data<HttpState>,
    chosen: Option<RoleId>,
) -> Result<Listing, PageError> {
    let (filters, name) = (place.filters(), place.value("name"));
    let asked = pages::roles(place.query, visit, state)?;
    let wanted = asked.wanted.clone();
    let page = blocking(state, move |state| Ok(state.admin.store().list_roles(&wanted)?)).await?;
    let row = |role: &Role| Row {
        id: role.id.to_string(),
        name: role.name.to_string(),
        href: format!("{PATH}/{}{filters}", role.id),
        current: chosen == Some(role.id),
        mark: role.built_in().map(|_| Mark { look: "plain", word: "built-in" }),
        note: note(role),
    };
    Ok(Listing {
        heading: "Roles",
        path: PATH,
        label: "Filter roles by name",
        name,
        selects: Vec::new(),
        others: Vec::new(),
        rows: page.items.iter().map(row).collect(),
        more: page.next.as_ref().map(|next| with(&format!("{PATH}{filters}"), "cursor", &asked.cursor(next))),
        count: None,
        count_at: String::new(),
        filters,
        empty: "There is no role.",
        may_create: visit.may(&rights::ROLES_CREATE),
        bulk: None,
    })
}

fn note(role: &Role) -> String {
    match (role.built_in(), role.rules.len()) {
        (Some(BuiltIn::Admin), _) => "may do everything".to_owned(),
        (_, 0) => "no rules, no effect".to_owned(),
        (_, 1) => "1 rule".to_owned(),
        (_, rules) => format!("{rules} rules"),
    }
}

/// `GET /admin/roles`: the list, and nothing chosen.
pub(crate) async fn list(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let mut place = place(&request);
    let notice = done(&mut place.query);
    let listing = listing(place, &visit, &state, None).await?;
    Ok(html(rendered(&RolesPage::new(&visit, notice, listing, Panel::Nothing))))
}

/// `GET /admin/roles/{id}`: the list, and this role alone.
pub(crate) async fn show(
    visit: Visit,
    request: HttpRequest,
    state: Data<HttpState>,
) -> Result<HttpResponse, PageError> {
    let id: RoleId = in_path(&request, "id", "role")?;
    let mut place = place(&request);
    let (notice, filters, seen) = (done(&mut place.query), place.filters(), visit.clone());
    let form = blocking(&state, move |state| Form::of(&state.admin.role_details(id)?, &seen, state, &filters)).await?;
    let listing = listing(place, &visit, &state, Some(id)).await?;
    Ok(html(rendered(&RolesPage::new(&visit, notice, listing, Panel::Form(Box::new(form))))))
}
