//! `#[login_required]`, `#[fresh_login_required]` and `#[anonymous_required]`.

mod ast;
mod attr;
mod expand;
mod valid;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Error;

use self::attr::GuardOptions;

/// The attribute that is being expanded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum GuardKind {
    Login,
    FreshLogin,
    Anonymous,
}

impl GuardKind {
    /// The attribute's name, which is also the name of the function that creates its guard.
    fn name(self) -> &'static str {
        match self {
            GuardKind::Login => "login_required",
            GuardKind::FreshLogin => "fresh_login_required",
            GuardKind::Anonymous => "anonymous_required",
        }
    }
}

/// Runs the passes. The output has an item of the given name even after a rejection, so that code that uses
/// the item causes no further errors.
pub(crate) fn expand(kind: GuardKind, options: TokenStream, item: TokenStream) -> TokenStream {
    let handler = match ast::read(kind, item.clone()) {
        Ok(handler) => handler,
        Err(error) => return prepend_error(error, item),
    };
    if let Err(error) = valid::reject_method(kind, &handler) {
        return prepend_error(error, item);
    }
    let (options, options_error) = match attr::read(kind, options) {
        Ok(options) => (options, None),
        Err(error) => (GuardOptions::default(), Some(error)),
    };
    let checked = valid::check_signature(kind, &handler)
        .and_then(|()| expand::reject_unknown_routes(kind, &handler));
    let (output, signature_error) = match checked {
        Ok(()) => (expand::write_handler(kind, &options, &handler), None),
        Err(error) => (expand::write_placeholder(&handler), Some(error)),
    };
    match options_error
        .into_iter()
        .chain(signature_error)
        .reduce(merge_errors)
    {
        Some(error) => prepend_error(error, output),
        None => output,
    }
}

fn prepend_error(error: Error, output: TokenStream) -> TokenStream {
    let error = error.into_compile_error();
    quote!(#error #output)
}

fn merge_errors(mut first: Error, second: Error) -> Error {
    first.combine(second);
    first
}
