//! An answer that is there at once as a rule, and is waited for where it is not.

use std::{
    future::poll_fn,
    task::{Context, Poll},
};

use crate::loader::LocalBoxFuture;

/// What was asked for, or the wait for it. Only a wait is boxed, so whoever is answered at once
/// pays for no future.
pub(crate) enum MaybeFuture<'a, T> {
    Ready(T),
    Pending(LocalBoxFuture<'a, T>),
}

impl<'a, T> MaybeFuture<'a, T> {
    /// Asks within a future, since only there is anything to wait with.
    pub(crate) async fn ask(mut ask: impl FnMut(&mut Context<'_>) -> Self) -> T {
        match poll_fn(|cx| Poll::Ready(ask(cx))).await {
            Self::Ready(answer) => answer,
            Self::Pending(future) => future.await,
        }
    }
}
