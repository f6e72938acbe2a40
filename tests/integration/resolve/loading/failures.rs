//! Loaders that fail, panic, hang or ask for the user they are loading.

use std::{
    io::Write,
    net::TcpStream,
    time::{Duration, Instant},
};

use actix_login::{CurrentUser, LoginManager, login_fresh};
use actix_web::{FromRequest, HttpRequest, Result, web::ServiceConfig};

use super::{Database, Fixture};
use crate::{
    serve,
    support::{
        Log, SECRET, SESSION, cookie_session,
        pages::{User, pages},
    },
};

#[test]
fn a_failing_loader_is_an_empty_500_and_keeps_the_login() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::Fails);

    for page in ["/who", "/protected", "/three", "/guarded"] {
        let response = browser.get(page);
        assert_eq!(
            (response.status, response.body.as_str()),
            (500, ""),
            "{page}"
        );
        assert!(response.set_cookies().is_empty(), "{page}");
        assert_eq!(response.location(), None, "{page}");
    }

    fixture.set(Database::Works);
    assert_eq!(browser.get("/protected").body, "user 1");
}

#[test]
fn no_guard_admits_anybody_while_the_loader_fails() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    for (page, open) in [("/for-strangers", 302), ("/fresh", 200), ("/checked", 200)] {
        fixture.set(Database::Works);
        assert_eq!(browser.get(page).status, open, "{page}");
        fixture.set(Database::Fails);
        let failed = browser.get(page);
        assert_eq!((failed.status, failed.body.as_str()), (500, ""), "{page}");
        assert_eq!(failed.set_cookies(), [], "{page}");
    }
}

#[test]
fn a_failing_loader_uses_up_no_remember_cookie() {
    let fixture = Fixture::new();
    let mut browser = fixture.app.browser();
    browser.post("/remember", "");
    browser.restart();
    fixture.set(Database::Fails);

    let response = browser.get("/protected");

    assert_eq!((response.status, response.body.as_str()), (500, ""));
    assert!(response.set_cookies().is_empty());
    fixture.set(Database::Works);
    assert_eq!(browser.get("/protected").body, "user 1");
}

#[test]
fn a_failing_request_loader_is_an_empty_500_only_without_a_login() {
    let fixture = Fixture::with(|builder| {
        builder.request_loader(async |_: &HttpRequest| Err::<Option<User>, _>("down"))
    });
    let response = fixture.app.browser().get("/who");
    assert_eq!((response.status, response.body.as_str()), (500, ""));
    assert_eq!(fixture.logged_in().get("/who").body, "1");
}

#[test]
fn all_callers_share_a_failed_load() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::Fails);
    assert_eq!(browser.get("/three").status, 500);
    assert_eq!(fixture.loads.get(), 1);
}

#[test]
fn a_user_can_log_out_while_the_loader_fails() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::Fails);
    assert_eq!(browser.post("/logout", "").status, 200);
    fixture.set(Database::Works);
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn a_panicking_loader_affects_no_later_request() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::Panics);
    assert!(browser.request("GET", "/who").try_send().is_none());
    assert!(browser.request("GET", "/guarded").try_send().is_none());

    fixture.set(Database::Works);

    assert_eq!(browser.get("/who").body, "1");
    assert_eq!(fixture.app.browser().get("/who").body, "nobody");
}

#[test]
fn a_load_dropped_by_a_closed_connection_affects_no_later_request() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in();
    fixture.set(Database::HangsOnce);
    let mut stream = TcpStream::connect(fixture.app.address()).unwrap();
    let cookie = browser.cookie(SESSION).unwrap();
    write!(
        stream,
        "GET /who HTTP/1.1\r\nHost: a\r\nCookie: {SESSION}={cookie}\r\n\r\n"
    )
    .unwrap();
    wait_until(|| fixture.loads.get() == 1);

    drop(stream);

    assert_eq!(browser.get("/who").body, "1");
    assert_eq!(fixture.loads.get(), 2);
}

#[test]
fn a_loader_that_asks_for_its_own_current_user_fails_at_once() {
    let fixture = Fixture::with(|builder| {
        builder.request_loader(async |req: &HttpRequest| -> Result<Option<User>> {
            Ok(CurrentUser::<User>::extract(req).await?.user().cloned())
        })
    });
    let start = Instant::now();

    let response = fixture.app.browser().get("/who");

    assert_eq!((response.status, response.body.as_str()), (500, ""));
    assert!(response.set_cookies().is_empty());
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(fixture.app.browser().get("/three").status, 500);
    assert_eq!(fixture.app.browser().get("/public").status, 200);
    assert_eq!(fixture.logged_in().get("/who").body, "1");
}

#[test]
fn the_log_explains_a_loader_that_asks_for_its_own_current_user() {
    let log = Log::default();
    let worker = log.clone();
    let manager = LoginManager::<User>::builder(SECRET)
        .request_loader(async |req: &HttpRequest| {
            let _ = login_fresh(req).await;
            None::<User>
        })
        .build()
        .unwrap();
    let configure = move |config: &mut ServiceConfig| {
        worker.capture();
        pages::<User>(config);
    };
    let app = serve!(configure.clone(), manager.clone());
    assert_eq!(app.browser().get("/who").body, "nobody");
    assert!(log.says("asked for the current user of its own request"));
}

#[test]
fn the_log_has_the_cause_of_a_failed_load() {
    let log = Log::default();
    let worker = log.clone();
    let manager = LoginManager::<User>::builder(SECRET)
        .user_loader(async |_: u64| Err::<Option<User>, _>("the cable is unplugged"))
        .build()
        .unwrap();
    let configure = move |config: &mut ServiceConfig| {
        worker.capture();
        pages::<User>(config);
    };
    let app = serve!(configure.clone(), manager.clone(), cookie_session());
    let mut browser = app.browser();
    browser.post("/login/1", "");
    assert_eq!(browser.get("/who").body, "");
    assert!(log.says("the cable is unplugged"), "{}", log.text());
    assert!(log.says("user_loader"), "{}", log.text());
}

fn wait_until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "it never happened"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}
