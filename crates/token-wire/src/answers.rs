//! What is answered: the same types are written by the server and read by clients.

mod actor;
mod bulk;
mod event;
mod explanation;
mod guard;
mod health;
mod key;
mod oauth;
mod page;
mod role;
mod routes;
mod session;
mod token;
mod usage;
mod user;
mod whoami;

pub use actor::ActorView;
pub use bulk::{BulkItemView, BulkView};
pub use event::{DetailValueView, DetailView, EventView, OriginView, SubjectView, VerdictView};
pub use explanation::ExplanationView;
pub use guard::{
    ContinuityView, GuardAnswerError, GuardCredentialView, GuardEndsView, GuardFirstUseView, GuardKeyView,
    GuardRoleView, GuardRulesAnswer, GuardRulesView, GuardSyncView, GuardTokenAnswer, GuardTokenView, HeadView,
    RenewalView, TouchesView,
};
pub use health::{HealthView, ReadinessView};
pub use key::{KeyView, KeysView, WithdrawnKeyView};
pub use oauth::{AuthorizationServerView, IntrospectionView};
pub use page::{PageView, TokenPageView};
pub use role::{RoleNameView, RoleView, RoleWithUseView, RuleView};
pub use routes::{RouteCheckTokenView, RouteCheckView, RouteRuleView, RoutesView};
pub use session::{SessionUserView, SessionView};
pub use token::{CreatedView, RevealedView, RevokedView, TokenState, TokenView};
pub use usage::{UsageDayView, UsageView, UsedFromView};
pub use user::{UserView, UserWithUseView};
pub use whoami::{WhoamiRuleView, WhoamiView};
