//! Use cases of route rules: which permission calls of other programs need.

use token_authz::{Explanation, Routes, explain};
use token_core::{
    Author, BuiltIn, Change, RefusedPath, RequestPath, RouteRule, RouteRules, StoredRoutes, StoredToken, SubjectKind,
    TokenId,
};

use crate::{Admin, AdminError, Conflict, Done, Submitted, rights};

/// Where the route rules of a node come from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RoutesSource {
    /// From the database, for every node alike.
    Database,
    /// From a file of this node alone.
    File,
}

/// The route rules a node goes by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoutesInForce {
    /// The rules; those of a file have the version 0.
    pub routes: StoredRoutes,
    /// Where they come from.
    pub source: RoutesSource,
}

/// What route rules say of a call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RouteCheck {
    /// The rule that decides; `None` where none is about the call, or the path is refused.
    pub rule: Option<RouteRule>,
    /// Why the path is matched against no rule.
    pub refused: Option<RefusedPath>,
    /// Whether the token that was asked about would pass, and why in a sentence.
    pub token: Option<(bool, String)>,
}

impl Admin {
    /// The route rules this node goes by, for whoever may read them.
    ///
    /// # Errors
    ///
    /// [`AdminError::Store`].
    pub fn routes(&self) -> Result<RoutesInForce, AdminError> {
        match &self.own_routes {
            Some(rules) => Ok(own(rules)),
            None => self.read(|tx| Ok(RoutesInForce { routes: tx.routes()?, source: RoutesSource::Database })),
        }
    }

    /// Replaces all stored route rules, from version `expected` on. The same rules change nothing.
    ///
    /// # Errors
    ///
    /// In this order: [`AdminError::Missing`] without `routes:update`; [`AdminError::VersionRequired`];
    /// [`AdminError::Stale`]; [`AdminError::Conflict`] where this node goes by a file; [`AdminError::Invalid`]; at any time
    /// [`AdminError::Store`].
    pub fn set_routes(
        &self,
        author: &Author,
        expected: Option<u64>,
        rules: &Submitted<RouteRules>,
    ) -> Result<Done<StoredRoutes>, AdminError> {
        self.write(author, |deciding| {
            deciding.authority.require(&rights::ROUTES_UPDATE)?;
            let before = match &self.own_routes {
                Some(rules) => own(rules).routes,
                None => deciding.tx.routes()?,
            };
            let current = before.version;
            match expected {
                None => return Err(AdminError::VersionRequired),
                Some(expected) if expected != current => return Err(AdminError::Stale { current }),
                Some(_) => {}
            }
            if self.own_routes.is_some() {
                return Err(AdminError::Conflict(Conflict::RoutesInFile));
            }
            let rules = rules.as_ref().map_err(|refused| AdminError::Invalid(refused.errors.clone()))?;
            if *rules == before.rules {
                return Ok((Vec::new(), before));
            }
            let after = StoredRoutes { rules: rules.clone(), version: current.saturating_add(1) };
            Ok((vec![Change::RoutesChanged { before, after: after.clone() }], after))
        })
    }

    /// Which rule decides about a call, by the rules this node goes by, and whether a token would pass from an address it
    /// is allowed from.
    ///
    /// # Errors
    ///
    /// [`AdminError::NotFound`] for an unknown token; [`AdminError::Store`].
    pub fn check_route(&self, method: &str, target: &str, token: Option<TokenId>) -> Result<RouteCheck, AdminError> {
        let routes = Routes::new(self.routes()?.routes.rules);
        let path = RequestPath::parse(target.as_bytes());
        let rule = path.as_ref().ok().and_then(|path| routes.find(method, path)).cloned();
        let refused = path.err();
        let token = token.map(|id| self.passes(id, rule.as_ref(), refused)).transpose()?;
        Ok(RouteCheck { rule, refused, token })
    }

    fn passes(
        &self,
        id: TokenId,
        rule: Option<&RouteRule>,
        refused: Option<RefusedPath>,
    ) -> Result<(bool, String), AdminError> {
        let now = self.now();
        self.read(|tx| {
            let record = tx.token(id)?.ok_or(AdminError::NotFound(SubjectKind::Token))?;
            let grant = record.token.grant();
            let ids = grant.roles.with(BuiltIn::AllExternalApplications.id());
            let no = |why: &str| Ok((false, why.to_owned()));
            if matches!(record.token, StoredToken::Revoked(_)) {
                return no("the token is revoked");
            }
            if grant.expires_at.is_some_and(|end| end <= now) {
                return no("the token is expired");
            }
            if let Some(why) = refused {
                return no(&why.to_string());
            }
            let Some(rule) = rule else { return no("no route rule is about this method and path") };
            let explained: Explanation = explain(&tx.roles(&ids)?, &rule.permission);
            Ok((explained.decision.is_allowed(), explained.to_string()))
        })
    }
}

fn own(rules: &RouteRules) -> RoutesInForce {
    let routes = StoredRoutes { rules: rules.clone(), version: 0 };
    RoutesInForce { routes, source: RoutesSource::File }
}
