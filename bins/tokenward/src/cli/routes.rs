//! `tokenward routes …`

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use token_admin::{RouteCheck, RoutesInForce, RoutesSource};
use token_core::{Author, RouteRule, StoredRoutes, TokenId};
use token_wire::{RouteCheckTokenView, RouteCheckView, RouteRuleView, RoutesView};

use crate::failure::Failure;
use crate::output::{self, Format};
use crate::parts::Parts;
use crate::route_file;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the rules that are in force
    List,
    /// Replace all rules by those of a file: `METHOD PATH PERMISSION` in each line, and comments behind `#`
    Set {
        /// The file; `-` for standard input
        file: PathBuf,
    },
    /// Tell which rule decides about a call, and whether a token would pass. Exit code 1 where it would not
    Check {
        /// The method of the call, e.g. `GET`
        method: String,
        /// Its path, as it stands in the request line
        path: String,
        /// The id of the token that would make it
        #[arg(long, value_name = "ID")]
        token: Option<TokenId>,
    },
}

pub(crate) fn run(command: Command, parts: &Parts, format: Format) -> Result<ExitCode, Failure> {
    match command {
        Command::List => print(&parts.admin.routes()?, format),
        Command::Set { file } => set(&file, parts, format)?,
        Command::Check { method, path, token } => {
            let found = parts.admin.check_route(&method, &path, token)?;
            return Ok(told(method, path, token, &found, format));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn set(file: &Path, parts: &Parts, format: Format) -> Result<(), Failure> {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text).map_err(|error| Failure::file(file, error))?;
        text
    } else {
        route_file::read(file).map_err(|error| Failure::file(file, error))?
    };
    let rules = route_file::lines(&text).map_err(|lines| Failure::Usage(lines.join("; ")))?;
    let current = parts.admin.routes()?.routes.version;
    let routes = parts.admin.set_routes(&Author::command_line(), Some(current), &Ok(rules))?.value;
    print(&RoutesInForce { routes, source: RoutesSource::Database }, format);
    Ok(())
}

fn print(RoutesInForce { routes, source }: &RoutesInForce, format: Format) {
    let StoredRoutes { rules, .. } = routes;
    match format {
        Format::Json => {
            let source = if *source == RoutesSource::File { "file" } else { "database" };
            output::json(&RoutesView::new(routes, source));
        }
        Format::Table => {
            let row =
                |rule: &RouteRule| vec![rule.method.to_string(), rule.path.to_string(), rule.permission.to_string()];
            output::table(&["method", "path", "permission"], rules.iter().map(row));
        }
    }
}

/// Says which rule decides; whether the call would pass.
fn told(method: String, path: String, token: Option<TokenId>, found: &RouteCheck, format: Format) -> ExitCode {
    let passes = found.rule.is_some() && found.token.as_ref().is_none_or(|(passes, _)| *passes);
    if format == Format::Json {
        output::json(&RouteCheckView {
            method,
            path,
            rule: found.rule.as_ref().map(RouteRuleView::from),
            refused: found.refused.map(|why| why.to_string()),
            token: token.zip(found.token.as_ref()).map(|(id, (passes, why))| RouteCheckTokenView {
                id: id.to_string(),
                passes: *passes,
                message: why.clone(),
            }),
        });
    } else {
        match (&found.rule, found.refused) {
            (Some(rule), _) => output::line(&format!("needs {}, by the rule: {rule}", rule.permission)),
            (None, Some(why)) => output::line(&format!("refused: {why}")),
            (None, None) => output::line("refused: no route rule is about this method and path"),
        }
        if let Some((passes, why)) = &found.token {
            output::line(&format!("{}: {why}", if *passes { "the token passes" } else { "the token does not pass" }));
        }
    }
    if passes { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
