//! Flask-Login's own behaviour: 64 recorded conversations between browsers and an app, replayed.
//!
//! `cases.json` holds them, request by request, with the responses. Where this crate deliberately
//! behaves better, the recorded app was changed to do the same, so that every response is one to
//! reproduce.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::Value;

use super::recorded_app::Config;
use crate::support::{Browser, Response, SESSION, SetCookie};

macro_rules! cases {
    ($($name:ident)*) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];

        $(
            #[test]
            fn $name() {
                replay(stringify!($name));
            }
        )*
    };
}

cases! {
    defaults_anonymous
    login_user
    login_user_not_fresh
    login_inactive
    login_inactive_forced
    logout
    logout_without_login
    unauthorized_401
    login_persists
    incorrect_id_logs_out
    remember_me
    remember_custom_duration
    remember_default_duration
    remember_no_refresh
    remember_logout
    remember_unicode
    remember_odd
    remember_tampered_cut
    remember_tampered_garbage
    remember_tampered_flip
    remember_of_deleted_user
    needs_refresh_401
    confirm_login
    login_required
    fresh_login_required
    switch_user
    logout_ends_the_session
    confirm_without_login
    remember_of_another_user_kept_out
    reauthenticate_keeps_remember
    login_with_request
    invalid_cookie_then_request_loader
    request_loader_without_user_loader
    unauthorized_redirect
    unauthorized_post
    options_exempt
    unauthorized_message
    unauthorized_localized
    unauthorized_handler
    next_in_session
    next_in_strong_session
    login_view_with_query
    login_view_absolute_http
    login_view_by_name
    force_host
    scope_login_views
    remember_not_httponly
    remember_refresh
    remember_of_another_user
    needs_refresh_handler
    refresh_view
    refresh_next_in_session
    protection_basic_same
    protection_basic_mismatch
    protection_basic_remember
    protection_strong_same
    protection_strong_mismatch
    protection_strong_remember
    protection_anonymous
    strong_mismatch_then_another_user
    strong_mismatch_then_same_user
    stolen_remember_cookie
    protection_strong_permanent
    custom_anonymous
}

#[test]
fn every_recorded_case_is_replayed() {
    let recorded: Vec<&str> = CASES.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(NAMES, recorded);
}

static CASES: LazyLock<Vec<Case>> =
    LazyLock::new(|| serde_json::from_str(include_str!("cases.json")).unwrap());

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    config: Config,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    browser: usize,
    #[serde(rename = "do")]
    action: Action,
    see: Option<See>,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "Vec<Value>")]
enum Action {
    Request {
        method: String,
        target: String,
        headers: BTreeMap<String, String>,
    },
    /// A browser restart.
    Close,
    UserAgent(u64),
    /// Changes the remember cookie.
    Tamper(String),
    /// Copies a cookie from the other browser.
    Steal(String),
}

impl TryFrom<Vec<Value>> for Action {
    type Error = String;

    fn try_from(words: Vec<Value>) -> Result<Self, String> {
        let text = |at: usize| words.get(at).and_then(Value::as_str).unwrap_or_default();
        match (text(0), words.len()) {
            (method @ ("GET" | "POST" | "OPTIONS"), 2 | 3) => {
                let headers = words.get(2).cloned().map(serde_json::from_value);
                Ok(Self::Request {
                    method: method.to_owned(),
                    target: text(1).to_owned(),
                    headers: headers
                        .transpose()
                        .map_err(|error| error.to_string())?
                        .unwrap_or_default(),
                })
            }
            ("close", 1) => Ok(Self::Close),
            ("ua", 2) => Ok(Self::UserAgent(words[1].as_u64().ok_or("no number")?)),
            ("tamper", 2) => Ok(Self::Tamper(text(1).to_owned())),
            ("steal", 2) => Ok(Self::Steal(text(1).to_owned())),
            _ => Err(format!("{words:?} is nothing to do")),
        }
    }
}

/// What the browser must see.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct See {
    status: Option<u16>,
    /// Whether the status is below 400, if no status is given.
    ok: Option<bool>,
    location: Option<String>,
    body: Option<String>,
    remember: Option<Touched>,
    cookie: Option<Attributes>,
    life_seconds: Option<u64>,
    vary: Option<bool>,
}

/// What the response does to the browser's remember cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Touched {
    Set,
    Cleared,
}

/// A cookie's attributes. When it is cleared, domain and path only.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attributes {
    domain: String,
    path: String,
    secure: Option<bool>,
    http_only: Option<bool>,
    same_site: Option<String>,
}

impl Attributes {
    fn of(cookie: &SetCookie) -> Self {
        let text = |name| cookie.attribute(name).unwrap_or_default().to_owned();
        let flag = |name| cookie.attribute(name).is_some();
        let is_set = !cookie.is_removal();
        Self {
            domain: text("domain"),
            path: text("path"),
            secure: is_set.then(|| flag("secure")),
            http_only: is_set.then(|| flag("httponly")),
            same_site: is_set.then(|| text("samesite").to_ascii_lowercase()),
        }
    }
}

/// How far the lifetime of a cookie may differ from the recorded one, in seconds.
const LIFE_TOLERANCE: u64 = 30;

fn replay(name: &str) {
    let case = CASES.iter().find(|case| case.name == name).unwrap();
    let remember = case.config.remember_name();
    let app = case.config.serve();
    let mut browsers = [app.browser(), app.browser()];
    for browser in &mut browsers {
        browser.user_agent = user_agent(0);
    }
    for (number, step) in (1..).zip(&case.steps) {
        let (browser, other) = match (&mut browsers, step.browser) {
            ([first, second], 0) => (first, second),
            ([first, second], 1) => (second, first),
            (_, other) => panic!("case {name}, step {number}: no browser {other}"),
        };
        match &step.action {
            Action::Request {
                method,
                target,
                headers,
            } => {
                let had_cookie = browser.cookie(remember).is_some();
                let response = request(browser, method, target, headers);
                let see = step.see.as_ref().expect("what a request must see");
                let wrong = see.differences(&response, remember, had_cookie);
                assert!(
                    wrong.is_empty(),
                    "case {name}, step {number}: browser {} {method} {target} {headers:?}\n{}\n\
                     the record: {see:?}\nwhat came back: {response:?}",
                    step.browser,
                    wrong.join("\n"),
                );
            }
            Action::Close => browser.cookies.retain(|name, _| name == remember),
            Action::UserAgent(number) => browser.user_agent = user_agent(*number),
            Action::Tamper(how) => {
                let value = browser.cookies.get_mut(remember).expect("a cookie");
                *value = tampered(value, how);
            }
            Action::Steal(which) => {
                let name = match which.as_str() {
                    "remember" => remember,
                    "session" => SESSION,
                    other => panic!("case {name}, step {number}: no cookie {other}"),
                };
                let value = other.cookie(name).expect("a cookie to steal");
                browser.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn user_agent(number: u64) -> Option<String> {
    (number != 2).then(|| format!("Browser/{number}"))
}

fn request(
    browser: &mut Browser,
    method: &str,
    target: &str,
    headers: &BTreeMap<String, String>,
) -> Response {
    let request = browser.request(method, target);
    headers
        .iter()
        .fold(request, |request, (name, value)| {
            request.header(name, value)
        })
        .send()
}

fn tampered(value: &str, how: &str) -> String {
    let another = |old: &str| if old == "A" { "B" } else { "A" };
    match how {
        "cut" => value[..value.len() - 3].to_owned(),
        "garbage" => "garbage".to_owned(),
        "flip" => {
            let (start, last) = value.split_at(value.len() - 1);
            format!("{start}{}", another(last))
        }
        "head" => {
            let (first, rest) = value.split_at(1);
            format!("{}{rest}", another(first))
        }
        "long" => format!("{value}{}", "x".repeat(3000)),
        other => panic!("no way to tamper: {other}"),
    }
}

impl See {
    /// One line for each difference from the record.
    fn differences(&self, response: &Response, remember: &str, had_cookie: bool) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut expect = |what: &str, is_as_expected: bool, expected: String, got: String| {
            if !is_as_expected {
                wrong.push(format!("{what}: expected {expected}, got {got}"));
            }
        };
        if let Some(status) = self.status {
            expect(
                "status",
                response.status == status,
                status.to_string(),
                response.status.to_string(),
            );
        }
        if let Some(ok) = self.ok {
            expect(
                "below 400",
                (response.status < 400) == ok,
                ok.to_string(),
                response.status.to_string(),
            );
        }
        let locations: Vec<&str> = response.headers("location").collect();
        expect(
            "location",
            locations == Vec::from_iter(self.location.as_deref()),
            format!("{:?}", self.location),
            format!("{locations:?}"),
        );
        if let Some(body) = &self.body {
            expect(
                "body",
                is_same_body(body, &response.body),
                format!("{body:?}"),
                format!("{:?}", response.body),
            );
        }
        if let Some(vary) = self.vary {
            expect(
                "Vary names Cookie",
                response.varies_by("Cookie") == vary,
                vary.to_string(),
                format!("{:?}", response.headers("vary").collect::<Vec<_>>()),
            );
        }

        let cookies: Vec<SetCookie> = response
            .set_cookies()
            .into_iter()
            .filter(|cookie| cookie.name == remember)
            .collect();
        let touched: Vec<Touched> = cookies
            .iter()
            .map(|cookie| {
                if cookie.is_removal() {
                    Touched::Cleared
                } else {
                    Touched::Set
                }
            })
            .collect();
        let clears_nothing = !had_cookie && touched == [Touched::Cleared];
        expect(
            "remember cookie",
            touched == Vec::from_iter(self.remember) || (self.remember.is_none() && clears_nothing),
            format!("{:?}", self.remember),
            format!("{cookies:?}"),
        );
        if let Some(attributes) = &self.cookie {
            let got = cookies.first().map(Attributes::of);
            expect(
                "cookie attributes",
                got.as_ref() == Some(attributes),
                format!("{attributes:?}"),
                format!("{got:?}"),
            );
        }
        if let Some(life) = self.life_seconds {
            let got = cookies.first().and_then(SetCookie::max_age);
            expect(
                "life of the cookie",
                got.is_some_and(|got| got.abs_diff(life) <= LIFE_TOLERANCE),
                life.to_string(),
                format!("{got:?}"),
            );
        }
        wrong
    }
}

/// JSON bodies are compared as JSON, because Python escapes characters outside ASCII.
fn is_same_body(expected: &str, got: &str) -> bool {
    match serde_json::from_str::<Value>(expected) {
        Ok(expected) => serde_json::from_str::<Value>(got).is_ok_and(|got| got == expected),
        Err(_) => expected == got,
    }
}
