//! Refuses functions that cannot be guarded handlers, and says what to write instead.

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::{Error, FnArg, Result, Safety, spanned::Spanned as _};

use super::{Kind, ast::Handler, merge};
use crate::tokens::find_identifier;

/// As many arguments as actix gives to a handler.
const MAX_ARGUMENTS: usize = 16;

/// Refuses a method: it is called by its own type, never by actix.
pub(super) fn is_no_method(kind: Kind, handler: &Handler) -> Result<()> {
    match handler.signature.receiver() {
        Some(receiver) => Err(Error::new(
            receiver.self_token.span,
            format!(
                "`#[{}]` cannot guard a method, since actix calls a handler without `self`: \
                 take what the handler needs as `web::Data<T>`",
                kind.name()
            ),
        )),
        None => Ok(()),
    }
}

/// Refuses what actix cannot call as a handler, all reasons at once.
pub(super) fn is_handler(kind: Kind, handler: &Handler) -> Result<()> {
    let name = kind.name();
    let signature = &handler.signature;
    let mut refusals = Vec::new();
    let mut refuse = |span: Span, reason: String| refusals.push(Error::new(span, reason));

    if let Some(constness) = &signature.constness {
        refuse(
            constness.span(),
            format!("`#[{name}]` cannot guard a `const fn`: write `async fn`"),
        );
    } else if signature.asyncness.is_none() {
        refuse(
            signature.fn_token.span(),
            format!("`#[{name}]` guards an asynchronous handler: write `async fn`"),
        );
    }
    if let Safety::Unsafe(token) = &signature.safety {
        refuse(
            token.span(),
            format!(
                "`#[{name}]` cannot guard an `unsafe fn`: actix calls a handler without knowing its conditions"
            ),
        );
    }
    if let Some(abi) = &signature.abi {
        refuse(
            abi.span(),
            format!(
                "`#[{name}]` cannot guard an `extern` function: a handler is called by Rust code"
            ),
        );
    }
    if let Some(variadic) = &signature.variadic {
        refuse(
            variadic.span(),
            format!(
                "`#[{name}]` cannot guard a variadic function: write one argument per extractor"
            ),
        );
    }
    if let Some(argument) = signature.inputs.iter().nth(MAX_ARGUMENTS) {
        refuse(
            argument.span(),
            format!(
                "a guarded handler takes at most {MAX_ARGUMENTS} arguments: take several extractors as one tuple, `(a, b): (A, B)`"
            ),
        );
    }
    for argument in &signature.inputs {
        let FnArg::Typed(argument) = argument else {
            continue;
        };
        if let Some(span) = find_identifier(argument.ty.to_token_stream(), "impl") {
            refuse(span, "a handler's argument needs a type of its own, since actix must know what to extract: name the type, or make it a generic parameter".to_owned());
        }
    }
    match refusals.into_iter().reduce(merge) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}
