//! Rejects keys that contradict each other or are in the wrong place, and finds the field for each key.

use proc_macro2::{Ident, Span};
use syn::{Error, Field, Generics, LitStr, Result, ext::IdentExt as _, spanned::Spanned as _};

use super::{
    ast::{UserField, UserStruct},
    attr::KeyKind,
};

/// A struct whose keys are valid.
pub(super) struct ValidUser<'a> {
    pub(super) ident: &'a Ident,
    pub(super) generics: &'a Generics,
    pub(super) name: LitStr,
    pub(super) has_eq: bool,
    pub(super) id: ValidField<'a>,
    pub(super) active: Option<ValidField<'a>>,
    pub(super) session_auth_hash: Option<ValidField<'a>>,
}

/// A field that `UserMixin` uses.
#[derive(Clone, Copy)]
pub(super) struct ValidField<'a> {
    pub(super) ident: &'a Ident,
    pub(super) field: &'a Field,
}

/// Checks the keys, and finds the id and the fields of the other keys.
pub(super) fn validate<'a>(user: &UserStruct<'a>) -> Result<ValidUser<'a>> {
    if let Some(lifetime) = user.generics.lifetimes().next() {
        return Err(Error::new(
            lifetime.span(),
            "a user type cannot borrow, because a user can outlive the request that loaded it: use owned data (`String` instead of `&str`)",
        ));
    }
    let (name, has_eq) = read_struct_keys(user)?;
    let mut marked = MarkedFields::default();
    for field in &user.fields {
        marked.add(field)?;
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
            "no field is the user id: mark one with `#[user(id)]`, or name it `id`",
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

/// Returns the name, and whether the struct has the key `eq`.
fn read_struct_keys(user: &UserStruct<'_>) -> Result<(LitStr, bool)> {
    let mut name = None;
    let mut has_eq = false;
    for key in &user.keys {
        match &key.kind {
            KeyKind::Name(_) if name.is_some() => return Err(reject_duplicate(key.span, "name")),
            KeyKind::Name(literal) => name = Some(literal.clone()),
            KeyKind::Eq if has_eq => return Err(reject_duplicate(key.span, "eq")),
            KeyKind::Eq => has_eq = true,
            KeyKind::Id => return Err(reject_field_key(key.span, "id")),
            KeyKind::Active => return Err(reject_field_key(key.span, "active")),
            KeyKind::SessionAuthHash => {
                return Err(reject_field_key(key.span, "session_auth_hash"));
            }
        }
    }
    match name {
        Some(name) if is_valid_name(&name.value()) => Ok((name, has_eq)),
        Some(name) => Err(Error::new(
            name.span(),
            "a user type's name becomes part of cookie names and keys: use one or more ASCII letters, digits, `_` or `-`",
        )),
        None => {
            let default = user.ident.unraw().to_string();
            if is_valid_name(&default) {
                Ok((LitStr::new(&default, user.ident.span()), has_eq))
            } else {
                Err(Error::new(
                    user.ident.span(),
                    "the struct's name is not ASCII, and cannot become part of cookie names and keys: \
                     add `#[user(name = \"…\")]` to the struct",
                ))
            }
        }
    }
}

fn is_valid_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// The fields that have a key.
#[derive(Default)]
struct MarkedFields<'a> {
    id: Option<ValidField<'a>>,
    active: Option<ValidField<'a>>,
    session_auth_hash: Option<ValidField<'a>>,
}

impl<'a> MarkedFields<'a> {
    fn add(&mut self, field: &UserField<'a>) -> Result<()> {
        for key in &field.keys {
            let (slot, key_name) = match &key.kind {
                KeyKind::Id => (&mut self.id, "id"),
                KeyKind::Active => (&mut self.active, "active"),
                KeyKind::SessionAuthHash => (&mut self.session_auth_hash, "session_auth_hash"),
                KeyKind::Name(_) => return Err(reject_struct_key(key.span, "name = \"…\"")),
                KeyKind::Eq => return Err(reject_struct_key(key.span, "eq")),
            };
            if slot.replace(field.into()).is_some() {
                return Err(reject_duplicate(key.span, key_name));
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

fn reject_duplicate(span: Span, key: &str) -> Error {
    Error::new(
        span,
        format!("duplicate key `{key}`: remove one of the two"),
    )
}

fn reject_field_key(span: Span, key: &str) -> Error {
    Error::new(
        span,
        format!("`{key}` describes a field: write `#[user({key})]` on that field"),
    )
}

fn reject_struct_key(span: Span, key: &str) -> Error {
    Error::new(
        span,
        format!("`{key}` describes the struct: write `#[user({key})]` above it"),
    )
}
