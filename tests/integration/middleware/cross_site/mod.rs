//! Requests that a page of another origin sends: which are refused, and what they get.

mod handler;
mod nested;

use actix_login::{ConfigError, LoginEvent, LoginManagerBuilder};
use actix_web::web::{self, ServiceConfig};

use crate::{
    serve,
    support::{
        Browser, Count, Log, Response, TestApp, cookie_session,
        pages::{User, builder, pages},
    },
};

const EVIL: (&str, &str) = ("Origin", "https://evil.example");
const CROSS_SITE: (&str, &str) = ("Sec-Fetch-Site", "cross-site");
const SAME_ORIGIN: (&str, &str) = ("Sec-Fetch-Site", "same-origin");

fn routes(config: &mut ServiceConfig) {
    config
        .configure(pages::<User>)
        .route("/ws", web::get().to(async || "websocket"))
        .route("/webhooks/{tail}*", web::to(async || "webhook"))
        .route("/any", web::to(async || "any"));
}

fn app(change: impl FnOnce(LoginManagerBuilder<User>) -> LoginManagerBuilder<User>) -> TestApp {
    let manager = change(builder()).build().unwrap();
    serve!(routes, manager.clone(), cookie_session())
}

fn send(browser: &mut Browser, method: &str, target: &str, headers: &[(&str, &str)]) -> Response {
    let request = browser.request(method, target);
    headers
        .iter()
        .fold(request, |request, (name, value)| {
            request.header(name, value)
        })
        .send()
}

fn post(app: &TestApp, target: &str, headers: &[(&str, &str)]) -> u16 {
    send(&mut app.browser(), "POST", target, headers).status
}

#[test]
fn another_origin_can_neither_log_a_visitor_in_nor_a_user_out() {
    let app = app(|builder| builder);
    let mut browser = app.browser();
    for headers in [&[CROSS_SITE][..], &[EVIL], &[("Origin", "null")]] {
        let refused = send(&mut browser, "POST", "/login/1", headers);
        assert_eq!((refused.status, refused.body.as_str()), (403, ""));
        assert!(refused.set_cookies().is_empty());
    }
    assert_eq!(browser.get("/who").body, "nobody");

    let response = send(&mut browser, "POST", "/login/1", &[SAME_ORIGIN]);
    assert_eq!(response.status, 200);
    for site in ["same-site", "cross-site"] {
        let headers = [("Sec-Fetch-Site", site)];
        let refused = send(&mut browser, "POST", "/logout", &headers);
        assert_eq!(refused.status, 403);
    }
    assert_eq!(browser.get("/who").body, "1");
    let own = browser.request("POST", "/logout");
    let own = own.header("Host", "shop.example");
    let response = own.header("Origin", "http://shop.example").send();
    assert_eq!(response.status, 200);
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn each_method_but_get_head_and_options_is_refused() {
    let app = app(|builder| builder);
    let mut browser = app.browser();
    for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
        let status = send(&mut browser, method, "/any", &[CROSS_SITE, EVIL]).status;
        assert_eq!(status, 403, "{method}");
        assert_eq!(send(&mut browser, method, "/any", &[]).status, 200);
    }
    for method in ["GET", "HEAD", "OPTIONS"] {
        let status = send(&mut browser, method, "/any", &[CROSS_SITE, EVIL]).status;
        assert_eq!(status, 200, "{method}");
    }
}

#[test]
fn no_other_header_makes_a_request_one_of_this_site() {
    let app = app(|builder| builder);
    for header in [
        ("Content-Type", "application/json"),
        ("Content-Type", "text/plain"),
        ("Authorization", "Bearer token"),
        ("X-Requested-With", "XMLHttpRequest"),
        ("Cookie", "a=b"),
        ("Referer", "http://127.0.0.1/"),
        ("X-Forwarded-Host", "evil.example"),
        ("Forwarded", "host=evil.example;proto=https"),
    ] {
        for sender in [CROSS_SITE, EVIL] {
            assert_eq!(post(&app, "/any", &[sender, header]), 403, "{header:?}");
            assert_eq!(post(&app, "/any", &[header]), 200, "{header:?}");
        }
    }
}

#[test]
fn a_refused_request_reaches_no_guard_and_no_missing_page() {
    let app = app(|builder| builder);
    assert_eq!(post(&app, "/protected", &[EVIL]), 403);
    assert_eq!(post(&app, "/missing", &[EVIL]), 403);
}

#[test]
fn another_origin_opens_no_websocket() {
    let app = app(|builder| builder.trusted_origins(["https://partner.example"]));
    let mut browser = app.browser();
    let mut open = |headers: &[(&str, &str)]| {
        let handshake = [("Upgrade", "WebSocket"), ("Host", "shop.example")];
        send(&mut browser, "GET", "/ws", &[&handshake, headers].concat()).status
    };
    assert_eq!(open(&[EVIL]), 403);
    assert_eq!(open(&[EVIL, SAME_ORIGIN]), 403);
    assert_eq!(open(&[CROSS_SITE]), 403);
    assert_eq!(open(&[("Origin", "null")]), 403);
    assert_eq!(open(&[("Origin", "https://shop.example")]), 200);
    assert_eq!(
        open(&[("Origin", "https://partner.example"), CROSS_SITE]),
        200
    );
    assert_eq!(open(&[]), 200);
}

#[test]
fn another_port_of_the_host_is_another_origin() {
    let app = app(|builder| builder);
    let host = ("Host", "shop.example:8080");
    for (origin, status) in [
        ("http://shop.example:8080", 200),
        ("http://shop.example:8081", 403),
        ("http://shop.example", 403),
    ] {
        assert_eq!(post(&app, "/any", &[("Origin", origin), host]), status);
    }
}

#[test]
fn headers_that_can_not_be_read_are_those_of_another_origin() {
    let app = app(|builder| builder);
    let mut browser = app.browser();
    for (name, value) in [
        ("Origin", &b"http://sh\xf6p.example"[..]),
        ("Origin", b""),
        ("Sec-Fetch-Site", b"same-origin\xff"),
        ("Sec-Fetch-Site", b""),
    ] {
        let request = browser.request("POST", "/any").header(name, value);
        assert_eq!(request.send().status, 403, "{name}: {value:?}");
    }
    assert_eq!(post(&app, "/any", &[SAME_ORIGIN, CROSS_SITE]), 403);
    assert_eq!(
        post(&app, "/any", &[EVIL, ("Origin", "http://127.0.0.1")]),
        403
    );
}

#[test]
fn trusted_origins_may_send_everything() {
    let app = app(|builder| {
        builder
            .trusted_origins(["https://partner.example"])
            .trusted_origins(["http://localhost:3000".to_owned()])
    });
    for origin in ["https://partner.example", "http://localhost:3000"] {
        let origin = ("Origin", origin);
        assert_eq!(post(&app, "/login/1", &[origin, CROSS_SITE]), 200);
        assert_eq!(post(&app, "/login/1", &[origin]), 200);
    }
    let http = ("Origin", "http://partner.example");
    assert_eq!(post(&app, "/login/1", &[http, CROSS_SITE]), 403);
    assert_eq!(post(&app, "/login/1", &[CROSS_SITE]), 403);
}

#[test]
fn a_trusted_origin_is_a_scheme_a_host_and_a_port() {
    for origin in [
        "partner.example",
        "https://partner.example/",
        "https://partner.example/x",
        "https://*.partner.example",
        "null",
        "*",
    ] {
        let error = builder::<User>().trusted_origins([origin]).build();
        let text = error.unwrap_err().to_string();
        assert!(text.starts_with("`trusted_origins`: "), "{text}");
    }
}

#[test]
fn the_servers_origin_counts_behind_a_proxy_that_changes_the_host() {
    let own = ("Origin", "https://shop.example");
    assert_eq!(post(&app(|builder| builder), "/login/1", &[own]), 403);
    let app = app(|builder| builder.server_origin("https://shop.example/base"));
    assert_eq!(post(&app, "/login/1", &[own]), 200);
    assert_eq!(post(&app, "/login/1", &[own, CROSS_SITE]), 403);
    assert_eq!(post(&app, "/login/1", &[EVIL]), 403);
}

#[test]
fn pages_of_the_servers_host_by_another_scheme_or_port_are_of_another_origin() {
    let app = app(|builder| builder.server_origin("https://shop.example"));
    for (origin, host, status) in [
        ("https://shop.example", "shop.example", 200),
        ("http://shop.example", "shop.example", 403),
        ("https://shop.example:8443", "shop.example:8443", 403),
        // The site has a second host.
        ("https://www.shop.example", "www.shop.example", 200),
    ] {
        let headers = [("Origin", origin), ("Host", host)];
        assert_eq!(post(&app, "/login/1", &headers), status, "{origin}");
    }
}

#[test]
fn paths_are_opened_to_all_origins_in_the_routers_spelling() {
    let app = app(|builder| builder.allow_cross_site(["/webhooks/{tail}*"]));
    for path in ["/webhooks/a", "/webhooks/a/b", "/%77ebhooks/a"] {
        assert_eq!(post(&app, path, &[EVIL, CROSS_SITE]), 200, "{path}");
    }
    for path in [
        "/login/1",
        "/webhooks",
        "//webhooks/a",
        "/x/../webhooks/a",
        "/webhooks%2Fa",
        "/any?/webhooks/a",
    ] {
        assert_eq!(post(&app, path, &[EVIL, CROSS_SITE]), 403, "{path}");
    }
}

#[test]
fn all_paths_can_be_opened_as_in_flask_login() {
    let app = app(|builder| builder.allow_cross_site(["/{tail}*"]));
    assert_eq!(post(&app, "/login/1", &[EVIL, CROSS_SITE]), 200);
    assert_eq!(post(&app, "/logout", &[EVIL, CROSS_SITE]), 200);
}

#[test]
fn a_malformed_pattern_of_an_open_path_fails_at_start() {
    for pattern in ["webhooks", "/webhooks/*", "/{", "/{a:(}", "/{a}/{a}"] {
        let result = builder::<User>().allow_cross_site([pattern]).build();
        assert!(matches!(
            result,
            Err(ConfigError::Setting {
                setting: "allow_cross_site",
                ..
            })
        ));
    }
}

#[test]
fn a_refusal_emits_an_event_and_logs_what_to_set() {
    let (events, log) = (Count::default(), Log::default());
    let (counted, captured) = (events.clone(), log.clone());
    let manager = builder::<User>()
        .on_event(move |_, event, user| {
            if event == LoginEvent::CrossSiteRefused && user.is_none() {
                counted.add();
            }
        })
        .build()
        .unwrap();
    let app = serve!(
        {
            captured.capture();
            routes
        },
        manager.clone(),
        cookie_session()
    );
    post(&app, "/login/1", &[EVIL]);
    assert_eq!(events.get(), 1);
    for text in [
        "WARN",
        "cross_site_refused",
        "https://evil.example",
        "`trusted_origins`",
        "`allow_cross_site`",
        "`server_origin`",
        "no-referrer",
    ] {
        assert!(log.says(text), "{text}: {}", log.text());
    }
    post(
        &app,
        "/login/1",
        &[("Origin", "https://evil.example/ forged line")],
    );
    assert!(log.says("malformed"));
    assert!(!log.text().contains("forged line"));
}
