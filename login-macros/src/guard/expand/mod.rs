//! Writes the guarded handler: a function of the same name that takes the request as it came, asks the guard, and
//! only then lets actix extract the arguments of the original function.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::{
    Attribute, Expr, FnArg, GenericParam, Generics, Pat, PatType, ReturnType, Signature, Token,
    Type, WherePredicate, ext::IdentExt as _, parse_quote, spanned::Spanned as _,
};

use self::attributes::Attributes;
use super::{Kind, ast::Handler, attr::Arguments};
use crate::tokens;

mod attributes;

/// The guarded handler.
pub(super) fn guarded(kind: Kind, arguments: &Arguments, handler: &Handler) -> TokenStream {
    let mut attributes = Attributes::split(&handler.attributes);
    let (signature, original) = (&handler.signature, &handler.body);
    let (name, parameters) = (&signature.ident, type_arguments(&signature.generics));
    let form = Form::of(handler, &attributes);
    if form == Form::Sibling {
        attributes.allow_expectations();
    }
    let (inner, shared) = (attributes.inner(), attributes.shared());
    match form {
        Form::Closure => {
            let body = guarded_body(kind, arguments, handler, &closure(handler));
            outer(handler, &attributes, &body)
        }
        Form::Nested => {
            let body = guarded_body(kind, arguments, handler, &quote!(#name #parameters));
            outer(
                handler,
                &attributes,
                &quote!(#(#inner)* #signature #original #body),
            )
        }
        Form::Sibling => {
            let name = format_ident!("__{}_guarded", name.unraw(), span = Span::mixed_site());
            let body = guarded_body(kind, arguments, handler, &quote!(Self::#name #parameters));
            let guarded = outer(handler, &attributes, &body);
            let signature = Signature {
                ident: name,
                ..signature.clone()
            };
            quote!(#guarded #(#shared)* #[doc(hidden)] #(#inner)* #signature #original)
        }
    }
}

fn guarded_body(
    kind: Kind,
    arguments: &Arguments,
    handler: &Handler,
    original: &TokenStream,
) -> TokenStream {
    let extractors = extractors(handler);
    let guard = guard(kind, arguments);
    let request = parameter();
    let span = name_span(handler);
    let call = quote_spanned! {span=>
        ::actix_login::__private::guarded(#request, #guard, #original).await
    };
    quote!(#extractors #call)
}

/// Stands in for a handler that was refused: what a route or `.to(…)` expects, so that only the refusal is reported.
pub(super) fn placeholder(handler: &Handler) -> TokenStream {
    let Handler {
        signature, body, ..
    } = handler;
    // What was written stays inside where it can, so that its names count as used and editors can look at it.
    let original = (!uses_self(handler) && signature.variadic.is_none())
        .then(|| quote!(#[allow(dead_code)] #signature #body));
    let request = parameter();
    let body = quote! {
        #original
        let _ = #request;
        ::core::unreachable!()
    };
    outer(handler, &Attributes::split(&handler.attributes), &body)
}

/// The signature has the spans of the original one, since lints keep quiet about what a macro wrote, and an
/// unused or undocumented handler is to be reported as without the attribute.
fn outer(handler: &Handler, attributes: &Attributes, body: &TokenStream) -> TokenStream {
    let Handler {
        visibility,
        signature,
        ..
    } = handler;
    let outer = attributes.outer();
    let request = parameter();
    let inputs = quote_spanned! {signature.paren_token.span.join()=>
        (#request: ::actix_login::__private::RawRequest)
    };
    let output =
        quote_spanned!(signature.output.span()=> -> ::actix_login::__private::HttpResponse);
    let asynchronous = signature
        .asyncness
        .unwrap_or(Token![async](signature.fn_token.span));
    let (function, name) = (&signature.fn_token, &signature.ident);
    let generics = generics(handler);
    let where_clause = &generics.where_clause;
    let mut body = Group::new(Delimiter::Brace, body.clone());
    body.set_span(handler.body.span());
    quote! {
        #(#outer)*
        #visibility #asynchronous #function #name #generics #inputs #output #where_clause #body
    }
}

/// The guarded function's own parameter. Hygiene keeps the user's code from seeing it, but not a user's
/// `static request` from being in its way, hence the long name.
fn parameter() -> Ident {
    Ident::new("actix_login_request", Span::mixed_site())
}

/// The form in which actix can call the original function from within the guarded one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// May use `Self` and the generic parameters of the `impl` block around it, of which the macro sees nothing.
    Closure,
    /// A function inside the guarded one, for what a closure cannot have: attributes and `-> impl Trait`.
    Nested,
    /// A function next to the guarded one, for the same with `Self`, which a nested function must not name.
    Sibling,
}

impl Form {
    fn of(handler: &Handler, attributes: &Attributes) -> Self {
        if !attributes.need_function() && can_be_closure(handler) {
            Form::Closure
        } else if !attributes.have_route() && uses_self(handler) {
            Form::Sibling
        } else {
            Form::Nested
        }
    }
}

/// An async closure does not coerce to its return type (rust-lang/rust#145105) until a `return` has shown it, so
/// one stands before the body. That keeps its braces, so that to lints nothing stands before its first item.
fn closure(handler: &Handler) -> TokenStream {
    let inputs = &handler.signature.inputs;
    let mut body = handler.body.clone();
    // As written by a macro, these braces are not reported as needless.
    body.set_span(body.span().resolved_at(Span::mixed_site()));
    let output = match &handler.signature.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => quote!(#ty),
    };
    let shown = quote_spanned! {output.span().resolved_at(Span::mixed_site())=>
        if false {
            return ::actix_login::__private::unreached::<#output>();
        }
    };
    quote_spanned!(name_span(handler)=> async |#inputs| -> #output { #shown #body })
}

/// The place of the handler's name, where a return type that is no `Responder` is reported.
fn name_span(handler: &Handler) -> Span {
    let name = &handler.signature.ident;
    name.span().resolved_at(Span::mixed_site())
}

fn uses_self(handler: &Handler) -> bool {
    tokens::find_identifier(handler.signature.to_token_stream(), "Self").is_some()
        || tokens::mentions_outer_self(handler.body.stream())
}

fn can_be_closure(handler: &Handler) -> bool {
    let output = handler.signature.output.to_token_stream();
    tokens::find_identifier(output, "impl").is_none()
        && !tokens::starts_with_inner_attribute(handler.body.stream())
}

/// `::<T, N>`, or nothing. Lifetimes are left to be inferred.
fn type_arguments(generics: &Generics) -> TokenStream {
    let names: Vec<&Ident> = generic_names(generics).collect();
    if names.is_empty() {
        TokenStream::new()
    } else {
        quote!(::<#(#names),*>)
    }
}

fn generic_names(generics: &Generics) -> impl Iterator<Item = &Ident> {
    generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        })
}

/// The expression that makes the guard.
fn guard(kind: Kind, arguments: &Arguments) -> TokenStream {
    // On the first check or the type, so that one that does not fit is reported there.
    let check = arguments.checks.first().map(|check| check.span());
    let span = check.or_else(|| arguments.user.as_ref().map(|user| user.span()));
    let span = span
        .unwrap_or_else(Span::mixed_site)
        .resolved_at(Span::mixed_site());
    let constructor = match &arguments.user {
        Some(user) => {
            let name = format_ident!("{}_of", kind.name(), span = span);
            quote_spanned!(span=> ::actix_login::__private::#name::<#user>)
        }
        None => {
            let name = Ident::new(kind.name(), span);
            quote_spanned!(span=> ::actix_login::__private::#name)
        }
    };
    if kind == Kind::Anonymous {
        let view = match &arguments.view {
            Some(view) => quote!(::core::option::Option::Some(#view)),
            None => quote!(::core::option::Option::None),
        };
        return quote!(#constructor(#view));
    }
    let checks = arguments.checks.iter().map(|check| {
        let span = check.span().resolved_at(Span::mixed_site());
        let check = typed(check, arguments.user.as_ref());
        quote_spanned!(span=> .check(#check))
    });
    quote_spanned!(span=> #constructor() #(#checks)*)
}

/// The check. A closure that leaves its argument's type open takes the user.
fn typed(check: &Expr, user: Option<&Type>) -> Expr {
    let mut check = check.clone();
    if let (Expr::Closure(closure), Some(user)) = (&mut check, user) {
        for input in &mut closure.inputs {
            if !matches!(input, Pat::Type(_)) {
                *input = Pat::Type(PatType {
                    attrs: Vec::new(),
                    pat: Box::new(input.clone()),
                    colon_token: Token![:](Span::mixed_site()),
                    ty: parse_quote!(&#user),
                });
            }
        }
    }
    check
}

/// Asks for each argument whether actix can extract it, so that the error stands on its type.
fn extractors(handler: &Handler) -> TokenStream {
    typed_arguments(handler)
        .map(|argument| {
            let ty = &argument.ty;
            // An argument that is configured away is not asked.
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

fn typed_arguments(handler: &Handler) -> impl Iterator<Item = &PatType> {
    handler
        .signature
        .inputs
        .iter()
        .filter_map(|argument| match argument {
            FnArg::Typed(argument) => Some(argument),
            FnArg::Receiver(_) => None,
        })
}

/// The handler's generics with what actix asks of a handler where it is registered. The outer function hands the
/// handler on for any `T`, so it must ask already.
fn generics(handler: &Handler) -> Generics {
    let mut generics = handler.signature.generics.clone();
    let names: Vec<Ident> = generics
        .type_params()
        .map(|parameter| parameter.ident.clone())
        .collect();
    for name in &names {
        require(&mut generics, &parse_quote!(#name), &quote!('static));
    }
    for parameter in handler.signature.generics.lifetimes() {
        let lifetime = &parameter.lifetime;
        // By way of a type: a bound of the lifetime's own would have to stand where the user wrote the others.
        require(
            &mut generics,
            &parse_quote!(&#lifetime ()),
            &quote!('static),
        );
    }
    let names: Vec<&Ident> = names.iter().collect();
    for argument in typed_arguments(handler) {
        let ty = argument.ty.to_token_stream();
        let is_configured = argument.attrs.iter().any(is_condition);
        if !is_configured
            && tokens::mentions_any(ty.clone(), &names)
            && !tokens::elides_lifetime(ty)
        {
            require(
                &mut generics,
                &argument.ty,
                &quote!(::actix_login::__private::FromRequest),
            );
        }
    }
    generics
}

fn is_condition(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

/// Adds a bound where the user wrote the others of this type, as clippy wants them in one place.
fn require(generics: &mut Generics, ty: &Type, bound: &TokenStream) {
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
    let written = predicates.iter_mut().find_map(|predicate| match predicate {
        WherePredicate::Type(written)
            if written.bounded_ty.to_token_stream().to_string() == name =>
        {
            Some(written)
        }
        _ => None,
    });
    match written {
        Some(written) => written.bounds.push(parse_quote!(#bound)),
        None => predicates.push(parse_quote!(#ty: #bound)),
    }
}
