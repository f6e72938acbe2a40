//! `#[derive(UserMixin)]`.

mod ast;
mod attr;
mod expand;
mod valid;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// Runs the passes. A refused struct still gets an implementation, so that only the refusal is reported.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    match ast::read(&input)
        .and_then(|user| valid::validate(&user).map(|user| expand::user_mixin(&user)))
    {
        Ok(output) => output,
        Err(error) => {
            let error = error.into_compile_error();
            let placeholder = expand::placeholder(&input);
            quote!(#error #placeholder)
        }
    }
}
