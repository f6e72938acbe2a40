//! `#[login_required]`, `#[fresh_login_required]` and `#[anonymous_required]`.

mod ast;
mod attr;
mod expand;
mod valid;

use proc_macro2::TokenStream;
use quote::quote;

use self::attr::Arguments;

/// Which of the attributes is being expanded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Login,
    FreshLogin,
    Anonymous,
}

impl Kind {
    /// The attribute's name, which is also the name of the function that makes its guard.
    fn name(self) -> &'static str {
        match self {
            Kind::Login => "login_required",
            Kind::FreshLogin => "fresh_login_required",
            Kind::Anonymous => "anonymous_required",
        }
    }
}

/// Runs the passes. Whatever is refused, something with the item's name comes out, so that the code that
/// uses it causes no errors of its own.
pub(crate) fn expand(kind: Kind, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let handler = match ast::read(kind, item.clone()) {
        Ok(handler) => handler,
        Err(error) => return with_error(error, item),
    };
    if let Err(error) = valid::is_no_method(kind, &handler) {
        return with_error(error, item);
    }
    let (arguments, refused_arguments) = match attr::read(kind, arguments) {
        Ok(arguments) => (arguments, None),
        Err(error) => (Arguments::default(), Some(error)),
    };
    let (output, refused_handler) = match valid::is_handler(kind, &handler) {
        Ok(()) => (expand::guarded(kind, &arguments, &handler), None),
        Err(error) => (expand::placeholder(&handler), Some(error)),
    };
    match refused_arguments
        .into_iter()
        .chain(refused_handler)
        .reduce(merge)
    {
        Some(error) => with_error(error, output),
        None => output,
    }
}

fn with_error(error: syn::Error, output: TokenStream) -> TokenStream {
    let error = error.into_compile_error();
    quote!(#error #output)
}

fn merge(mut first: syn::Error, second: syn::Error) -> syn::Error {
    first.combine(second);
    first
}
