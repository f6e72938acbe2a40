//! Writes the implementations.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{DeriveInput, Generics, parse_quote, spanned::Spanned as _};

use super::valid::{ValidField, ValidUser};
use crate::tokens::mentions_any;

/// `UserMixin`, and what the struct's keys ask for.
pub(super) fn user_mixin(user: &ValidUser<'_>) -> TokenStream {
    let (ident, name, id) = (user.ident, &user.name, user.id.field);
    let (id_ident, id_type) = (user.id.ident, &id.ty);
    let generics = generics(user);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, type_generics, _) = user.generics.split_for_impl();

    // Spans of the types, so that what they lack is reported there.
    let clone = quote_spanned! {span(user.id)=> <#id_type as ::core::clone::Clone>::clone(&self.#id_ident) };
    let type_id = quote_spanned!(span(user.id)=> type Id = #id_type;);
    let is_active = user.active.map(|field| {
        let active = field.ident;
        let active = quote_spanned!(span(field)=> self.#active);
        quote! {
            fn is_active(&self) -> ::core::primitive::bool {
                #active
            }
        }
    });
    let session_auth_hash = user.session_auth_hash.map(|field| {
        let (hash, hash_type) = (field.ident, &field.field.ty);
        let hash = quote_spanned!(span(field)=> ::actix_login::__private::auth_hash::<#hash_type>(&self.#hash));
        quote! {
            fn session_auth_hash(
                &self,
            ) -> ::core::option::Option<::actix_login::__private::Cow<'_, [::core::primitive::u8]>> {
                #hash
            }
        }
    });
    let eq = user.has_eq.then(|| eq(user, &generics));
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

/// Equality by id, as Flask-Login's `UserMixin` has it.
fn eq(user: &ValidUser<'_>, generics: &Generics) -> TokenStream {
    let (ident, id_ident, id_type) = (user.ident, user.id.ident, &user.id.field.ty);
    let mut generics = generics.clone();
    if is_generic(user) {
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(#id_type: ::core::cmp::Eq));
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, type_generics, _) = user.generics.split_for_impl();
    // Through a function that asks for `Eq`, so that an id which does not equal itself is refused.
    let compare =
        quote_spanned!(span(user.id)=> compare::<#id_type>(&self.#id_ident, &other.#id_ident));
    // Not `automatically_derived`, so that clippy reports a derived `Hash`, which disagrees with it.
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

/// Stands in where the struct was refused, so that the code that uses it causes no errors of its own.
pub(super) fn placeholder(input: &DeriveInput) -> TokenStream {
    if input.generics.lifetimes().next().is_some() {
        return TokenStream::new();
    }
    let ident = &input.ident;
    let mut generics = input.generics.clone();
    own_everything(&mut generics);
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

/// The struct's generics with what the trait asks for. Only where there are any: a bound on a plain type is a
/// warning, and its absence a better error.
fn generics(user: &ValidUser<'_>) -> Generics {
    let mut generics = user.generics.clone();
    own_everything(&mut generics);
    if is_generic(user) {
        let id_type = &user.id.field.ty;
        generics.make_where_clause().predicates.push(
            parse_quote!(#id_type: ::core::clone::Clone + ::core::str::FromStr + ::core::fmt::Display),
        );
    }
    generics
}

fn own_everything(generics: &mut Generics) {
    if !generics.params.is_empty() {
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(Self: ::core::clone::Clone + 'static));
    }
}

/// Whether the id's type depends on the struct's parameters.
fn is_generic(user: &ValidUser<'_>) -> bool {
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

/// The place of the field's type, for code that uses the `self` of this file's other code.
fn span(field: ValidField<'_>) -> Span {
    field.field.ty.span().resolved_at(Span::call_site())
}
