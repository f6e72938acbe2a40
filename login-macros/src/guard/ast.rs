//! Reads the handler: its signature is parsed, its body is passed on untouched.

use proc_macro2::{Delimiter, Group, TokenStream};
use syn::{
    Attribute, Error, Result, Signature, Token, Visibility, braced,
    parse::{ParseStream, Parser},
    token::Brace,
};

use super::Kind;

/// A function as it stands below the attribute.
pub(super) struct Handler {
    pub(super) attributes: Vec<Attribute>,
    pub(super) visibility: Visibility,
    pub(super) signature: Signature,
    pub(super) body: Group,
}

/// Reads a function with a body.
pub(super) fn read(kind: Kind, item: TokenStream) -> Result<Handler> {
    let parse = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if !is_function(input) {
            return Err(Error::new(
                input.span(),
                format!(
                    "`#[{}]` goes on an `async fn` that handles a request",
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

/// Whether the words before the name are those of a function, allowed ones or not: `valid.rs` says which are.
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
