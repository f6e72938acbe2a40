//! Reads the options in the attribute's parentheses.

use proc_macro2::{Ident, TokenStream};
use syn::{
    Error, Expr, ExprLit, Lit, LitStr, Pat, Result, Token, Type,
    ext::IdentExt as _,
    parse::{ParseStream, Parser},
};

use super::GuardKind;

/// The options of the attribute.
#[derive(Default)]
pub(super) struct GuardOptions {
    pub(super) user_type: Option<Type>,
    /// The functions that check the user, one per `check = …`.
    pub(super) checks: Vec<Expr>,
    pub(super) view: Option<LitStr>,
    /// The seconds of `within = "…"`.
    pub(super) within: Option<u64>,
}

impl GuardKind {
    /// Describes the options, for error messages.
    fn describe_usage(self) -> String {
        let name = self.name();
        match self {
            GuardKind::FreshLogin => format!(
                "`#[{name}]` takes an optional user type, followed by an optional time and any number of checks: \
                 `#[{name}(Admin, within = \"15m\", check = Admin::can_edit)]`"
            ),
            GuardKind::Login => format!(
                "`#[{name}]` takes an optional user type, followed by any number of checks: \
                 `#[{name}(Admin, check = Admin::can_edit)]`"
            ),
            GuardKind::Anonymous => format!(
                "`#[{name}]` takes an optional user type, followed by an optional view for logged-in users: \
                 `#[{name}(Admin, \"/home\")]`"
            ),
        }
    }
}

/// Reads the options, and rejects options that are unknown, repeated or in the wrong place.
pub(super) fn read(kind: GuardKind, options: TokenStream) -> Result<GuardOptions> {
    let parse = |input: ParseStream<'_>| {
        let mut options = GuardOptions::default();
        while !input.is_empty() {
            options.read_option(kind, input)?;
            if !input.is_empty() {
                let comma = input.parse::<Token![,]>();
                comma.map_err(|error| {
                    Error::new(
                        error.span(),
                        format!("expected `,`: {}", kind.describe_usage()),
                    )
                })?;
            }
        }
        Ok(options)
    };
    parse.parse2(options)
}

impl GuardOptions {
    fn read_option(&mut self, kind: GuardKind, input: ParseStream<'_>) -> Result<()> {
        if input.peek(Ident::peek_any) && input.peek2(Token![=]) {
            self.read_keyed(kind, input)
        } else if input.peek(Lit) {
            self.read_view(kind, input)
        } else {
            self.read_user_type(kind, input)
        }
    }

    fn read_keyed(&mut self, kind: GuardKind, input: ParseStream<'_>) -> Result<()> {
        let key = input.call(Ident::parse_any)?;
        if key == "within" {
            return self.read_within(kind, &key, input);
        }
        if key != "check" {
            return Err(Error::new(
                key.span(),
                format!("unknown option `{key}`: {}", kind.describe_usage()),
            ));
        }
        if kind == GuardKind::Anonymous {
            return Err(Error::new(
                key.span(),
                format!("`check` needs a logged-in user: {}", kind.describe_usage()),
            ));
        }
        input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(Error::new(
                key.span(),
                "`check` needs a function that takes the user: `check = Admin::can_edit` or `check = |user: &Admin| user.level > 3`",
            ));
        }
        let check = input.parse()?;
        // Later checks get the type from the first one.
        if self.user_type.is_none()
            && self.checks.is_empty()
            && let Some(argument) = find_untyped_argument(&check)
        {
            let name = kind.name();
            return Err(Error::new_spanned(
                argument,
                format!(
                    "the first check must name the user type: write `check = |user: &User| …`, or name the type \
                     before the checks, as in `#[{name}(User, check = |user| …)]`"
                ),
            ));
        }
        self.checks.push(check);
        Ok(())
    }

    fn read_within(&mut self, kind: GuardKind, key: &Ident, input: ParseStream<'_>) -> Result<()> {
        if kind != GuardKind::FreshLogin {
            let fresh = GuardKind::FreshLogin.name();
            return Err(Error::new(
                key.span(),
                format!("`within` needs a fresh login: write `#[{fresh}(within = \"15m\")]`"),
            ));
        }
        if self.within.is_some() {
            return Err(Error::new(
                key.span(),
                format!("only one `within` is allowed: {}", kind.describe_usage()),
            ));
        }
        input.parse::<Token![=]>()?;
        let usage = "`within` needs a whole number and one of the units `s`, `m`, `h` and `d`, as text: `within = \"15m\"`";
        if input.is_empty() || input.peek(Token![,]) {
            return Err(Error::new(key.span(), usage));
        }
        let value: Expr = input.parse()?;
        let Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) = &value
        else {
            return Err(Error::new_spanned(value, usage));
        };
        match parse_duration(&text.value()) {
            Some(0) => Err(Error::new(
                text.span(),
                "`within` is zero, and no request would be admitted: write at least `\"1s\"`",
            )),
            Some(seconds) => {
                self.within = Some(seconds);
                Ok(())
            }
            None => Err(Error::new(text.span(), usage)),
        }
    }

    fn read_view(&mut self, kind: GuardKind, input: ParseStream<'_>) -> Result<()> {
        let literal = input.parse()?;
        let Lit::Str(view) = literal else {
            return Err(Error::new(literal.span(), kind.describe_usage()));
        };
        if kind != GuardKind::Anonymous {
            return Err(Error::new(
                view.span(),
                format!(
                    "set the login view on the login manager or on a `LoginScope`: {}",
                    kind.describe_usage()
                ),
            ));
        }
        if self.view.is_some() {
            return Err(Error::new(
                view.span(),
                format!("only one view is allowed: {}", kind.describe_usage()),
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

    fn read_user_type(&mut self, kind: GuardKind, input: ParseStream<'_>) -> Result<()> {
        let start = input.span();
        let reject = |reason: &str| {
            Err(Error::new(
                start,
                format!("{reason}: {}", kind.describe_usage()),
            ))
        };
        // `check(f)` would otherwise parse as a type, like `Fn(A)`.
        if input
            .fork()
            .call(Ident::parse_any)
            .is_ok_and(|ident| ident == "check")
        {
            return reject("write a check with `=`");
        }
        let Ok(user_type) = input.parse::<Type>() else {
            return reject("expected a user type");
        };
        if !is_path(&user_type) {
            return reject("expected a user type");
        }
        if kind != GuardKind::Anonymous
            && let Some(function) = find_function(&user_type)
        {
            return Err(Error::new_spanned(
                &user_type,
                format!(
                    "expected a user type, which begins with a capital letter: write a check as `check = {function}`"
                ),
            ));
        }
        if self.user_type.is_some() {
            return reject("only one user type is allowed");
        }
        if !self.checks.is_empty() || self.view.is_some() || self.within.is_some() {
            return reject("the user type comes first");
        }
        self.user_type = Some(user_type);
        Ok(())
    }
}

/// Returns the seconds of a text such as `15m`. `None` if it is malformed, or too large.
fn parse_duration(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    // `parse` alone accepts a sign.
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| number.parse::<u64>().ok()).flatten()?;
    number.checked_mul(seconds)
}

/// Returns the argument of a closure if it has no type.
fn find_untyped_argument(check: &Expr) -> Option<&Pat> {
    match check {
        Expr::Closure(closure) => {
            let argument = closure.inputs.first()?;
            (!matches!(argument, Pat::Type(_))).then_some(argument)
        }
        Expr::Paren(check) => find_untyped_argument(&check.expr),
        Expr::Group(check) => find_untyped_argument(&check.expr),
        _ => None,
    }
}

/// Whether the type is a path, including one from a `macro_rules!` fragment.
fn is_path(user_type: &Type) -> bool {
    match user_type {
        Type::Path(_) | Type::Macro(_) => true,
        Type::Group(group) => is_path(&group.elem),
        _ => false,
    }
}

/// Returns the path if its last name is that of a function, which begins with a lowercase letter.
fn find_function(user_type: &Type) -> Option<String> {
    let path = match user_type {
        Type::Path(user_type) => &user_type.path,
        Type::Group(group) => return find_function(&group.elem),
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
