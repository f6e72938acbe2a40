//! Reads what stands in the attribute's parentheses.

use proc_macro2::{Ident, TokenStream};
use syn::{
    Error, Expr, Lit, LitStr, Result, Token, Type,
    ext::IdentExt as _,
    parse::{ParseStream, Parser},
};

use super::Kind;

/// What the attribute asks for.
#[derive(Default)]
pub(super) struct Arguments {
    pub(super) user: Option<Type>,
    /// The functions of the user, one per `check = …`.
    pub(super) checks: Vec<Expr>,
    pub(super) view: Option<LitStr>,
}

impl Kind {
    /// What may stand in the parentheses, for error messages.
    fn usage(self) -> String {
        let name = self.name();
        match self {
            Kind::Login | Kind::FreshLogin => format!(
                "`#[{name}]` takes a user type and then any number of checks: \
                 `#[{name}(Admin, check = Admin::can_edit)]`, both optional"
            ),
            Kind::Anonymous => format!(
                "`#[{name}]` takes a user type and then the view for who is logged in: \
                 `#[{name}(Admin, \"/home\")]`, both optional"
            ),
        }
    }
}

/// Reads the arguments and refuses those that the attribute does not know, know twice, or know elsewhere.
pub(super) fn read(kind: Kind, arguments: TokenStream) -> Result<Arguments> {
    let parse = |input: ParseStream<'_>| {
        let mut arguments = Arguments::default();
        while !input.is_empty() {
            arguments.read_one(kind, input)?;
            if !input.is_empty() {
                let comma = input.parse::<Token![,]>();
                comma.map_err(|error| {
                    Error::new(error.span(), format!("expected `,`: {}", kind.usage()))
                })?;
            }
        }
        Ok(arguments)
    };
    parse.parse2(arguments)
}

impl Arguments {
    fn read_one(&mut self, kind: Kind, input: ParseStream<'_>) -> Result<()> {
        if input.peek(Ident::peek_any) && input.peek2(Token![=]) {
            self.read_key(kind, input)
        } else if input.peek(Lit) {
            self.read_view(kind, input)
        } else {
            self.read_user(kind, input)
        }
    }

    fn read_key(&mut self, kind: Kind, input: ParseStream<'_>) -> Result<()> {
        let key = input.call(Ident::parse_any)?;
        if key != "check" {
            return Err(Error::new(
                key.span(),
                format!("unknown key `{key}`: {}", kind.usage()),
            ));
        }
        if kind == Kind::Anonymous {
            return Err(Error::new(
                key.span(),
                format!("an anonymous visitor cannot be checked: {}", kind.usage()),
            ));
        }
        input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(Error::new(
                key.span(),
                "`check` needs a function of the user: `check = Admin::can_edit` or `check = |user: &Admin| user.level > 3`",
            ));
        }
        self.checks.push(input.parse()?);
        Ok(())
    }

    fn read_view(&mut self, kind: Kind, input: ParseStream<'_>) -> Result<()> {
        let literal = input.parse()?;
        let Lit::Str(view) = literal else {
            return Err(Error::new(literal.span(), kind.usage()));
        };
        if kind != Kind::Anonymous {
            return Err(Error::new(
                view.span(),
                format!(
                    "a view is set on the login manager or for a scope, not here: {}",
                    kind.usage()
                ),
            ));
        }
        if self.view.is_some() {
            return Err(Error::new(
                view.span(),
                format!("a second view: {}", kind.usage()),
            ));
        }
        if view.value().is_empty() {
            return Err(Error::new(
                view.span(),
                "the view is empty: write a path, an absolute URL or a resource's name",
            ));
        }
        self.view = Some(view);
        Ok(())
    }

    fn read_user(&mut self, kind: Kind, input: ParseStream<'_>) -> Result<()> {
        let start = input.span();
        let refuse = |reason: &str| Err(Error::new(start, format!("{reason}: {}", kind.usage())));
        // `check(f)` would parse as a type, like `Fn(A)`.
        if input
            .fork()
            .call(Ident::parse_any)
            .is_ok_and(|ident| ident == "check")
        {
            return refuse("a check is written with `=`");
        }
        let Ok(user) = input.parse::<Type>() else {
            return refuse("expected a user type");
        };
        if !is_path(&user) {
            return refuse("expected a user type");
        }
        if kind != Kind::Anonymous
            && let Some(function) = function_name(&user)
        {
            return Err(Error::new_spanned(
                &user,
                format!(
                    "a user type begins with a capital letter, and a check is written `check = {function}`"
                ),
            ));
        }
        if self.user.is_some() {
            return refuse("a second user type");
        }
        if !self.checks.is_empty() || self.view.is_some() {
            return refuse("the user type comes first");
        }
        self.user = Some(user);
        Ok(())
    }
}

/// Whether this names a type by path, perhaps out of a `macro_rules!` fragment.
fn is_path(user: &Type) -> bool {
    match user {
        Type::Path(_) | Type::Macro(_) => true,
        Type::Group(group) => is_path(&group.elem),
        _ => false,
    }
}

/// The path, where its last name is not one of a type but of a function.
fn function_name(user: &Type) -> Option<String> {
    let path = match user {
        Type::Path(user) => &user.path,
        Type::Group(group) => return function_name(&group.elem),
        _ => return None,
    };
    let names: Vec<String> = path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let is_function = names.last()?.starts_with(char::is_lowercase);
    is_function.then(|| names.join("::"))
}
