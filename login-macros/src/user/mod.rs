//! `#[derive(UserMixin)]`.

mod ast;
mod attr;
mod expand;
mod valid;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// Runs the passes. A rejected struct still gets an implementation, so that only the rejection is reported.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    match ast::read(&input).and_then(|user| valid::validate(&user)) {
        Ok(user) => expand::write_user_mixin(&user),
        Err(error) => {
            let error = error.into_compile_error();
            let placeholder = expand::write_placeholder(&input);
            quote!(#error #placeholder)
        }
    }
}
