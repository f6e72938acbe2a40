//! Where refused requests are sent: the views, the `next` they get, and whose word counts for the
//! host.

use actix_login::{
    LoginManager, LoginManagerBuilder, LoginOptions, NextUrl, UserMixin, fresh_login_required,
    login_required, login_user_with,
};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, ServiceConfig},
};
use url::Url;

use crate::{
    serve,
    support::{
        MemorySessionStore, Response, SECRET, TestApp, cookie_session,
        pages::{User, builder, pages},
    },
};

async fn page() -> impl Responder {
    "page"
}

#[login_required]
async fn guarded() -> impl Responder {
    "guarded"
}

#[fresh_login_required]
async fn fresh() -> impl Responder {
    "fresh"
}

async fn stale_login(req: HttpRequest) -> Result<impl Responder> {
    login_user_with(&req, &User::from(1), LoginOptions::new().fresh(false)).await?;
    Ok("logged in")
}

/// All paths but those of the login pages are guarded.
fn guarded_pages(config: &mut ServiceConfig) {
    let sign_in = web::resource("/sign-in").name("users.login").get(page);
    let reauthenticate = web::resource("/reauthenticate")
        .name("accounts.reauthenticate")
        .get(page);
    config
        .configure(pages::<User>)
        .service(web::scope("/accounts").service((sign_in, reauthenticate)))
        .route("/stale-login", web::post().to(stale_login))
        .route("/fresh", web::get().to(fresh))
        .external_resource("sso", "https://accounts.example/login")
        .default_service(web::to(guarded));
}

type Builder = LoginManagerBuilder<User>;

fn app(change: impl FnOnce(Builder) -> Builder) -> TestApp {
    let manager = change(builder()).build().unwrap();
    serve!(guarded_pages, manager.clone(), cookie_session())
}

/// Where a stranger who asks for `target` is sent.
fn sent_to(app: &TestApp, target: &str) -> String {
    location(&app.browser().get(target))
}

fn location(answer: &Response) -> String {
    assert_eq!(answer.status, 302, "{answer:?}");
    answer.location().unwrap().to_owned()
}

/// Where someone is sent whose login is not fresh.
fn sent_to_refresh(app: &TestApp) -> String {
    let mut browser = app.browser();
    browser.post("/stale-login", "");
    location(&browser.get("/fresh?x=1"))
}

fn origin(app: &TestApp) -> String {
    format!("http://{}", app.address())
}

/// As a query holds it.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn the_login_view_may_be_a_path() {
    let app = app(|builder| builder.login_view("/login"));
    assert_eq!(
        sent_to(&app, "/protected?x=1"),
        "/login?next=%2Fprotected%3Fx%3D1"
    );
}

#[test]
fn the_login_view_may_be_an_absolute_url_and_gets_an_absolute_next() {
    let app = app(|builder| builder.login_view("https://accounts.example/login"));
    let next = encoded(&format!("{}/protected?x=1", origin(&app)));
    assert_eq!(
        sent_to(&app, "/protected?x=1"),
        format!("https://accounts.example/login?next={next}")
    );
}

#[test]
fn the_login_view_may_be_an_external_resource() {
    let (named, absolute) = (
        app(|builder| builder.login_view("sso")),
        app(|builder| builder.login_view("https://accounts.example/login")),
    );
    for host in ["shop.example", "accounts.example", "a b", ""] {
        let ask = |app: &TestApp| {
            let mut browser = app.browser();
            location(&browser.request("GET", "/a").header("Host", host).send())
        };
        assert_eq!(ask(&named), ask(&absolute), "{host:?}");
    }
}

#[test]
fn an_absolute_login_view_on_the_same_host_gets_a_relative_next() {
    let app = app(|builder| builder.login_view("http://shop.example/login"));
    let on_host = |host| {
        let mut browser = app.browser();
        location(&browser.request("GET", "/a").header("Host", host).send())
    };
    let relative = "http://shop.example/login?next=%2Fa";
    assert_eq!(on_host("shop.example"), relative);
    assert_eq!(on_host("SHOP.example"), relative);
    let absolute = "http://shop.example/login?next=http%3A%2F%2Fshop.example%3A81%2Fa";
    assert_eq!(on_host("shop.example:81"), absolute);
}

#[test]
fn the_login_view_may_be_the_name_of_a_resource_also_in_a_scope() {
    let app = app(|builder| builder.login_view("users.login"));
    assert_eq!(
        sent_to(&app, "/protected"),
        "/accounts/sign-in?next=%2Fprotected"
    );
}

#[test]
fn the_refresh_view_may_be_a_path_a_url_or_the_name_of_a_resource() {
    let by_path = app(|builder| builder.refresh_view("/reauth"));
    assert_eq!(sent_to_refresh(&by_path), "/reauth?next=%2Ffresh%3Fx%3D1");
    let by_url = app(|builder| builder.refresh_view("https://accounts.example/reauth"));
    let next = encoded(&format!("{}/fresh?x=1", origin(&by_url)));
    assert_eq!(
        sent_to_refresh(&by_url),
        format!("https://accounts.example/reauth?next={next}")
    );
    let by_name = app(|builder| builder.refresh_view("accounts.reauthenticate"));
    assert_eq!(
        sent_to_refresh(&by_name),
        "/accounts/reauthenticate?next=%2Ffresh%3Fx%3D1"
    );
}

#[test]
fn without_a_refresh_view_an_old_login_gets_401_and_not_the_login_view() {
    let app = app(|builder| builder);
    let mut browser = app.browser();
    browser.post("/stale-login", "");
    let refused = browser.get("/fresh");
    assert_eq!((refused.status, refused.location()), (401, None));
}

#[test]
fn the_views_own_query_and_fragment_stay() {
    let app = app(|builder| builder.login_view("/login?affil=cgnu&lang=en#form"));
    assert_eq!(
        sent_to(&app, "/a"),
        "/login?affil=cgnu&lang=en&next=%2Fa#form"
    );
}

#[test]
fn a_next_of_the_views_own_gives_way() {
    let app = app(|builder| builder.login_view("/login?next=%2Fhome&lang=en"));
    assert_eq!(sent_to(&app, "/a"), "/login?lang=en&next=%2Fa");
}

#[test]
fn the_next_is_path_and_query_exactly_as_they_were_sent() {
    let app = app(|builder| builder);
    for target in ["/a%2Fb/c%20d?x=%20+y&x=%2F", "/%C3%BC", "/a;b=c?", "/?a=/b"] {
        assert_eq!(
            sent_to(&app, target),
            format!("/login?next={}", encoded(target))
        );
    }
}

#[test]
fn the_next_has_one_slash_at_its_start() {
    let app = app(|builder| builder);
    for target in ["//evil.example/a", "///evil.example/a", "/\\evil.example/a"] {
        assert_eq!(
            sent_to(&app, target),
            "/login?next=%2Fevil.example%2Fa",
            "{target}"
        );
    }
    assert_eq!(
        sent_to(&app, "http://evil.example/a?b"),
        "/login?next=%2Fa%3Fb"
    );
}

#[test]
fn a_next_that_is_too_long_is_dropped() {
    let app = app(|builder| builder);
    let longest = format!("/{}", "x".repeat(1023));
    assert_eq!(
        sent_to(&app, &longest),
        format!("/login?next=%2F{}", "x".repeat(1023))
    );
    assert_eq!(sent_to(&app, &format!("{longest}x")), "/login");
    assert_eq!(
        sent_to(&app, &format!("/?{}", "x".repeat(20_000))),
        "/login"
    );
}

#[test]
fn with_a_forced_host_all_redirects_name_it_whatever_the_request_claims() {
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
fn a_host_that_no_header_can_hold_fails_at_start() {
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
fn the_servers_origin_is_what_an_absolute_login_view_is_told() {
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

#[test]
fn with_the_next_in_the_session_the_login_view_gets_none() {
    let store = MemorySessionStore::default();
    let session = store.clone();
    let manager = builder::<User>()
        .login_view("/login?b=c")
        .use_session_for_next(true)
        .build()
        .unwrap();
    let app = serve!(guarded_pages, manager.clone(), session.session());
    let mut browser = app.browser();

    assert_eq!(location(&browser.get("/a?x=1")), "/login?b=c");

    let stored =
        |store: &MemorySessionStore| store.content()[&store.only_id()].get("next").cloned();
    assert_eq!(stored(&store).as_deref(), Some("\"/a?x=1\""));
    browser.get("/b");
    assert_eq!(stored(&store).as_deref(), Some("\"/b\""));
    // A login from here leads to the page refused last, which can't be kept, and to no other.
    browser.get(&format!("/{}", "x".repeat(2000)));
    assert_eq!(stored(&store), None);
}

#[test]
fn a_next_that_is_not_in_the_session_is_not_taken_out_of_it() {
    fn login_page(config: &mut ServiceConfig) {
        async fn page(next: NextUrl) -> String {
            next.or("none")
        }
        config.route("/login", web::get().to(page));
        guarded_pages(config);
    }
    let manager = builder::<User>().use_session_for_next(true);
    let manager = manager.build().unwrap();
    let app = serve!(login_page, manager.clone(), cookie_session());
    let mut browser = app.browser();
    browser.get("/a");
    assert_eq!(browser.get("/login").body, "/a");
    // A write would bring back a login that an overlapping request has ended.
    let again = browser.get("/login");
    assert_eq!(again.body, "none");
    assert!(again.set_cookies().is_empty());
}

#[test]
fn a_next_with_a_host_of_any_length_fills_no_session() {
    let store = MemorySessionStore::default();
    let session = store.clone();
    let manager = builder::<User>()
        .login_view("https://accounts.example/login")
        .login_message("")
        .use_session_for_next(true)
        .build()
        .unwrap();
    let app = serve!(guarded_pages, manager.clone(), session.session());
    let mut browser = app.browser();
    let host = "x.".repeat(2000);
    let request = browser.request("GET", "/a").header("Host", host);
    assert_eq!(location(&request.send()), "https://accounts.example/login");
    assert!(store.content().is_empty());
}

/// What clients and their proxies send to be taken for another host.
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
fn what_forwarding_headers_say_is_in_no_location() {
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
                // actix-web can't tell the path of a named resource where the host is no host.
                // Any path of this site will do for a client that lies.
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
fn a_malformed_host_is_passed_on_to_nobody() {
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

#[test]
fn the_views_of_two_kinds_of_user_do_not_mix() {
    #[derive(Clone, UserMixin)]
    struct Admin {
        id: u64,
    }
    let admins = LoginManager::<Admin>::builder(SECRET)
        .user_loader(async |id: u64| Some(Admin { id }))
        .login_view("/admin/login?lang=en")
        .build()
        .unwrap();
    let users = builder::<User>().build().unwrap();
    let configure = move |config: &mut ServiceConfig| {
        let admin = web::scope("/admin").route("/page", web::get().to(guarded));
        config
            .service(admin.wrap(admins.clone()))
            .route("/page", web::get().to(guarded));
    };
    let app = serve!(configure.clone(), users.clone(), cookie_session());
    assert_eq!(
        sent_to(&app, "/admin/page"),
        "/admin/login?lang=en&next=%2Fadmin%2Fpage"
    );
    assert_eq!(sent_to(&app, "/page"), "/login?next=%2Fpage");
}
