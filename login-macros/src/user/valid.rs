//! Refuses marks that contradict each other or stand in the wrong place, and settles which field is what.

use proc_macro2::{Ident, Span};
use syn::{Error, Field, Generics, LitStr, Result, ext::IdentExt as _, spanned::Spanned as _};

use super::{
    ast::{User, UserField},
    attr::KeyKind,
};

/// A struct that can be expanded.
pub(super) struct ValidUser<'a> {
    pub(super) ident: &'a Ident,
    pub(super) generics: &'a Generics,
    pub(super) name: LitStr,
    pub(super) has_eq: bool,
    pub(super) id: ValidField<'a>,
    pub(super) active: Option<ValidField<'a>>,
    pub(super) session_auth_hash: Option<ValidField<'a>>,
}

/// A field with a meaning.
#[derive(Clone, Copy)]
pub(super) struct ValidField<'a> {
    pub(super) ident: &'a Ident,
    pub(super) field: &'a Field,
}

/// Settles which field is what.
pub(super) fn validate<'a>(user: &User<'a>) -> Result<ValidUser<'a>> {
    if let Some(lifetime) = user.generics.lifetimes().next() {
        return Err(Error::new(
            lifetime.span(),
            "a user outlives the request it was loaded for, so it cannot borrow: own the data (`String` for `&str`)",
        ));
    }
    let (name, has_eq) = struct_keys(user)?;
    let mut marked = Marked::default();
    for field in &user.fields {
        marked.read(field)?;
    }
    let id = marked.id.or_else(|| {
        user.fields
            .iter()
            .find(|field| field.ident.unraw() == "id")
            .map(ValidField::from)
    });
    let Some(id) = id else {
        return Err(Error::new(
            user.ident.span(),
            "no field is the user's id: mark one with `#[user(id)]`, or call it `id`",
        ));
    };
    Ok(ValidUser {
        ident: user.ident,
        generics: user.generics,
        name,
        has_eq,
        id,
        active: marked.active,
        session_auth_hash: marked.session_auth_hash,
    })
}

fn struct_keys(user: &User<'_>) -> Result<(LitStr, bool)> {
    let mut name = None;
    let mut has_eq = false;
    for key in &user.keys {
        match &key.kind {
            KeyKind::Name(_) if name.is_some() => return Err(twice(key.span, "name")),
            KeyKind::Name(literal) => name = Some(literal.clone()),
            KeyKind::Eq if has_eq => return Err(twice(key.span, "eq")),
            KeyKind::Eq => has_eq = true,
            KeyKind::Id => return Err(belongs_on_field(key.span, "id")),
            KeyKind::Active => return Err(belongs_on_field(key.span, "active")),
            KeyKind::SessionAuthHash => {
                return Err(belongs_on_field(key.span, "session_auth_hash"));
            }
        }
    }
    match name {
        Some(name) if is_name(&name.value()) => Ok((name, has_eq)),
        Some(name) => Err(Error::new(
            name.span(),
            "a user type's name is part of cookie names and keys: write one or more ASCII letters, digits, `_` or `-`",
        )),
        None => {
            let default = user.ident.unraw().to_string();
            if is_name(&default) {
                Ok((LitStr::new(&default, user.ident.span()), has_eq))
            } else {
                Err(Error::new(
                    user.ident.span(),
                    "the struct's name is part of cookie names and keys unless another is given, and it is not ASCII: \
                     add `#[user(name = \"…\")]` to the struct",
                ))
            }
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

#[derive(Default)]
struct Marked<'a> {
    id: Option<ValidField<'a>>,
    active: Option<ValidField<'a>>,
    session_auth_hash: Option<ValidField<'a>>,
}

impl<'a> Marked<'a> {
    fn read(&mut self, field: &UserField<'a>) -> Result<()> {
        for key in &field.keys {
            let (slot, name) = match &key.kind {
                KeyKind::Id => (&mut self.id, "id"),
                KeyKind::Active => (&mut self.active, "active"),
                KeyKind::SessionAuthHash => (&mut self.session_auth_hash, "session_auth_hash"),
                KeyKind::Name(_) => return Err(belongs_on_struct(key.span, "name = \"…\"")),
                KeyKind::Eq => return Err(belongs_on_struct(key.span, "eq")),
            };
            if slot.replace(field.into()).is_some() {
                return Err(twice(key.span, name));
            }
        }
        Ok(())
    }
}

impl<'a> From<&UserField<'a>> for ValidField<'a> {
    fn from(field: &UserField<'a>) -> Self {
        Self {
            ident: field.ident,
            field: field.field,
        }
    }
}

fn twice(span: Span, key: &str) -> Error {
    Error::new(
        span,
        format!("`{key}` is there already: remove one of the two"),
    )
}

fn belongs_on_field(span: Span, key: &str) -> Error {
    Error::new(
        span,
        format!("`{key}` says what a field is: write `#[user({key})]` on that field"),
    )
}

fn belongs_on_struct(span: Span, key: &str) -> Error {
    Error::new(
        span,
        format!("`{key}` is about the whole struct: write `#[user({key})]` above it"),
    )
}
