//! The view *Configuration*: what the server was started with, and where each value came from. Secrets are not told to
//! this crate.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use token_http::pages::{Visit, html};

use crate::console::Console;
use crate::looks::rendered;
use crate::shell::{Shell, View};

/// A setting in force.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EffectiveSetting {
    /// Its key in the configuration file.
    pub key: String,
    /// Its value, without passwords.
    pub value: String,
    /// Where the value came from.
    pub source: String,
    /// What it is for.
    pub purpose: String,
}

#[derive(Template)]
#[template(path = "configuration.html")]
struct ConfigurationPage<'a> {
    shell: Shell,
    settings: &'a [EffectiveSetting],
}

/// `GET /admin/configuration`.
pub(crate) async fn page(visit: Visit, console: Data<Console>) -> HttpResponse {
    let shell = Shell::new("Configuration", View::Configuration, &visit);
    html(rendered(&ConfigurationPage { shell, settings: &console.settings }))
}
