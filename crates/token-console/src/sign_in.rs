//! Signing in and out.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use token_admin::Password;
use token_core::Username;
use token_http::HttpState;
use token_http::pages::{self, Fields, PageError, Query, Visit, Visitor, html, html_with, redirect};

use crate::forms::{asks_for, wait};
use crate::looks::{ContinuePage, rendered};
use crate::notice::{Notice, done};
use crate::shell::Shell;

/// What stands before the names of fields that are kept in a form for signing in.
const KEPT: &str = "kept:";

/// A form to go on with after signing in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    /// Where it goes; empty for none.
    pub(crate) path: String,
    /// What was in it.
    pub(crate) fields: Vec<(String, String)>,
}

impl Kept {
    /// What a form is to do is not kept: it goes on where it was, and nothing is done before somebody says so again.
    pub(crate) fn new<'a>(path: &str, fields: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let kept = fields.filter(|(name, _)| *name != "do" && *name != "sure");
        let fields = kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { path: local(path), fields }
    }

    fn sent(fields: &Fields) -> Self {
        let path = fields.text("kept_path").unwrap_or_default();
        if path.is_empty() {
            return Self::default();
        }
        // Whatever came, what must not be kept is not.
        let named = |(name, value): (&str, &str)| Some((name.strip_prefix(KEPT)?.to_owned(), value.to_owned()));
        let kept = Fields::kept(fields.iter().filter_map(named));
        Self::new(path, kept.iter())
    }
}

#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    shell: Shell,
    next: String,
    username: String,
    kept: Kept,
}

impl SignInPage {
    /// For somebody whose form was interrupted.
    pub(crate) fn with(kept: Kept) -> Self {
        let said =
            Notice { look: "warn", text: "Your session has ended. Sign in to go on; your input is kept.".to_owned() };
        Self { shell: Shell::public("Sign in").saying(Some(said)), next: String::new(), username: String::new(), kept }
    }
}

/// `GET /`: on to the overview, or to signing in.
pub(crate) async fn front(visitor: Visitor) -> HttpResponse {
    redirect(if visitor.visit.is_some() { "/overview" } else { "/sign-in" })
}

/// `GET /sign-in`: the form; whoever is signed in goes on at once.
pub(crate) async fn page(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let mut query = Query::parse(request.query_string());
    let (notice, next) = (done(&mut query), query.text("next").map(|next| local(&next)));
    if visitor.visit.is_some() {
        return redirect(next.as_deref().unwrap_or("/overview"));
    }
    let shell = Shell::public("Sign in").saying(notice);
    let next = next.unwrap_or_default();
    html(rendered(&SignInPage { shell, next, username: String::new(), kept: Kept::default() }))
}

/// `POST /sign-in`: a new session, and on to where somebody wanted to go; 401 and the form again for whoever may not
/// sign in, whatever the reason.
pub(crate) async fn sign_in(
    visitor: Visitor,
    fields: Fields,
    state: Data<HttpState>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let text = |name| fields.text(name).unwrap_or_default().to_owned();
    let (username, kept) = (text("username"), Kept::sent(&fields));
    let next = Some(text("next")).filter(|next| !next.is_empty()).map(|next| local(&next));
    let again = |status: StatusCode, notice: String| {
        let shell = Shell::public("Sign in").saying(Some(Notice::bad(notice)));
        let next = next.clone().unwrap_or_default();
        html_with(status, rendered(&SignInPage { shell, next, username: username.clone(), kept: kept.clone() }))
    };
    let wrong = || again(StatusCode::UNAUTHORIZED, "User name or password is wrong.".to_owned());
    let (Ok(name), Ok(password)) = (username.parse::<Username>(), Password::new(text("password"))) else {
        // Nobody can have such a name or such a password.
        return Ok(wrong());
    };
    match pages::sign_in(&state, &request, &visitor, name, password).await {
        Ok(begun) => {
            let mut response = if kept.path.is_empty() {
                let mut response = HttpResponse::SeeOther();
                response.insert_header(("location", next.as_deref().unwrap_or("/overview")));
                response
            } else {
                HttpResponse::Ok()
            };
            begun.set(&mut response);
            if kept.path.is_empty() {
                return Ok(response.finish());
            }
            let page = ContinuePage { shell: Shell::public("Go on"), kept, csrf: begun.csrf_token() };
            Ok(response.content_type("text/html; charset=utf-8").body(rendered(&page)))
        }
        Err(error) if error.is_sign_in_refused() => Ok(wrong()),
        Err(error) => match error.wait() {
            Some(_) => {
                let told = error.told();
                let status = StatusCode::from_u16(told.status).unwrap_or(StatusCode::TOO_MANY_REQUESTS);
                let mut response = again(status, told.detail.unwrap_or(told.title));
                wait(&mut response, error.wait());
                Ok(response)
            }
            None => Err(error),
        },
    }
}

/// `POST /sign-out`.
pub(crate) async fn sign_out(visit: Visit, fields: Fields, state: Data<HttpState>) -> Result<HttpResponse, PageError> {
    if !asks_for(&fields, "sign-out") {
        return Ok(redirect("/"));
    }
    let mut response = HttpResponse::SeeOther();
    response.insert_header(("location", "/sign-in?done=signed-out"));
    pages::sign_out(&state, &visit, &mut response).await?;
    Ok(response.finish())
}

/// `GET /admin/…` for what is not there.
pub(crate) async fn nowhere(_: Visit) -> Result<HttpResponse, PageError> {
    Err(PageError::not_found("page"))
}

/// A path of this server, whatever was asked for: one slash at the beginning and nothing a browser could take for
/// another host.
pub(crate) fn local(path: &str) -> String {
    let plain = path.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    let good = plain && path.starts_with('/') && !path.starts_with("//") && path.len() <= 4_096;
    if good { path.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atk_l10_only_paths_of_this_server() {
        for good in ["/", "/overview", "/admin/api-tokens?name=a%20b&state=active", "/a/../b"] {
            assert_eq!(local(good), good);
        }
        for bad in [
            "",
            "//evil.example",
            "https://evil.example",
            "https:evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x=y",
            "/\t/evil.example",
            " /overview",
            "overview",
            "/ü",
        ] {
            assert_eq!(local(bad), "/", "{bad}");
        }
        assert_eq!(local(&format!("/{}", "a".repeat(5_000))), "/");
    }

    #[test]
    fn a_form_that_goes_on_does_nothing_by_itself() {
        let fields = Fields::parse(
            "kept_path=%2Fx&kept:name=a&kept:do=save&kept:sure=yes&kept:role=1&kept:role=2&kept:password=p&other=b",
        );
        let kept = Kept::sent(&fields.unwrap());
        assert_eq!(kept.path, "/x");
        assert_eq!(kept.fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["name", "role", "role"]);
    }
}
