//! Reads `#[user(…)]`.

use proc_macro2::{Ident, Span};
use syn::{
    Attribute, Error, Lit, LitStr, Result, Token, ext::IdentExt as _, parse::ParseStream,
    punctuated::Punctuated,
};

const USAGE: &str =
    "a field takes `id`, `active` or `session_auth_hash`; the struct takes `name = \"…\"` or `eq`";

/// One key in `#[user(…)]`, on the struct or on a field.
pub(super) struct Key {
    pub(super) span: Span,
    pub(super) kind: KeyKind,
}

/// The meaning of a key, and its value.
pub(super) enum KeyKind {
    Id,
    Active,
    SessionAuthHash,
    Name(LitStr),
    Eq,
}

/// Reads the keys of every `#[user(…)]` among the attributes of a struct or a field.
pub(super) fn read(attributes: &[Attribute]) -> Result<Vec<Key>> {
    let mut keys = Vec::new();
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("user"))
    {
        attribute.meta.require_list()?;
        let keys_of_attribute: Punctuated<Key, Token![,]> =
            attribute.parse_args_with(|input: ParseStream<'_>| {
                input.parse_terminated(read_key, Token![,])
            })?;
        keys.extend(keys_of_attribute);
    }
    Ok(keys)
}

fn read_key(input: ParseStream<'_>) -> Result<Key> {
    let key = input
        .call(Ident::parse_any)
        .map_err(|error| Error::new(error.span(), format!("expected a key: {USAGE}")))?;
    let kind = match key.to_string().as_str() {
        "id" => KeyKind::Id,
        "active" => KeyKind::Active,
        "session_auth_hash" => KeyKind::SessionAuthHash,
        "eq" => KeyKind::Eq,
        "name" => {
            return Ok(Key {
                span: key.span(),
                kind: KeyKind::Name(read_name(&key, input)?),
            });
        }
        _ => {
            return Err(Error::new(
                key.span(),
                format!("unknown key `{key}`: {USAGE}"),
            ));
        }
    };
    if !input.is_empty() && !input.peek(Token![,]) {
        return Err(Error::new(
            input.span(),
            format!("`{key}` takes no value: write `#[user({key})]`"),
        ));
    }
    Ok(Key {
        span: key.span(),
        kind,
    })
}

fn read_name(key: &Ident, input: ParseStream<'_>) -> Result<LitStr> {
    let usage = "`name` takes a string: `#[user(name = \"staff\")]`";
    if !input.peek(Token![=]) {
        return Err(Error::new(key.span(), usage));
    }
    input.parse::<Token![=]>()?;
    match input.parse() {
        Ok(Lit::Str(name)) => Ok(name),
        Ok(literal) => Err(Error::new(literal.span(), usage)),
        Err(error) => Err(Error::new(error.span(), usage)),
    }
}
