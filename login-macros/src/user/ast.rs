//! Reads the struct and its fields.

use proc_macro2::Ident;
use syn::{Data, DeriveInput, Error, Field, Fields, Generics, Result, spanned::Spanned as _};

use super::attr::{self, Key};

/// A struct with named fields, and what is marked on it.
pub(super) struct User<'a> {
    pub(super) ident: &'a Ident,
    pub(super) generics: &'a Generics,
    pub(super) keys: Vec<Key>,
    pub(super) fields: Vec<UserField<'a>>,
}

/// A field, and what is marked on it.
pub(super) struct UserField<'a> {
    pub(super) ident: &'a Ident,
    pub(super) field: &'a Field,
    pub(super) keys: Vec<Key>,
}

/// Reads a struct with named fields; of anything else there is no field to be the id.
pub(super) fn read(input: &DeriveInput) -> Result<User<'_>> {
    let data = match &input.data {
        Data::Struct(data) => data,
        Data::Enum(data) => return Err(by_hand(data.enum_token.span(), "an enum")),
        Data::Union(data) => return Err(by_hand(data.union_token.span(), "a union")),
    };
    let named = match &data.fields {
        Fields::Named(named) => named,
        Fields::Unnamed(unnamed) => return Err(by_hand(unnamed.span(), "a tuple struct")),
        Fields::Unit => return Err(by_hand(input.ident.span(), "a struct without fields")),
    };
    let mut fields = Vec::new();
    for field in &named.named {
        if let Some(ident) = &field.ident {
            fields.push(UserField {
                ident,
                field,
                keys: attr::read(&field.attrs)?,
            });
        }
    }
    Ok(User {
        ident: &input.ident,
        generics: &input.generics,
        keys: attr::read(&input.attrs)?,
        fields,
    })
}

fn by_hand(span: proc_macro2::Span, what: &str) -> Error {
    Error::new(
        span,
        format!(
            "`#[derive(UserMixin)]` needs a struct with named fields: implement `UserMixin` by hand for {what}"
        ),
    )
}
