//! What a refused script gets: by default a redirect as in Flask-Login, or a 401 with the login URL.

use super::{app, location};
use crate::support::{Response, TestApp};

/// Requests that no browser sends to open a page.
const BACKGROUND: &[(&str, &[(&str, &str)])] = &[
    (
        "GET",
        &[("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty")],
    ),
    ("GET", &[("Accept", "application/json")]),
    ("GET", &[("Accept", "*/*")]),
    ("GET", &[("HX-Request", "true"), ("Accept", "text/html")]),
    ("POST", &[("X-Requested-With", "XMLHttpRequest")]),
    (
        "POST",
        &[("Sec-Fetch-Mode", "same-origin"), ("Accept", "text/html")],
    ),
    ("DELETE", &[]),
];

fn send(app: &TestApp, method: &str, target: &str, headers: &[(&str, &str)]) -> Response {
    let mut browser = app.browser();
    if target == "/fresh" {
        browser.post("/stale-login", "");
    }
    let request = browser.request(method, target);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(name, value)
    });
    request.send()
}

#[test]
fn a_refused_script_is_redirected_by_default() {
    let app = app(|builder| builder);
    for (method, headers) in BACKGROUND {
        assert_eq!(send(&app, method, "/a", headers).status, 302);
    }
}

#[test]
fn a_refused_script_gets_a_401_with_the_login_url() {
    let app = app(|builder| builder.redirect_navigations_only(true));
    for (method, headers) in BACKGROUND {
        let refused = send(&app, method, "/a", headers);
        assert_eq!(
            (refused.status, refused.location(), refused.body.as_str()),
            (401, Some("/login"), ""),
            "{method} {headers:?}"
        );
        assert!(refused.set_cookies().is_empty());
        // The page that the script is in.
        let headers = [headers, &[("Referer", "/page?x=1")][..]].concat();
        let refused = send(&app, method, "/a", &headers);
        assert_eq!(refused.location(), Some("/login?next=%2Fpage%3Fx%3D1"));
    }
}

#[test]
fn a_navigation_is_still_redirected_then() {
    let app = app(|builder| builder.redirect_navigations_only(true));
    for headers in [
        &[
            ("Sec-Fetch-Mode", "navigate"),
            ("Sec-Fetch-Dest", "document"),
        ][..],
        &[("Accept", "text/html,*/*;q=0.8")],
        &[],
    ] {
        let refused = send(&app, "GET", "/a", headers);
        assert_eq!(location(&refused), "/login?next=%2Fa", "{headers:?}");
        assert_eq!(location(&send(&app, "POST", "/a", headers)), "/login");
    }
}

#[test]
fn a_script_with_a_stale_login_gets_a_401_with_the_refresh_url() {
    let app = app(|builder| {
        builder
            .refresh_view("/reauth")
            .redirect_navigations_only(true)
    });
    let refused = send(&app, "GET", "/fresh", &[("Sec-Fetch-Mode", "cors")]);
    assert_eq!((refused.status, refused.location()), (401, Some("/reauth")));
    let refused = send(&app, "GET", "/fresh", &[]);
    assert_eq!(location(&refused), "/reauth?next=%2Ffresh");
}
