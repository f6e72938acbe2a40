//! Searches in token streams, for questions that do not justify the build time of parsing a whole function body.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};

/// Returns the span of the first occurrence of an identifier, at any depth.
pub(crate) fn find_identifier(tokens: TokenStream, wanted: &str) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == wanted => Some(ident.span()),
        TokenTree::Group(group) => find_identifier(group.stream(), wanted),
        _ => None,
    })
}

/// Whether any of these names occurs, at any depth.
pub(crate) fn mentions_any(tokens: TokenStream, names: &[&Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&&ident),
        TokenTree::Group(group) => mentions_any(group.stream(), names),
        _ => false,
    })
}

/// Whether `Self` occurs and means a type around this code, as opposed to a type declared within it.
pub(crate) fn mentions_outer_self(tokens: TokenStream) -> bool {
    let mut inside_item = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) if inside_item && group.delimiter() == Delimiter::Brace => {
                inside_item = false
            }
            TokenTree::Group(group) if !inside_item && mentions_outer_self(group.stream()) => {
                return true;
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => inside_item = false,
            TokenTree::Ident(ident) if ident == "Self" && !inside_item => return true,
            TokenTree::Ident(ident)
                if ["impl", "struct", "enum", "trait"]
                    .iter()
                    .any(|item| ident == item) =>
            {
                inside_item = true;
            }
            _ => {}
        }
    }
    false
}

/// Whether a type elides a lifetime, as `&T` and `T<'_>` do. Such a type cannot be repeated in a `where` clause.
pub(crate) fn elides_lifetime(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() == '&',
        TokenTree::Ident(ident) => ident == "_",
        TokenTree::Group(group) => elides_lifetime(group.stream()),
        TokenTree::Literal(_) => false,
    })
}

/// Whether the first token is a string literal, including one from a `macro_rules!` fragment.
pub(crate) fn starts_with_string(tokens: TokenStream) -> bool {
    match tokens.into_iter().next() {
        Some(TokenTree::Literal(literal)) => {
            let text = literal.to_string();
            text.starts_with('"') || text.starts_with("r\"") || text.starts_with("r#")
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None => {
            starts_with_string(group.stream())
        }
        _ => false,
    }
}

/// Whether a string that begins with `/` occurs, at any depth.
pub(crate) fn mentions_path_literal(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            let prefix = |letter: char| matches!(letter, 'b' | 'c' | 'r' | '#');
            text.trim_start_matches(prefix).starts_with("\"/")
        }
        TokenTree::Group(group) => mentions_path_literal(group.stream()),
        _ => false,
    })
}

/// Whether a body begins with an inner attribute (`#![allow(…)]`). The body of a closure cannot have one.
pub(crate) fn starts_with_inner_attribute(body: TokenStream) -> bool {
    let mut tokens = body.into_iter();
    let mut next_is = |wanted: char| matches!(tokens.next(), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted);
    next_is('#') && next_is('!')
}
