//! The pages, as plain HTML with escaped values. A real app uses a template engine.

use actix_login::{FlashedMessages, NextUrl};
use actix_web::web::Html;

const LOGOUT_BUTTON: &str =
    r#"<form method="post" action="/logout"><button>Log out</button></form>"#;

pub fn index(user: Option<&str>) -> Html {
    let body = match user {
        Some(user) => format!("<p>Logged in as: {}</p>{LOGOUT_BUTTON}", escape(user)),
        None => "<p>You are not logged in.</p>".to_owned(),
    };
    page("Quickstart", &body)
}

pub fn login(next: &NextUrl, flashes: &FlashedMessages) -> Html {
    let body = format!(
        r#"{}<form method="post" action="/login">
<label>Email <input name="email" autocomplete="username" autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<label><input type="checkbox" name="remember"> Remember me</label>
{}<button>Log in</button></form>"#,
        messages(flashes),
        hidden(next)
    );
    page("Log in", &body)
}

pub fn reauth(next: &NextUrl, flashes: &FlashedMessages) -> Html {
    let body = format!(
        r#"{}<form method="post" action="/reauth">
<label>Password <input name="password" type="password" autocomplete="current-password" autofocus></label>
{}<button>Confirm</button></form>"#,
        messages(flashes),
        hidden(next)
    );
    page("Confirm your password", &body)
}

pub fn protected(user: &str) -> Html {
    page(
        "Protected",
        &format!("<p>Logged in as: {}</p>{LOGOUT_BUTTON}", escape(user)),
    )
}

pub fn account(user: &str) -> Html {
    let user = escape(user);
    page(
        "Account",
        &format!(
            "<p>The account of {user}. Only a fresh login opens this page.</p>{LOGOUT_BUTTON}"
        ),
    )
}

pub fn logged_out() -> Html {
    page("Logged out", "<p>Logged out</p>")
}

fn hidden(next: &NextUrl) -> String {
    next.get().map_or_else(String::new, |next| {
        format!(
            r#"<input type="hidden" name="next" value="{}">"#,
            escape(next)
        )
    })
}

fn messages(flashes: &FlashedMessages) -> String {
    flashes
        .iter()
        .map(|flash| {
            let (category, message) = (escape(&flash.category), escape(&flash.message));
            format!(r#"<p class="flash {category}">{message}</p>"#)
        })
        .collect()
}

fn page(title: &str, body: &str) -> Html {
    Html::new(format!(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css"></head>
<body><nav><a href="/">Home</a><a href="/protected">Protected</a><a href="/account">Account</a>
<a href="/login">Log in</a></nav>
<h1>{title}</h1>{body}</body></html>"#
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
