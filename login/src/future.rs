//! The futures of this crate: boxed ones, the one of an extractor, and a mark set while polling.

use std::{
    cell::Cell,
    future::{Future, Ready, ready},
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::Error;
use pin_project_lite::pin_project;

/// A future that stays on its thread, boxed.
pub(crate) type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// The future of an extractor. Behind a guard the user is known, and it is ready at once.
#[doc(hidden)]
#[expect(missing_debug_implementations, reason = "no app names it")]
pub enum ExtractFuture<T> {
    /// The value, without an allocation.
    Ready(Ready<Result<T, Error>>),
    /// A future that has to wait.
    Pending(LocalBoxFuture<'static, Result<T, Error>>),
}

impl<T> ExtractFuture<T> {
    pub(crate) fn ready(result: Result<T, Error>) -> Self {
        Self::Ready(ready(result))
    }

    pub(crate) fn pending(future: impl Future<Output = Result<T, Error>> + 'static) -> Self {
        Self::Pending(Box::pin(future))
    }
}

// Neither variant pins anything in place.
impl<T> Unpin for ExtractFuture<T> {}

impl<T> Future for ExtractFuture<T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Ready(result) => Pin::new(result).poll(cx),
            Self::Pending(future) => future.as_mut().poll(cx),
        }
    }
}

/// Sets `mark` during each poll of `future`. Code that finds the mark set is called by that future,
/// and must not wait for it.
pub(crate) fn marked_while_polled<F: Future>(
    mark: &Cell<bool>,
    future: F,
) -> MarkedWhilePolled<'_, F> {
    MarkedWhilePolled { mark, future }
}

pin_project! {
    /// The future of [`marked_while_polled`].
    pub(crate) struct MarkedWhilePolled<'a, F> {
        mark: &'a Cell<bool>,
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for MarkedWhilePolled<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _marked = Marked::set(this.mark);
        this.future.poll(cx)
    }
}

/// Resets the mark when it is dropped, and so after a panic, too.
struct Marked<'a>(&'a Cell<bool>);

impl<'a> Marked<'a> {
    fn set(mark: &'a Cell<bool>) -> Self {
        mark.set(true);
        Self(mark)
    }
}

impl Drop for Marked<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
