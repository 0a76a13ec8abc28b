//! A layer that asks an admitted caller for a permission.

use core::future::{Ready, ready};
use core::task::{Context, Poll};
use std::sync::Arc;

use futures_util::future::Either;
use http::{Request, Response};
use token_core::Permission;
use tower_layer::Layer;
use tower_service::Service;

use super::refused;
use crate::{Caller, Refusal};

/// A layer that lets only callers with a permission through, behind a [`super::GuardLayer`]. Without one in front of it
/// nobody is a caller, and everything is answered 401.
#[derive(Clone, Debug)]
pub struct RequirePermission {
    permission: Arc<Permission>,
}

impl RequirePermission {
    /// A layer that asks for this permission; [`token_core::permission!`] writes one.
    #[must_use]
    pub fn new(permission: Permission) -> Self {
        Self { permission: Arc::new(permission) }
    }
}

impl<S> Layer<S> for RequirePermission {
    type Service = RequirePermissionService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequirePermissionService { inner, permission: Arc::clone(&self.permission) }
    }
}

/// The running form of [`RequirePermission`].
#[derive(Clone, Debug)]
pub struct RequirePermissionService<S> {
    inner: S,
    permission: Arc<Permission>,
}

impl<S> RequirePermissionService<S> {
    fn refusal<B>(&self, request: &Request<B>) -> Option<Refusal> {
        let Some(caller) = request.extensions().get::<Caller>() else { return Some(Refusal::NoCredentials) };
        caller.require(&self.permission).inspect_err(|_| caller.count_forbidden()).err()
    }
}

impl<S, B, R> Service<Request<B>> for RequirePermissionService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: From<String>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Either<Ready<Result<Self::Response, Self::Error>>, S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.refusal(&request) {
            None => Either::Right(self.inner.call(request)),
            Some(refusal) => Either::Left(ready(Ok(refused(&refusal)))),
        }
    }
}
