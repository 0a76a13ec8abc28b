//! Permissions as types, so that the signature of a handler says what it needs.

use core::marker::PhantomData;

use token_core::Permission;

use crate::{Caller, Refusal};

/// A permission as a type; [`crate::requirement!`] declares them.
pub trait Requirement {
    /// The permission.
    const PERMISSION: Permission;
}

/// Declares types for permissions; a malformed permission does not compile.
///
/// ```
/// use token_guard::Requirement;
///
/// token_guard::requirement! {
///     /// May see assets.
///     pub ReadAssets = "assets:read";
///     WriteAssets = "assets:write";
/// }
/// assert_eq!(ReadAssets::PERMISSION.as_str(), "assets:read");
/// assert_eq!(WriteAssets::PERMISSION.action(), "write");
/// ```
///
/// ```compile_fail
/// token_guard::requirement! { ReadAssets = "assets.read"; }
/// ```
#[macro_export]
macro_rules! requirement {
    ($($(#[$attribute:meta])* $visibility:vis $name:ident = $permission:expr;)+) => {$(
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug)]
        $visibility struct $name;

        impl $crate::Requirement for $name {
            const PERMISSION: $crate::Permission = $crate::permission!($permission);
        }
    )+};
}

/// An admitted caller who holds the permission of `R`. With the feature `actix` or `axum` an extractor of handlers.
#[derive(Clone, Debug)]
pub struct Require<R> {
    caller: Caller,
    requirement: PhantomData<R>,
}

impl<R> Require<R> {
    /// Who called.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }
}

impl<R: Requirement> Require<R> {
    /// The same caller, if it holds the permission; counted as a refused call of its token if it does not.
    ///
    /// # Errors
    ///
    /// [`Refusal::Missing`], which names it.
    pub fn of(caller: Caller) -> Result<Self, Refusal> {
        caller.require(&R::PERMISSION).inspect_err(|_| caller.count_forbidden())?;
        Ok(Self { caller, requirement: PhantomData })
    }
}

/// A refusal as an error of a handler or an extractor, which answers itself: problem details (RFC 9457) with the challenge
/// of RFC 6750 §3.
#[derive(Debug, thiserror::Error)]
#[error("the call was refused")]
pub struct Refused(pub Refusal);

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}
