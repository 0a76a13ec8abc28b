//! The JSON shapes of the HTTP contract, once: the server writes and reads them, a client reads and writes them.
//! Reads strictly: one spelling, no unknown or repeated members, every error of a body at once, and never an echo of
//! what was sent. Refuses to know HTTP frameworks, stores, clocks and permissions: the time is an argument.

mod answers;
mod fields;
mod hex;
mod json;
mod problem;
mod requests;
#[cfg(feature = "openapi")]
pub mod schemas;
mod time;

pub use answers::{
    ActorView, BulkItemView, BulkView, CreatedView, DetailValueView, DetailView, EventView, ExplanationView,
    HealthView, KeyView, KeysView, OriginView, PageView, ReadinessView, RevealedView, RevokedView, RoleNameView,
    RoleView, RoleWithUseView, RuleView, SessionUserView, SessionView, SubjectView, TokenPageView, TokenState,
    TokenView, VerdictView, WhoamiRuleView, WhoamiView, WithdrawnKeyView,
};
pub use answers::{AuthorizationServerView, IntrospectionView};
pub use answers::{
    ContinuityView, GuardAnswerError, GuardCredentialView, GuardEndsView, GuardFirstUseView, GuardKeyView,
    GuardRoleView, GuardRulesAnswer, GuardRulesView, GuardSyncView, GuardTokenAnswer, GuardTokenView, HeadView,
    RenewalView, TouchesView,
};
pub use answers::{RouteCheckTokenView, RouteCheckView, RouteRuleView, RoutesView};
pub use answers::{UsageDayView, UsageView, UsedFromView};
pub use answers::{UserView, UserWithUseView};
pub use fields::RequestError;
pub use json::{BodyError, MAX_DEPTH, Object, Value, parse_object};
pub use problem::{FieldError, Problem, ProblemKind};
pub use requests::RouteRulesRequest;
pub use requests::{
    BulkActionRequest, BulkChoiceRequest, BulkFilterRequest, BulkRequest, EditRoleRequest, EditTokenRequest,
    ImportKeyRequest, NewRoleRequest, NewTokenRequest, OldEndsRequest, RevealRequest, RevokeRequest, RotateKeyRequest,
    RotateRequest, WithdrawKeyRequest,
};
pub use requests::{ChangePasswordRequest, PasswordText, SetupRequest, SignInRequest};
pub use requests::{EditUserRequest, NewUserRequest};
pub use requests::{GuardFirstUseRequest, GuardLeaveRequest, GuardSyncRequest};
pub use requests::{GuardUsageRequest, USAGE_PER_REPORT};
pub use time::{ParseTimeError, format_micros, format_seconds, parse_end, parse_from, parse_instant, parse_until};
