//! Why a gateway's question is not answered with yes, beside what any call is refused for.

use token_core::RefusedPath;
use token_wire::ProblemKind;

/// See the module. All but the first two are of an admitted caller.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum ForwardError {
    #[error("the peer is none of `trusted_proxies`")]
    NotTrusted,
    #[error("what the gateway says of the call is not clear: {0}")]
    Unclear(&'static str),
    #[error("the path is refused: {0}")]
    Path(RefusedPath),
    #[error("no route rule is about the call")]
    NoRule,
}

impl ForwardError {
    pub(crate) const fn kind(self) -> ProblemKind {
        match self {
            Self::NotTrusted => ProblemKind::NotTrusted,
            Self::Unclear(_) => ProblemKind::InvalidForwarding,
            Self::Path(_) => ProblemKind::PathRefused,
            Self::NoRule => ProblemKind::NoRouteRule,
        }
    }

    pub(crate) fn detail(self) -> String {
        match self {
            Self::NotTrusted => {
                "not a trusted proxy: only those in the setting `trusted_proxies` are believed what they say of a call; \
                 others ask with `?permission=`."
                    .to_owned()
            }
            Self::Unclear(why) => why.to_owned(),
            Self::Path(why) => format!("The path is not matched against any rule: {why}."),
            Self::NoRule => "No route rule is about this method and path.".to_owned(),
        }
    }
}
