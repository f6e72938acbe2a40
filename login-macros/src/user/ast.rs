//! Reads the struct and its fields.

use proc_macro2::{Ident, Span};
use syn::{Data, DeriveInput, Error, Field, Fields, Generics, Result, spanned::Spanned as _};

use super::attr::{self, Key};

/// A struct with named fields, and its keys.
pub(super) struct UserStruct<'a> {
    pub(super) ident: &'a Ident,
    pub(super) generics: &'a Generics,
    pub(super) keys: Vec<Key>,
    pub(super) fields: Vec<UserField<'a>>,
}

/// A field, and its keys.
pub(super) struct UserField<'a> {
    pub(super) ident: &'a Ident,
    pub(super) field: &'a Field,
    pub(super) keys: Vec<Key>,
}

/// Reads a struct with named fields. Other types are rejected, since they have no field that can be the id.
pub(super) fn read(input: &DeriveInput) -> Result<UserStruct<'_>> {
    let data = match &input.data {
        Data::Struct(data) => data,
        Data::Enum(data) => return Err(reject(data.enum_token.span(), "an enum")),
        Data::Union(data) => return Err(reject(data.union_token.span(), "a union")),
    };
    let named = match &data.fields {
        Fields::Named(named) => named,
        Fields::Unnamed(unnamed) => return Err(reject(unnamed.span(), "a tuple struct")),
        Fields::Unit => return Err(reject(input.ident.span(), "a struct without fields")),
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
    Ok(UserStruct {
        ident: &input.ident,
        generics: &input.generics,
        keys: attr::read(&input.attrs)?,
        fields,
    })
}

fn reject(span: Span, type_kind: &str) -> Error {
    Error::new(
        span,
        format!(
            "`#[derive(UserMixin)]` needs a struct with named fields: implement `UserMixin` by hand for {type_kind}"
        ),
    )
}
