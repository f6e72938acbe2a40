//! Writes the implementations.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{DeriveInput, Generics, parse_quote, spanned::Spanned as _};

use super::valid::{ValidField, ValidUser};
use crate::tokens::mentions_any;

/// Writes the implementation of `UserMixin`, and those of `PartialEq` and `Eq` if the struct has the key `eq`.
pub(super) fn write_user_mixin(user: &ValidUser<'_>) -> TokenStream {
    let (ident, name, id) = (user.ident, &user.name, user.id.field);
    let (id_ident, id_type) = (user.id.ident, &id.ty);
    let generics = bound_generics(user);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, type_generics, _) = user.generics.split_for_impl();

    // The spans are those of the field types, so that the compiler reports a missing trait there.
    let clone = quote_spanned! {locate_type(user.id)=> <#id_type as ::core::clone::Clone>::clone(&self.#id_ident) };
    let type_id = quote_spanned!(locate_type(user.id)=> type Id = #id_type;);
    let is_active = user.active.map(|field| {
        let active = field.ident;
        let active = quote_spanned!(locate_type(field)=> self.#active);
        quote! {
            fn is_active(&self) -> ::core::primitive::bool {
                #active
            }
        }
    });
    let session_auth_hash = user.session_auth_hash.map(|field| {
        let (hash, hash_type) = (field.ident, &field.field.ty);
        let hash = quote_spanned!(locate_type(field)=> ::actix_login::__private::auth_hash::<#hash_type>(&self.#hash));
        quote! {
            fn session_auth_hash(
                &self,
            ) -> ::core::option::Option<::actix_login::__private::Cow<'_, [::core::primitive::u8]>> {
                #hash
            }
        }
    });
    let eq = user.has_eq.then(|| write_eq(user, &generics));
    quote! {
        #[automatically_derived]
        impl #impl_generics ::actix_login::UserMixin for #ident #type_generics #where_clause {
            #type_id
            const NAME: &'static ::core::primitive::str = #name;
            fn get_id(&self) -> #id_type {
                #clone
            }
            #is_active
            #session_auth_hash
        }
        #eq
    }
}

/// Writes equality by id, as in Flask-Login's `UserMixin`.
fn write_eq(user: &ValidUser<'_>, generics: &Generics) -> TokenStream {
    let (ident, id_ident, id_type) = (user.ident, user.id.ident, &user.id.field.ty);
    let mut generics = generics.clone();
    if has_generic_id(user) {
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(#id_type: ::core::cmp::Eq));
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, type_generics, _) = user.generics.split_for_impl();
    // The function requires `Eq`, which rejects an id type whose values may differ from themselves, such as `f64`.
    let compare = quote_spanned!(locate_type(user.id)=> compare::<#id_type>(&self.#id_ident, &other.#id_ident));
    // Not `automatically_derived`, so that clippy reports a derived `Hash`, which would contradict it.
    quote! {
        impl #impl_generics ::core::cmp::PartialEq for #ident #type_generics #where_clause {
            fn eq(&self, other: &Self) -> ::core::primitive::bool {
                fn compare<T: ::core::cmp::Eq>(left: &T, right: &T) -> ::core::primitive::bool {
                    left == right
                }
                #compare
            }
        }
        #[automatically_derived]
        impl #impl_generics ::core::cmp::Eq for #ident #type_generics #where_clause {}
    }
}

/// Writes an empty implementation for a rejected struct, so that code that uses the struct causes no further errors.
pub(super) fn write_placeholder(input: &DeriveInput) -> TokenStream {
    if input.generics.lifetimes().next().is_some() {
        return TokenStream::new();
    }
    let ident = &input.ident;
    let mut generics = input.generics.clone();
    require_owned(&mut generics);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, type_generics, _) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics ::actix_login::UserMixin for #ident #type_generics #where_clause {
            type Id = ::std::string::String;
            const NAME: &'static ::core::primitive::str = "";
            fn get_id(&self) -> ::std::string::String {
                ::core::unreachable!()
            }
        }
    }
}

/// Returns the struct's generics with the bounds of the trait. A struct without parameters gets no bounds: they
/// would cause a warning, and without them the compiler's error is clearer.
fn bound_generics(user: &ValidUser<'_>) -> Generics {
    let mut generics = user.generics.clone();
    require_owned(&mut generics);
    if has_generic_id(user) {
        let id_type = &user.id.field.ty;
        generics.make_where_clause().predicates.push(
            parse_quote!(#id_type: ::core::clone::Clone + ::core::str::FromStr + ::core::fmt::Display),
        );
    }
    generics
}

/// Requires `Clone + 'static` of a generic struct.
fn require_owned(generics: &mut Generics) {
    if !generics.params.is_empty() {
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(Self: ::core::clone::Clone + 'static));
    }
}

/// Whether the type of the id depends on the struct's generic parameters.
fn has_generic_id(user: &ValidUser<'_>) -> bool {
    let types = user
        .generics
        .type_params()
        .map(|parameter| &parameter.ident);
    let names: Vec<&Ident> = types
        .chain(
            user.generics
                .const_params()
                .map(|parameter| &parameter.ident),
        )
        .collect();
    mentions_any(user.id.field.ty.to_token_stream(), &names)
}

/// Returns the span of the field's type, with the hygiene of the generated code, so that `self` resolves.
fn locate_type(field: ValidField<'_>) -> Span {
    field.field.ty.span().resolved_at(Span::call_site())
}
