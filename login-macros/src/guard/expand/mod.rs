//! Writes the guarded function, which has the name of the original function and takes the unread request. It runs
//! the guard first, and then lets actix-web extract the arguments and call the original function.

mod attributes;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::{
    Attribute, Error, Expr, FnArg, GenericParam, Generics, Pat, PatType, Result, ReturnType,
    Signature, Token, Type, WherePredicate, ext::IdentExt as _, parse_quote, spanned::Spanned as _,
};

use self::attributes::PlacedAttributes;
use super::{GuardKind, ast::Handler, attr::GuardOptions, merge_errors};
use crate::tokens;

/// Writes the guarded function, with the original function within it or next to it.
pub(super) fn write_handler(
    kind: GuardKind,
    options: &GuardOptions,
    handler: &Handler,
) -> TokenStream {
    let mut attributes = PlacedAttributes::read(&handler.attributes);
    let (signature, body) = (&handler.signature, &handler.body);
    let (name, turbofish) = (&signature.ident, write_turbofish(&signature.generics));
    let form = OriginalForm::choose(handler, &attributes);
    if form == OriginalForm::Sibling {
        attributes.allow_expectations();
    }
    let original_attributes = attributes.write_original();
    match form {
        OriginalForm::Closure => {
            let call = write_call(kind, options, handler, &write_closure(handler));
            write_function(handler, &attributes, &call)
        }
        OriginalForm::Nested => {
            let call = write_call(kind, options, handler, &quote!(#name #turbofish));
            write_function(
                handler,
                &attributes,
                &quote!(#(#original_attributes)* #signature #body #call),
            )
        }
        OriginalForm::Sibling => {
            let name = format_ident!("__{}_original", name.unraw(), span = Span::mixed_site());
            let call = write_call(kind, options, handler, &quote!(Self::#name #turbofish));
            let guarded = write_function(handler, &attributes, &call);
            let sibling_attributes = attributes.write_sibling();
            let signature = Signature {
                ident: name,
                ..signature.clone()
            };
            quote! {
                #guarded
                #(#sibling_attributes)* #[doc(hidden)] #(#original_attributes)* #signature #body
            }
        }
    }
}

/// Rejects attributes that may register the function below the guard, where nothing guards it.
pub(super) fn reject_unknown_routes(kind: GuardKind, handler: &Handler) -> Result<()> {
    let attributes = PlacedAttributes::read(&handler.attributes);
    let errors = attributes.find_unknown_routes().map(|meta| {
        let (name, path) = (kind.name(), meta.path().to_token_stream().to_string());
        let path = path.replace(' ', "");
        Error::new_spanned(
            meta,
            format!(
                "`#[{path}]` has a path, so it may register the function below the guard, unguarded: \
                 put it above `#[{name}]`"
            ),
        )
    });
    errors.reduce(merge_errors).map_or(Ok(()), Err)
}

/// Writes the call that runs the guard and then the original function.
fn write_call(
    kind: GuardKind,
    options: &GuardOptions,
    handler: &Handler,
    original: &TokenStream,
) -> TokenStream {
    let extractor_checks = write_extractor_checks(handler);
    let guard = write_guard(kind, options);
    let request = create_request_name();
    let span = locate_name(handler);
    let call = quote_spanned! {span=>
        ::actix_login::__private::guarded(#request, #guard, #original).await
    };
    quote!(#extractor_checks #call)
}

/// Writes a function in place of a rejected handler. A route or `.to(…)` accepts it, so that only the rejection is
/// reported.
pub(super) fn write_placeholder(handler: &Handler) -> TokenStream {
    let Handler {
        signature, body, ..
    } = handler;
    // The original stays inside where possible, so that its names count as used and editors can analyse it.
    let original = (!uses_self(handler) && signature.variadic.is_none())
        .then(|| quote!(#[allow(dead_code)] #signature #body));
    let request = create_request_name();
    let body = quote! {
        #original
        let _ = #request;
        ::core::unreachable!()
    };
    write_function(handler, &PlacedAttributes::read(&handler.attributes), &body)
}

/// Writes the guarded function around its body. The signature keeps the spans of the original signature, since
/// lints ignore code with a macro's spans. So an unused or undocumented handler is reported as it is without the
/// attribute.
fn write_function(
    handler: &Handler,
    attributes: &PlacedAttributes,
    body: &TokenStream,
) -> TokenStream {
    let Handler {
        visibility,
        signature,
        ..
    } = handler;
    let attributes = attributes.write_guarded();
    let request = create_request_name();
    let inputs = quote_spanned! {signature.paren_token.span.join()=>
        (#request: ::actix_login::__private::RawRequest)
    };
    let output =
        quote_spanned!(signature.output.span()=> -> ::actix_login::__private::HttpResponse);
    let asynchronous = signature
        .asyncness
        .unwrap_or(Token![async](signature.fn_token.span));
    let (function, name) = (&signature.fn_token, &signature.ident);
    let generics = bound_generics(handler);
    let where_clause = &generics.where_clause;
    let mut body = Group::new(Delimiter::Brace, body.clone());
    body.set_span(handler.body.span());
    quote! {
        #(#attributes)*
        #visibility #asynchronous #function #name #generics #inputs #output #where_clause #body
    }
}

/// Creates the name of the guarded function's argument. Hygiene hides it from the user's code. A user's `static` of
/// the same name would still conflict, hence the long name.
fn create_request_name() -> Ident {
    Ident::new("actix_login_request", Span::mixed_site())
}

/// The form of the original function, which the guarded function passes on to actix-web.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OriginalForm {
    /// A closure. It can use `Self` and the generic parameters of an `impl` block, which the macro does not see.
    Closure,
    /// A function within the guarded one. Unlike a closure it can have attributes and return `impl Trait`.
    Nested,
    /// A function next to the guarded one. Unlike a nested function it can also use `Self`.
    Sibling,
}

impl OriginalForm {
    fn choose(handler: &Handler, attributes: &PlacedAttributes) -> Self {
        if !attributes.need_function() && fits_closure(handler) {
            OriginalForm::Closure
        } else if !attributes.have_route() && uses_self(handler) {
            OriginalForm::Sibling
        } else {
            OriginalForm::Nested
        }
    }
}

/// Writes the original function as a closure. The body of an async closure does not coerce to the return type
/// (rust-lang/rust#145105) unless a `return` precedes it, so one is added. The body keeps its own braces, so that
/// lints see nothing before its first item.
fn write_closure(handler: &Handler) -> TokenStream {
    let inputs = &handler.signature.inputs;
    let mut body = handler.body.clone();
    // With a macro's span, these braces are not reported as needless.
    body.set_span(body.span().resolved_at(Span::mixed_site()));
    let output = match &handler.signature.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => quote!(#ty),
    };
    let unreached_return = quote_spanned! {output.span().resolved_at(Span::mixed_site())=>
        if false {
            return ::actix_login::__private::unreached::<#output>();
        }
    };
    quote_spanned!(locate_name(handler)=> async |#inputs| -> #output { #unreached_return #body })
}

/// Returns the span of the handler's name, where the compiler reports a return type that is not a `Responder`.
fn locate_name(handler: &Handler) -> Span {
    let name = &handler.signature.ident;
    name.span().resolved_at(Span::mixed_site())
}

/// Whether the original function uses the `Self` of an `impl` block around it.
fn uses_self(handler: &Handler) -> bool {
    tokens::find_identifier(handler.signature.to_token_stream(), "Self").is_some()
        || tokens::mentions_outer_self(handler.body.stream())
}

/// Whether the original function can be a closure, as far as its signature and body are concerned.
fn fits_closure(handler: &Handler) -> bool {
    let output = handler.signature.output.to_token_stream();
    tokens::find_identifier(output, "impl").is_none()
        && !tokens::starts_with_inner_attribute(handler.body.stream())
}

/// Writes `::<T, N>`, or nothing without such parameters. Lifetimes are inferred.
fn write_turbofish(generics: &Generics) -> TokenStream {
    let names: Vec<&Ident> = list_generic_names(generics).collect();
    if names.is_empty() {
        TokenStream::new()
    } else {
        quote!(::<#(#names),*>)
    }
}

fn list_generic_names(generics: &Generics) -> impl Iterator<Item = &Ident> {
    generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        })
}

/// Writes the expression that creates the guard.
fn write_guard(kind: GuardKind, options: &GuardOptions) -> TokenStream {
    // The span of the first check or of the type, so that the compiler reports an unsuitable one there.
    let check = options.checks.first().map(|check| check.span());
    let span = check.or_else(|| options.user_type.as_ref().map(|ty| ty.span()));
    let span = span
        .unwrap_or_else(Span::mixed_site)
        .resolved_at(Span::mixed_site());
    let constructor = match &options.user_type {
        Some(user_type) => {
            let name = format_ident!("{}_of", kind.name(), span = span);
            quote_spanned!(span=> ::actix_login::__private::#name::<#user_type>)
        }
        None => {
            let name = Ident::new(kind.name(), span);
            quote_spanned!(span=> ::actix_login::__private::#name)
        }
    };
    if kind == GuardKind::Anonymous {
        let view = match &options.view {
            Some(view) => quote!(::core::option::Option::Some(#view)),
            None => quote!(::core::option::Option::None),
        };
        return quote!(#constructor(#view));
    }
    let checks = options.checks.iter().map(|check| {
        let span = check.span().resolved_at(Span::mixed_site());
        let check = annotate_closure(check, options.user_type.as_ref());
        quote_spanned!(span=> .check(#check))
    });
    let within = options
        .within
        .map(|seconds| quote_spanned!(span=> .within(#seconds)));
    quote_spanned!(span=> #constructor() #within #(#checks)*)
}

/// Returns the check. A closure's argument without a type gets the type `&User`.
fn annotate_closure(check: &Expr, user_type: Option<&Type>) -> Expr {
    let mut check = check.clone();
    if let (Expr::Closure(closure), Some(user_type)) = (&mut check, user_type) {
        for input in &mut closure.inputs {
            if !matches!(input, Pat::Type(_)) {
                *input = Pat::Type(PatType {
                    attrs: Vec::new(),
                    pat: Box::new(input.clone()),
                    colon_token: Token![:](Span::mixed_site()),
                    ty: parse_quote!(&#user_type),
                });
            }
        }
    }
    check
}

/// Writes a use of each argument's `FromRequest`, so that the compiler reports a missing one at the argument's type.
fn write_extractor_checks(handler: &Handler) -> TokenStream {
    list_arguments(handler)
        .map(|argument| {
            let ty = &argument.ty;
            // An argument that is configured out is not checked.
            let conditions = argument
                .attrs
                .iter()
                .filter(|attribute| attribute.path().is_ident("cfg"));
            quote_spanned! {ty.span()=>
                #(#conditions)*
                let _ = <#ty as ::actix_login::__private::FromRequest>::from_request;
            }
        })
        .collect()
}

fn list_arguments(handler: &Handler) -> impl Iterator<Item = &PatType> {
    handler
        .signature
        .inputs
        .iter()
        .filter_map(|argument| match argument {
            FnArg::Typed(argument) => Some(argument),
            FnArg::Receiver(_) => None,
        })
}

/// Returns the handler's generics with the bounds that actix-web requires of a registered handler. The guarded
/// function passes on the original function for any `T`, so it needs these bounds itself.
fn bound_generics(handler: &Handler) -> Generics {
    let mut generics = handler.signature.generics.clone();
    let names: Vec<Ident> = generics
        .type_params()
        .map(|parameter| parameter.ident.clone())
        .collect();
    for name in &names {
        add_bound(&mut generics, &parse_quote!(#name), &quote!('static));
    }
    for parameter in handler.signature.generics.lifetimes() {
        let lifetime = &parameter.lifetime;
        // The bound is on a reference type, since a bound on the lifetime itself would have to be where the user
        // wrote its other bounds.
        add_bound(
            &mut generics,
            &parse_quote!(&#lifetime ()),
            &quote!('static),
        );
    }
    let names: Vec<&Ident> = names.iter().collect();
    for argument in list_arguments(handler) {
        let is_configured = argument.attrs.iter().any(is_cfg);
        if !is_configured {
            bound_extractor(&mut generics, &argument.ty, &names);
        }
    }
    generics
}

/// Requires that a type with one of these generic parameters is an extractor.
fn bound_extractor(generics: &mut Generics, ty: &Type, names: &[&Ident]) {
    if let Type::Tuple(tuple) = ty {
        // With a bound on a tuple, the compiler would take it for the arguments of the handler.
        for element in &tuple.elems {
            bound_extractor(generics, element, names);
        }
        return;
    }
    let tokens = ty.to_token_stream();
    if tokens::mentions_any(tokens.clone(), names) && !tokens::elides_lifetime(tokens) {
        add_bound(generics, ty, &quote!(::actix_login::__private::FromRequest));
    }
}

fn is_cfg(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

/// Adds a bound where the user wrote the other bounds of this type, since clippy requires them in one place.
fn add_bound(generics: &mut Generics, ty: &Type, bound: &TokenStream) {
    let parameter = generics.type_params_mut().find(|parameter| {
        matches!(ty, Type::Path(path) if path.path.is_ident(&parameter.ident))
            && !parameter.bounds.is_empty()
    });
    if let Some(parameter) = parameter {
        parameter.bounds.push(parse_quote!(#bound));
        return;
    }
    let name = ty.to_token_stream().to_string();
    let predicates = &mut generics.make_where_clause().predicates;
    let existing = predicates.iter_mut().find_map(|predicate| match predicate {
        WherePredicate::Type(predicate)
            if predicate.bounded_ty.to_token_stream().to_string() == name =>
        {
            Some(predicate)
        }
        _ => None,
    });
    match existing {
        Some(predicate) => predicate.bounds.push(parse_quote!(#bound)),
        None => predicates.push(parse_quote!(#ty: #bound)),
    }
}
