//! Reads one module: its names, and the paths it mentions outside comments, strings and test code.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree, Visibility};

/// A module: a file, or a `mod name { … }` in one.
#[derive(Default)]
pub(crate) struct Module {
    pub(crate) names: BTreeMap<String, Vec<Name>>,
    /// The modules whose names are all imported.
    pub(crate) globs: Vec<Mention>,
    pub(crate) mentions: Vec<Mention>,
    /// The modules that it declares as `mod name { … }`.
    pub(crate) inline: Vec<(String, Module)>,
    /// The modules that it declares as `mod name;`, and whether they are for tests alone.
    pub(crate) files: Vec<(String, bool)>,
}

/// What a name of a module stands for.
pub(crate) enum Name {
    Item,
    Module,
    Import(Vec<String>),
}

/// A path in the code.
#[derive(Clone)]
pub(crate) struct Mention {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// In code, or in a private `use`.
    Use,
    /// In a `pub use`, with whatever visibility.
    ReExport,
}

impl Module {
    /// # Errors
    ///
    /// Where `text` is not Rust.
    pub(crate) fn read(text: &str) -> syn::Result<Self> {
        let mut module = Self::default();
        module.add_items(syn::parse_file(text)?.items);
        Ok(module)
    }

    fn add_items(&mut self, items: Vec<Item>) {
        for item in items {
            match item {
                Item::Mod(item) => self.add_module(item),
                Item::Use(item) if !is_for_tests(&item.attrs) => self.add_use(&item),
                Item::Use(_) => {}
                item => {
                    for name in defined_names(&item) {
                        self.names.entry(name).or_default().push(Name::Item);
                    }
                    self.scan(item.into_token_stream());
                }
            }
        }
    }

    fn add_module(&mut self, item: ItemMod) {
        let name = item.ident.to_string();
        let for_tests = is_for_tests(&item.attrs);
        if !for_tests {
            self.names
                .entry(name.clone())
                .or_default()
                .push(Name::Module);
        }
        match item.content {
            None => self.files.push((name, for_tests)),
            Some((_, items)) if !for_tests => {
                let mut module = Self::default();
                module.add_items(items);
                self.inline.push((name, module));
            }
            Some(_) => {}
        }
    }

    fn add_use(&mut self, item: &ItemUse) {
        let kind = match item.vis {
            Visibility::Inherited => Kind::Use,
            _ => Kind::ReExport,
        };
        // `use ::name` is another crate's.
        if item.leading_colon.is_none() {
            self.add_use_tree(&item.tree, &[], kind);
        }
    }

    fn add_use_tree(&mut self, tree: &UseTree, prefix: &[String], kind: Kind) {
        let join = |ident: &Ident| {
            let mut path = prefix.to_vec();
            // `a::{self}` names `a`.
            if ident != "self" || path.is_empty() {
                path.push(ident.to_string());
            }
            path
        };
        let (path, name, span) = match tree {
            UseTree::Path(tree) => return self.add_use_tree(&tree.tree, &join(&tree.ident), kind),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_use_tree(tree, prefix, kind);
                }
                return;
            }
            UseTree::Glob(glob) => {
                let line = glob.star_token.spans[0].start().line;
                let path = prefix.to_vec();
                self.globs.push(Mention { path, line, kind });
                return;
            }
            UseTree::Name(tree) => {
                let path = join(&tree.ident);
                let name = path.last().cloned().unwrap_or_default();
                (path, name, tree.ident.span())
            }
            UseTree::Rename(tree) => (
                join(&tree.ident),
                tree.rename.to_string(),
                tree.ident.span(),
            ),
        };
        self.mention(path.clone(), span, kind);
        self.names.entry(name).or_default().push(Name::Import(path));
    }

    fn mention(&mut self, path: Vec<String>, span: Span, kind: Kind) {
        let line = span.start().line;
        self.mentions.push(Mention { path, line, kind });
    }

    /// Adds each path in `tokens`, which have no comments in them.
    fn scan(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at = match token {
                TokenTree::Punct(_) if is_test_attribute(&tokens[at..]) => after_item(&tokens, at),
                TokenTree::Group(group) => {
                    self.scan(group.stream());
                    at + 1
                }
                TokenTree::Ident(ident) if ident == "pub" && is_restricted(tokens.get(at + 1)) => {
                    at + 2
                }
                TokenTree::Ident(ident) if ident == "use" => self.scan_use(&tokens, at),
                TokenTree::Ident(_) => self.scan_path(&tokens, at),
                TokenTree::Punct(_) | TokenTree::Literal(_) => at + 1,
            };
        }
    }

    /// Adds the `use` in a body that begins at `start`, and returns where it ends.
    fn scan_use(&mut self, tokens: &[TokenTree], start: usize) -> usize {
        let length = tokens[start..]
            .iter()
            .position(|token| is_punct(Some(token), ';'));
        let end = length.map_or(tokens.len(), |length| start + length + 1);
        let item = tokens[start..end].iter().cloned().collect();
        // The `use<'a>` of `impl Trait + use<'a>` imports nothing.
        match syn::parse2::<ItemUse>(item) {
            Ok(item) => {
                self.add_use(&item);
                end
            }
            Err(_) => start + 1,
        }
    }

    /// Adds the path that begins at `start`, and returns where it ends.
    fn scan_path(&mut self, tokens: &[TokenTree], start: usize) -> usize {
        let mut path = Vec::new();
        let mut at = start;
        while let Some(TokenTree::Ident(ident)) = tokens.get(at) {
            path.push(ident.to_string());
            at += 1;
            let is_followed = matches!(tokens.get(at + 2), Some(TokenTree::Ident(_)));
            if !(is_followed && is_double_colon(tokens, at)) {
                break;
            }
            at += 2;
        }
        let before = |distance| start.checked_sub(distance).and_then(|at| tokens.get(at));
        let continues_a_path = is_punct(before(1), ':') && is_punct(before(2), ':');
        let is_lifetime = is_punct(before(1), '\'');
        let counts = match &path[..] {
            [name] => is_path_of_one(name, before(1), tokens.get(at)),
            _ => true,
        };
        if counts && !continues_a_path && !is_lifetime {
            self.mention(path, tokens[start].span(), Kind::Use);
        }
        at
    }
}

/// Whether a single name counts as a path: a type, a constant, or a function or macro that is
/// called. A field, a method or a variable does not.
fn is_path_of_one(name: &str, before: Option<&TokenTree>, after: Option<&TokenTree>) -> bool {
    let is_member = is_punct(before, '.');
    let is_defined = matches!(before, Some(TokenTree::Ident(keyword)) if keyword == "fn");
    let is_called = match after {
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Parenthesis,
        // Not the first half of `!=`.
        Some(TokenTree::Punct(punct)) => {
            punct.as_char() == '!' && punct.spacing() == Spacing::Alone
        }
        _ => false,
    };
    !is_member && !is_defined && (is_called || name.starts_with(char::is_uppercase))
}

/// The names that an item brings into its module.
fn defined_names(item: &Item) -> Vec<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::ExternCrate(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        Item::Macro(item) => match &item.ident {
            Some(name) => name,
            // Such as the struct in `pin_project! { … }`.
            None => return names_after_keywords(item.mac.tokens.clone()),
        },
        _ => return Vec::new(),
    };
    vec![name.to_string()]
}

fn names_after_keywords(tokens: TokenStream) -> Vec<String> {
    const KEYWORDS: [&str; 7] = ["const", "enum", "fn", "static", "struct", "trait", "type"];
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let pairs = tokens.windows(2).filter_map(|pair| match pair {
        [TokenTree::Ident(keyword), TokenTree::Ident(name)] => Some((keyword, name)),
        _ => None,
    });
    pairs
        .filter(|(keyword, _)| KEYWORDS.iter().any(|known| keyword == known))
        .map(|(_, name)| name.to_string())
        .collect()
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let tokens: Vec<TokenTree> = attribute.into_token_stream().into_iter().collect();
        is_test_attribute(&tokens)
    })
}

/// Whether `tokens` begin with `#[cfg(test)]` or `#[cfg(all(test, …))]`.
fn is_test_attribute(tokens: &[TokenTree]) -> bool {
    let [hash, TokenTree::Group(attribute), ..] = tokens else {
        return false;
    };
    let text = attribute.stream().to_string().replace(' ', "");
    is_punct(Some(hash), '#') && (text == "cfg(test)" || text.starts_with("cfg(all(test,"))
}

/// Where the item or statement ends that has an attribute at `start`.
fn after_item(tokens: &[TokenTree], start: usize) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punct(Some(token), ';'),
    };
    let length = tokens[start..].iter().position(ends);
    length.map_or(tokens.len(), |length| start + length + 1)
}

/// Whether `token` is the `(crate)`, `(super)` or `(in path)` of a visibility.
fn is_restricted(token: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Group(group)) = token else {
        return false;
    };
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    match &tokens[..] {
        [TokenTree::Ident(scope)] => ["crate", "self", "super"]
            .iter()
            .any(|known| scope == known),
        [TokenTree::Ident(keyword), ..] => keyword == "in",
        _ => false,
    }
}

fn is_double_colon(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':')
}

fn is_punct(token: Option<&TokenTree>, expected: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == expected)
}
