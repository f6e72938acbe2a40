//! Rejects functions that cannot be guarded handlers, with errors that say what to write instead.

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::{Error, FnArg, Result, Safety, spanned::Spanned as _};

use super::{GuardKind, ast::Handler, merge_errors};
use crate::tokens::find_identifier;

/// The number of arguments that actix-web supports for a handler.
const MAX_ARGUMENTS: usize = 16;

/// Rejects a function with `self`: actix-web cannot call it.
pub(super) fn reject_method(kind: GuardKind, handler: &Handler) -> Result<()> {
    match handler.signature.receiver() {
        Some(receiver) => Err(Error::new(
            receiver.self_token.span,
            format!(
                "`#[{}]` cannot guard a method, because actix-web calls a handler without `self`: \
                 take shared state as `web::Data<T>`",
                kind.name()
            ),
        )),
        None => Ok(()),
    }
}

/// Rejects a function that actix-web cannot call as a handler, and reports all reasons together.
pub(super) fn check_signature(kind: GuardKind, handler: &Handler) -> Result<()> {
    let name = kind.name();
    let signature = &handler.signature;
    let mut errors = Vec::new();
    let mut reject = |span: Span, reason: String| errors.push(Error::new(span, reason));

    if let Some(constness) = &signature.constness {
        reject(
            constness.span(),
            format!("`#[{name}]` cannot guard a `const fn`: write `async fn`"),
        );
    } else if signature.asyncness.is_none() {
        reject(
            signature.fn_token.span(),
            format!("`#[{name}]` can guard only an `async` function: write `async fn`"),
        );
    }
    if let Safety::Unsafe(token) = &signature.safety {
        reject(
            token.span(),
            format!(
                "`#[{name}]` cannot guard an `unsafe fn`: actix-web cannot uphold its safety conditions"
            ),
        );
    }
    if let Some(abi) = &signature.abi {
        reject(
            abi.span(),
            format!(
                "`#[{name}]` cannot guard an `extern` function: actix-web calls handlers with the Rust ABI"
            ),
        );
    }
    if let Some(variadic) = &signature.variadic {
        reject(
            variadic.span(),
            format!(
                "`#[{name}]` cannot guard a variadic function: write one argument per extractor"
            ),
        );
    }
    if let Some(argument) = signature.inputs.iter().nth(MAX_ARGUMENTS) {
        reject(
            argument.span(),
            format!(
                "a guarded handler takes at most {MAX_ARGUMENTS} arguments: combine several extractors in a tuple, `(a, b): (A, B)`"
            ),
        );
    }
    for argument in &signature.inputs {
        let FnArg::Typed(argument) = argument else {
            continue;
        };
        if let Some(span) = find_identifier(argument.ty.to_token_stream(), "impl") {
            reject(span, "actix-web cannot extract an `impl Trait` argument: name the type, or use a generic parameter".to_owned());
        }
    }
    match errors.into_iter().reduce(merge_errors) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}
