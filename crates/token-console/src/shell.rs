//! What stands around every page: bar, menus, message.

use token_admin::rights;
use token_core::Permission;
use token_http::pages::Visit;

use crate::assets;
use crate::notice::Notice;

/// Views with an entry in a menu.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum View {
    /// No entry.
    None,
    Overview,
    Changelog,
    SigningKeys,
    RouteRules,
    Configuration,
    Users,
    Roles,
    ApiTokens,
}

/// One entry of the side menu.
struct Offered {
    view: View,
    name: &'static str,
    href: &'static str,
    needs: Permission,
}

const fn offered(view: View, name: &'static str, href: &'static str, needs: Permission) -> Offered {
    Offered { view, name, href, needs }
}

static SYSTEM: [Offered; 4] = [
    offered(View::Changelog, "Changelog", "/admin/changelog", rights::EVENTS_READ),
    offered(View::SigningKeys, "Signing keys", "/admin/signing-keys", rights::KEYS_READ),
    offered(View::RouteRules, "Route rules", "/admin/route-rules", rights::ROUTES_READ),
    offered(View::Configuration, "Configuration", "/admin/configuration", rights::CONFIGURATION_READ),
];
static ACCESS: [Offered; 3] = [
    offered(View::Users, "Users", "/admin/users", rights::USERS_READ),
    offered(View::Roles, "Roles", "/admin/roles", rights::ROLES_READ),
    offered(View::ApiTokens, "API Tokens", "/admin/api-tokens", rights::TOKENS_READ),
];

/// A part of the side menu.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) entries: Vec<Entry>,
}

/// An entry of the side menu.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) href: &'static str,
    pub(crate) current: bool,
}

/// Whoever is signed in, as the bar shows them.
#[derive(Clone, Debug)]
pub(crate) struct Me {
    pub(crate) name: String,
    pub(crate) csrf: String,
}

/// Everything around a page.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    pub(crate) title: String,
    pub(crate) me: Option<Me>,
    pub(crate) overview: bool,
    /// Where *Admin* leads; nowhere for somebody who may see none of it.
    pub(crate) admin: Option<&'static str>,
    pub(crate) in_admin: bool,
    pub(crate) groups: Vec<Group>,
    pub(crate) notice: Option<Notice>,
    pub(crate) assets: &'static str,
}

impl Shell {
    /// Around a page for somebody who is signed in.
    pub(crate) fn new(title: impl Into<String>, view: View, visit: &Visit) -> Self {
        let groups = groups(view, visit);
        let user = &visit.signed_in().user;
        let display = user.display_name.as_str();
        let name = if display.is_empty() { user.username.as_str() } else { display };
        Self {
            me: Some(Me { name: name.to_owned(), csrf: visit.csrf_token() }),
            overview: view == View::Overview,
            admin: admin_start(visit),
            in_admin: !matches!(view, View::None | View::Overview),
            groups: if matches!(view, View::None | View::Overview) { Vec::new() } else { groups },
            ..Self::public(title)
        }
    }

    /// Around a page for everybody.
    pub(crate) fn public(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            me: None,
            overview: false,
            admin: None,
            in_admin: false,
            groups: Vec::new(),
            notice: None,
            assets: assets::folder(),
        }
    }

    /// With a message on top.
    pub(crate) fn saying(self, notice: Option<Notice>) -> Self {
        Self { notice, ..self }
    }

    /// Scripts the page loads, for the browser to fetch at once.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    pub(crate) fn scripts(&self) -> impl Iterator<Item = &'static str> {
        assets::scripts()
    }

    /// What forms of the session send along.
    pub(crate) fn csrf(&self) -> &str {
        self.me.as_ref().map_or("", |me| me.csrf.as_str())
    }
}

fn groups(view: View, visit: &Visit) -> Vec<Group> {
    let group = |name, offers: &[Offered]| {
        let seen = offers.iter().filter(|offer| visit.may(&offer.needs));
        let entry = |offer: &Offered| Entry { name: offer.name, href: offer.href, current: offer.view == view };
        Group { name, entries: seen.map(entry).collect() }
    };
    let groups = [group("System", &SYSTEM), group("Access control", &ACCESS)];
    groups.into_iter().filter(|group| !group.entries.is_empty()).collect()
}

/// Where *Admin* leads somebody: to the tokens if they may see them, else to the first thing they may see.
pub(crate) fn admin_start(visit: &Visit) -> Option<&'static str> {
    let all = ACCESS.iter().rev().chain(SYSTEM.iter());
    all.into_iter().find(|offer| visit.may(&offer.needs)).map(|offer| offer.href)
}
