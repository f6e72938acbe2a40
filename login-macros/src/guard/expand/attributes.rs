//! Decides which attributes stay on the guarded function and which move to the original function.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens as _;
use syn::{Attribute, Meta, Token, parse_quote, punctuated::Punctuated};

use crate::guard::GuardKind;
use crate::tokens::{mentions_path_literal, starts_with_string};

const ROUTE_NAMES: [&str; 10] = [
    "get", "post", "put", "delete", "head", "connect", "options", "trace", "patch", "route",
];
const LINT_LEVELS: [&str; 4] = ["allow", "warn", "deny", "forbid"];

/// The attributes of a handler, each with its placement.
pub(super) struct PlacedAttributes(Vec<PlacedAttribute>);

struct PlacedAttribute {
    /// The condition, if the attribute comes from a `#[cfg_attr(condition, …)]`.
    condition: Option<Meta>,
    attribute: Attribute,
    placement: Placement,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Placement {
    /// A route attribute: on the guarded function, which cannot be an associated function.
    Route,
    /// On the guarded function.
    Guarded,
    /// On the guarded function, and also on an original function next to it.
    Both,
    /// `#[expect(lint)]`: placed as `Both`, but causes a warning if the lint does not fire.
    Expectation,
    /// On the original function.
    Original,
}

impl PlacedAttributes {
    pub(super) fn read(attributes: &[Attribute]) -> Self {
        Self(attributes.iter().flat_map(PlacedAttribute::read).collect())
    }

    /// Writes the attributes of the guarded function: routes, documentation, conditions and lint levels. Lint
    /// levels also apply to code within that function.
    pub(super) fn write_guarded(&self) -> impl Iterator<Item = TokenStream> {
        self.write(|placement| placement != Placement::Original)
    }

    /// Writes the attributes of the original function: all others.
    pub(super) fn write_original(&self) -> impl Iterator<Item = TokenStream> {
        self.write(|placement| placement == Placement::Original)
    }

    /// Writes the additional attributes of an original function next to the guarded one.
    pub(super) fn write_sibling(&self) -> impl Iterator<Item = TokenStream> {
        self.write(|placement| matches!(placement, Placement::Both | Placement::Expectation))
    }

    /// Whether the original function must remain a function. Other attributes may require one, and so may
    /// expected lints, which can be lints about functions.
    pub(super) fn need_function(&self) -> bool {
        self.0.iter().any(|placed| {
            matches!(
                placed.placement,
                Placement::Original | Placement::Expectation
            )
        })
    }

    /// The attributes below the guard that may register the original function as a route, unguarded: unknown
    /// ones with a path.
    pub(super) fn find_unknown_routes(&self) -> impl Iterator<Item = &Meta> {
        self.0
            .iter()
            .filter(|placed| placed.placement == Placement::Original)
            .map(|placed| &placed.attribute.meta)
            .filter(|meta| !is_guard(meta) && mentions_path_literal(meta.to_token_stream()))
    }

    pub(super) fn have_route(&self) -> bool {
        self.0
            .iter()
            .any(|placed| placed.placement == Placement::Route)
    }

    /// Replaces `expect` by `allow`. Only one of two functions next to each other causes the lint, and which one
    /// depends on the lint.
    pub(super) fn allow_expectations(&mut self) {
        for placed in self
            .0
            .iter_mut()
            .filter(|placed| placed.placement == Placement::Expectation)
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

    fn write(&self, is_wanted: impl Fn(Placement) -> bool) -> impl Iterator<Item = TokenStream> {
        self.0
            .iter()
            .filter(move |placed| is_wanted(placed.placement))
            .map(PlacedAttribute::write)
    }
}

impl PlacedAttribute {
    /// Reads an attribute, or each attribute in a `#[cfg_attr(condition, …)]`.
    fn read(attribute: &Attribute) -> Vec<Self> {
        if attribute.path().is_ident("cfg_attr") {
            let parts = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            let mut parts = parts.into_iter().flatten();
            if let Some(condition) = parts.next() {
                let conditional = |meta: Meta| Self {
                    condition: Some(condition.clone()),
                    placement: Placement::choose(&meta),
                    attribute: parse_quote!(#[#meta]),
                };
                return parts.map(conditional).collect();
            }
        }
        vec![Self {
            condition: None,
            placement: Placement::choose(&attribute.meta),
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

impl Placement {
    fn choose(meta: &Meta) -> Self {
        let is_one_of = |names: &[&str]| names.iter().any(|name| meta.path().is_ident(name));
        if is_route(meta) {
            Placement::Route
        } else if is_one_of(&["doc", "deprecated", "must_use"]) {
            Placement::Guarded
        } else if is_one_of(&["cfg", "cfg_attr"]) || is_one_of(&LINT_LEVELS) {
            Placement::Both
        } else if is_one_of(&["expect"]) {
            Placement::Expectation
        } else {
            Placement::Original
        }
    }
}

/// Whether this is another guard, whose view may be a path.
fn is_guard(meta: &Meta) -> bool {
    let name = meta.path().segments.last().map(|segment| &segment.ident);
    name.is_some_and(|name| name == GuardKind::Anonymous.name())
}

/// Whether this is one of actix-web's route attributes. Other crates use the same names (`#[fastrace::trace]`), but
/// the arguments of a route attribute begin with its path, a string.
fn is_route(meta: &Meta) -> bool {
    let Some(name) = meta.path().segments.last().map(|segment| &segment.ident) else {
        return false;
    };
    match meta {
        Meta::Path(_) => name == "routes",
        Meta::List(list) => {
            ROUTE_NAMES.iter().any(|route| name == route) && starts_with_string(list.tokens.clone())
        }
        Meta::NameValue(_) => false,
    }
}
