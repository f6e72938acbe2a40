//! Reads the handler: parses its signature, and keeps its body as unparsed tokens.

use proc_macro2::{Delimiter, Group, TokenStream};
use syn::{
    Attribute, Error, Result, Signature, Token, Visibility, braced,
    parse::{ParseStream, Parser},
    token::Brace,
};

use super::GuardKind;

/// The function below the attribute, as written.
pub(super) struct Handler {
    pub(super) attributes: Vec<Attribute>,
    pub(super) visibility: Visibility,
    pub(super) signature: Signature,
    pub(super) body: Group,
}

/// Reads a function with a body.
pub(super) fn read(kind: GuardKind, item: TokenStream) -> Result<Handler> {
    let parse = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if !is_function(input) {
            return Err(Error::new(
                input.span(),
                format!(
                    "`#[{}]` applies to an `async fn` that handles a request",
                    kind.name()
                ),
            ));
        }
        let signature = input.parse()?;
        if !input.peek(Brace) {
            return Err(Error::new(
                input.span(),
                "a handler needs a body: write `{ … }` here",
            ));
        }
        let content;
        let brace = braced!(content in input);
        let mut body = Group::new(Delimiter::Brace, content.parse()?);
        body.set_span(brace.span.join());
        Ok(Handler {
            attributes,
            visibility,
            signature,
            body,
        })
    };
    parse.parse2(item)
}

/// Whether the next tokens begin a function. `valid.rs` decides which of its modifiers are allowed.
fn is_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let modifiers = || -> Result<()> {
        ahead.parse::<Option<Token![const]>>()?;
        ahead.parse::<Option<Token![async]>>()?;
        ahead.parse::<Option<Token![unsafe]>>()?;
        ahead.parse::<Option<syn::Abi>>()?;
        Ok(())
    };
    modifiers().is_ok() && ahead.peek(Token![fn])
}
