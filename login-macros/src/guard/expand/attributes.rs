//! Which attributes stay on the guarded function, and which go to the original one.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Meta, Token, parse_quote, punctuated::Punctuated};

use crate::tokens::starts_with_string;

const ROUTES: [&str; 10] = [
    "get", "post", "put", "delete", "head", "connect", "options", "trace", "patch", "route",
];
const LINTS: [&str; 4] = ["allow", "warn", "deny", "forbid"];

/// A handler's attributes, each with the place where it belongs.
pub(super) struct Attributes(Vec<Placed>);

struct Placed {
    /// The condition, where the attribute stood in a `#[cfg_attr(condition, …)]`.
    condition: Option<Meta>,
    attribute: Attribute,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On the guarded function, which is then a free one.
    Route,
    /// On the guarded function.
    Outer,
    /// On the guarded function, and again on an original one that stands outside of it.
    Shared,
    /// `#[expect(lint)]`: in the same place, but a warning where the lint does not fire.
    Expectation,
    /// On the original function.
    Inner,
}

impl Attributes {
    pub(super) fn split(attributes: &[Attribute]) -> Self {
        Self(attributes.iter().flat_map(Placed::read).collect())
    }

    /// Routes, documentation, conditions, and lint levels, which reach the code inside.
    pub(super) fn outer(&self) -> impl Iterator<Item = TokenStream> {
        self.written(|place| place != Place::Inner)
    }

    /// All others.
    pub(super) fn inner(&self) -> impl Iterator<Item = TokenStream> {
        self.written(|place| place == Place::Inner)
    }

    /// What an original function outside of the guarded one needs besides.
    pub(super) fn shared(&self) -> impl Iterator<Item = TokenStream> {
        self.written(|place| matches!(place, Place::Shared | Place::Expectation))
    }

    /// Whether the original function must remain a function: for an attribute that works on functions, and for
    /// expected lints, which may be lints about functions.
    pub(super) fn need_function(&self) -> bool {
        self.0
            .iter()
            .any(|placed| matches!(placed.place, Place::Inner | Place::Expectation))
    }

    pub(super) fn have_route(&self) -> bool {
        self.0.iter().any(|placed| placed.place == Place::Route)
    }

    /// Makes `allow` of `expect`. Of two functions next to each other only one causes the lint, and which one
    /// depends on the lint.
    pub(super) fn allow_expectations(&mut self) {
        for placed in self
            .0
            .iter_mut()
            .filter(|placed| placed.place == Place::Expectation)
        {
            let path = match &mut placed.attribute.meta {
                Meta::Path(path) => path,
                Meta::List(list) => &mut list.path,
                Meta::NameValue(value) => &mut value.path,
            };
            for segment in &mut path.segments {
                segment.ident = Ident::new("allow", segment.ident.span());
            }
        }
    }

    fn written(&self, belongs: impl Fn(Place) -> bool) -> impl Iterator<Item = TokenStream> {
        self.0
            .iter()
            .filter(move |placed| belongs(placed.place))
            .map(Placed::write)
    }
}

impl Placed {
    fn read(attribute: &Attribute) -> Vec<Self> {
        if attribute.path().is_ident("cfg_attr") {
            let parts = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            let mut parts = parts.into_iter().flatten();
            if let Some(condition) = parts.next() {
                let conditional = |meta: Meta| Self {
                    condition: Some(condition.clone()),
                    place: Place::of(&meta),
                    attribute: parse_quote!(#[#meta]),
                };
                return parts.map(conditional).collect();
            }
        }
        vec![Self {
            condition: None,
            place: Place::of(&attribute.meta),
            attribute: attribute.clone(),
        }]
    }

    fn write(&self) -> TokenStream {
        let (attribute, meta) = (&self.attribute, &self.attribute.meta);
        match &self.condition {
            Some(condition) => quote::quote!(#[cfg_attr(#condition, #meta)]),
            None => quote::quote!(#attribute),
        }
    }
}

impl Place {
    fn of(meta: &Meta) -> Self {
        let is_one_of = |names: &[&str]| names.iter().any(|name| meta.path().is_ident(name));
        if is_route(meta) {
            Place::Route
        } else if is_one_of(&["doc", "deprecated", "must_use"]) {
            Place::Outer
        } else if is_one_of(&["cfg", "cfg_attr"]) || is_one_of(&LINTS) {
            Place::Shared
        } else if is_one_of(&["expect"]) {
            Place::Expectation
        } else {
            Place::Inner
        }
    }
}

/// Whether this is one of actix's route attributes. Others share their names (`#[fastrace::trace]`), but a
/// route begins with its path.
fn is_route(meta: &Meta) -> bool {
    let Some(name) = meta.path().segments.last().map(|segment| &segment.ident) else {
        return false;
    };
    match meta {
        Meta::Path(_) => name == "routes",
        Meta::List(list) => {
            ROUTES.iter().any(|route| name == route) && starts_with_string(list.tokens.clone())
        }
        Meta::NameValue(_) => false,
    }
}
