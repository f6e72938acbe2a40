//! The host in a `Location`: configured hosts are used, claimed hosts are ignored.

use url::Url;

use super::{app, location, origin, sent_to, sent_to_refresh};
use crate::support::{
    TestApp,
    pages::{User, builder},
};

#[test]
fn with_a_forced_host_all_redirects_name_it() {
    for (view, location) in [
        ("/login", "//good.com/login?next=%2Fa"),
        ("/login?b=c", "//good.com/login?b=c&next=%2Fa"),
        ("users.login", "//good.com/accounts/sign-in?next=%2Fa"),
    ] {
        let app = app(|builder| builder.login_view(view).force_host("good.com"));
        let mut browser = app.browser();
        let request = browser.request("GET", "/a").header("Host", "evil.example");
        assert_eq!(self::location(&request.send()), location);
    }
    let absolute = app(|builder| {
        let builder = builder.login_view("https://accounts.example/login");
        builder.force_host("good.com:8443")
    });
    assert!(sent_to(&absolute, "/a").starts_with("https://good.com:8443/login?next=http%3A"));
    let refresh = app(|builder| builder.refresh_view("/reauth").force_host("good.com"));
    assert_eq!(
        sent_to_refresh(&refresh),
        "//good.com/reauth?next=%2Ffresh%3Fx%3D1"
    );
}

#[test]
fn an_invalid_host_setting_is_refused_at_build() {
    for host in [
        "good.com\n",
        "good.com ",
        " good.com",
        "b\u{fc}cher.example",
        "a b",
        "a/b",
        "",
    ] {
        assert!(
            builder::<User>().force_host(host).build().is_err(),
            "{host:?}"
        );
        let allowed = builder::<User>().allowed_redirect_hosts([host]).build();
        assert!(allowed.is_err(), "{host:?}");
    }
}

#[test]
fn an_absolute_login_view_gets_the_configured_server_origin() {
    let with = |view: &'static str| {
        app(move |builder| {
            let builder = builder.login_view(view);
            builder.server_origin("https://shop.example")
        })
    };
    let app = with("https://accounts.example/login");
    let mut browser = app.browser();
    let request = browser.request("GET", "/a").header("Host", "evil.example");
    assert_eq!(
        location(&request.send()),
        "https://accounts.example/login?next=https%3A%2F%2Fshop.example%2Fa"
    );
    let app = with("https://shop.example/login");
    assert_eq!(sent_to(&app, "/a"), "https://shop.example/login?next=%2Fa");
}

/// Headers by which clients and proxies claim another host.
const FORGERIES: &[(&str, &str)] = &[
    ("Forwarded", "host=evil.example"),
    ("Forwarded", "for=1.2.3.4;host=evil.example;proto=https"),
    ("Forwarded", "host=\"x//evil.example\""),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Host", "evil.example, evil.example"),
    ("X-Forwarded-Host", "x//evil.example"),
    ("X-Forwarded-Host", "x/..//evil.example"),
    ("X-Forwarded-Host", "x?y=evil.example"),
    ("X-Forwarded-Host", "x#evil.example"),
    ("X-Forwarded-Host", "x\\\\evil.example"),
    ("X-Forwarded-Host", "a b evil.example"),
    ("X-Forwarded-Host", ""),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Proto", "evil.example"),
    ("X-Forwarded-Proto", "data:evil.example"),
    ("X-Forwarded-Proto", "https://evil.example/"),
    ("X-Forwarded-Proto", "//evil.example/"),
    ("X-Original-Host", "evil.example"),
    ("X-Forwarded-Prefix", "//evil.example"),
    ("X-Forwarded-Server", "evil.example"),
    ("X-Forwarded-Port", "666"),
];

#[test]
fn forwarding_headers_affect_no_location() {
    for view in [
        "/login",
        "https://accounts.example/login",
        "users.login",
        "sso",
    ] {
        let app = app(|builder| builder.login_view(view).refresh_view(view));
        let mut stale = app.browser();
        stale.post("/stale-login", "");
        for (mut browser, target) in [(app.browser(), "/a"), (stale, "/fresh")] {
            let honest = location(&browser.get(target));
            for (name, value) in FORGERIES {
                let request = browser.request("GET", target).header(name, value);
                let location = location(&request.send());
                // actix-web cannot determine the path of a named resource if the host is invalid.
                // For a client that lies, any path of this site will do.
                let is_no_host = value.contains([' ', '\\', ':', '/']) || value.is_empty();
                if view == "users.login" && location != honest {
                    assert!(is_no_host, "{name}: {value}: {location}");
                    assert_eq!(location, honest.replace("/accounts/sign-in", "/"));
                } else {
                    assert_eq!(location, honest, "{name}: {value}");
                }
            }
        }
    }
}

#[test]
fn a_malformed_host_is_never_passed_on() {
    let hosts = [
        "a b",
        "a/b",
        "a\\b",
        "user@evil.example",
        "a:b",
        "a:99999",
        "[::1",
        "",
        "a?b",
        "a#b",
        "%",
    ];
    let app_with = |view: &'static str| app(move |builder| builder.login_view(view));
    let absolute = app_with("https://accounts.example/login");
    let (path, name) = (app_with("/login"), app_with("users.login"));
    for host in hosts {
        let ask = |app: &TestApp| {
            let mut browser = app.browser();
            location(&browser.request("GET", "/a").header("Host", host).send())
        };
        assert_eq!(ask(&absolute), "https://accounts.example/login", "{host:?}");
        assert_eq!(ask(&path), "/login?next=%2Fa", "{host:?}");
        let base = Url::parse(&origin(&name)).unwrap();
        let joined = base.join(&ask(&name)).unwrap();
        assert_eq!(joined.origin(), base.origin(), "{host:?}");
    }
}

/// Flask-Login forgets the setting if the session keeps the `next`.
#[test]
fn a_forced_host_holds_while_the_session_keeps_the_next() {
    let app = app(|builder| {
        let builder = builder.login_view("/login").refresh_view("/reauth");
        builder.force_host("good.com").use_session_for_next(true)
    });
    let mut browser = app.browser();
    let request = browser.request("GET", "/a").header("Host", "evil.example");
    assert_eq!(location(&request.send()), "//good.com/login");
    assert_eq!(sent_to_refresh(&app), "//good.com/reauth");
}
