//! A login with a second factor: pending until the code is right.

mod after_a_login;
mod copies;
mod failing_store;
mod managers;
mod optional;
mod races;
mod second_click;
mod site;
mod users;
mod wrong_codes;

use actix_login::{LoginEvent, store::MemoryLoginStore};

use self::site::{
    MINUTE, RIGHT, Site, begin, begin_remembered, on_each_store, send_code, who, with_each_store,
};
use crate::support::{Log, MemorySessionStore, REMEMBER, TestApp, block_on};

#[test]
fn a_right_code_completes_the_login_with_its_options() {
    on_each_store(|site| {
        let mut browser = site.browser();
        let response = begin_remembered(&mut browser, 1);
        assert_eq!(response.status, 200);
        assert!(
            response
                .header("cache-control")
                .unwrap()
                .contains("private")
        );
        assert_eq!(browser.cookie(REMEMBER), None);
        assert!(browser.get("/code").body.starts_with("user 1 until "));
        assert_eq!(site.count(LoginEvent::UserLoggedIn), 0);

        let response = send_code(&mut browser, RIGHT);
        assert_eq!(response.body, "right");
        let cookie = response.set_cookie(REMEMBER).unwrap();
        assert_eq!(cookie.max_age(), Some(30 * 60));
        assert_eq!(who(&mut browser), "Some(1) Some(1)");
        assert_eq!(browser.get("/fresh").body, "true");
        assert_eq!(site.count(LoginEvent::LoginBegun), 1);
        assert_eq!(site.count(LoginEvent::UserLoggedIn), 1);
        browser.restart();
        assert_eq!(who(&mut browser), "Some(1) Some(1)");
    });
}

#[test]
fn a_second_factor_without_a_code_completes_the_login() {
    on_each_store(|site| {
        let mut browser = site.pending(1);
        assert_eq!(browser.post("/complete", "").body, "complete");
        assert_eq!(who(&mut browser), "Some(1) Some(1)");
        assert_eq!(browser.cookie(REMEMBER), None);
        assert_eq!(browser.get("/code").status, 302);
    });
}

#[test]
fn neither_guards_nor_extractors_nor_lists_see_a_pending_login() {
    on_each_store(|site| {
        let mut browser = site.pending(1);
        assert_eq!(who(&mut browser), "None None");
        assert_eq!(browser.get("/logins").status, 401);
        let refused = browser.get("/protected");
        assert_eq!(refused.location(), Some("/login?next=%2Fprotected"));
        assert_eq!(block_on(site.manager.active_logins_of(&1)), Ok(vec![]));
        assert!(browser.get("/code").body.starts_with("user 1"));
    });
}

#[test]
fn a_request_without_a_pending_login_is_redirected_to_the_login_view() {
    let site = Site::new();
    let mut stranger = site.browser();
    let refused = stranger.get("/code");
    assert_eq!((refused.status, refused.body.as_str()), (302, ""));
    assert_eq!(refused.location(), Some("/login"));
    for (own, kept) in [
        ("/cart?x=1", "?next=%2Fcart%3Fx%3D1"),
        ("//evil.example", ""),
    ] {
        let refused = stranger.get(&format!("/code?next={own}"));
        assert_eq!(refused.location(), Some(&*format!("/login{kept}")));
    }
    assert_eq!(stranger.post("/complete", "").status, 401);
    assert_eq!(stranger.post("/failed", "").status, 401);
    assert_eq!(site.count(LoginEvent::PendingLoginFailed), 0);
}

#[test]
fn a_current_login_stays_until_the_code_makes_it_fresh() {
    let site = Site::new();
    let mut browser = site.browser();
    begin_remembered(&mut browser, 1);
    send_code(&mut browser, RIGHT);
    browser.restart();
    assert_eq!(browser.get("/fresh").body, "false");
    let listed = || {
        let logins = block_on(site.manager.active_logins_of(&1)).unwrap();
        logins.iter().map(|login| login.id).collect::<Vec<_>>()
    };
    let before = listed();

    begin(&mut browser, 1);
    assert_eq!(who(&mut browser), "Some(1) Some(1)");
    assert_eq!(browser.get("/fresh").body, "false");
    assert_eq!(send_code(&mut browser, RIGHT).body, "right");
    assert_eq!(browser.get("/fresh").body, "true");
    assert_eq!(browser.get("/logins").body, "1");
    assert_eq!(listed(), before);
    browser.restart();
    assert_eq!(who(&mut browser), "Some(1) Some(1)");
}

#[test]
fn another_users_login_stays_until_the_code_is_right() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.post("/login-at-once", "id=1");
    begin(&mut browser, 2);
    assert_eq!(who(&mut browser), "Some(1) Some(1)");
    assert_eq!(send_code(&mut browser, RIGHT).body, "right");
    assert_eq!(who(&mut browser), "Some(2) Some(2)");
    assert_eq!(block_on(site.manager.active_logins_of(&1)), Ok(vec![]));
}

#[test]
fn the_next_in_the_session_lasts_until_the_login_is_complete() {
    let site = Site::built(|builder| {
        let builder = builder.use_session_for_next(true);
        builder.active_logins(actix_login::ActiveLogins::in_memory())
    });
    let [mut browser, mut copy] = [(); 2].map(|()| {
        let mut browser = site.browser();
        assert_eq!(browser.get("/protected").status, 302);
        assert_eq!(browser.get("/code").status, 302);
        begin(&mut browser, 1);
        browser.get("/code");
        send_code(&mut browser, "wrong");
        browser
    });
    assert_eq!(browser.get("/next").body, "/protected");
    assert_eq!(send_code(&mut copy, RIGHT).body, "right");
    assert_eq!(copy.get("/next").body, "none");
}

#[test]
fn begin_and_completion_each_renew_the_session_id() {
    let store = MemorySessionStore::default();
    let session = store.clone();
    let site = Site::in_session(
        |builder| builder.active_logins(actix_login::ActiveLogins::in_memory()),
        move || session.session(),
    );
    let mut browser = site.pending(1);
    let mut ids = vec![store.only_id()];
    begin(&mut browser, 1);
    ids.push(store.only_id());
    send_code(&mut browser, RIGHT);
    ids.push(store.only_id());
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[test]
fn a_logout_removes_the_pending_login_from_the_session() {
    let store = MemorySessionStore::default();
    let session = store.clone();
    let site = Site::in_session(
        |builder| builder.active_logins(actix_login::ActiveLogins::in_memory()),
        move || session.session(),
    );
    let mut browser = site.pending(1);
    let is_pending = || {
        let sessions = store.content();
        sessions
            .values()
            .any(|state| state.contains_key("_login_pending"))
    };
    assert!(is_pending());
    browser.post("/logout", "");
    assert!(!is_pending());
}

#[test]
fn no_shared_cache_keeps_the_session_of_a_pending_login() {
    let site = Site::new();
    let response = site.browser().post("/login-cached", "id=1");
    let directives: Vec<_> = response.headers("cache-control").collect();
    assert_eq!(directives, ["max-age=60", "private"]);
}

#[test]
fn without_active_logins_the_log_names_the_missing_line() {
    let log = Log::default();
    let site = Site::built(|builder| builder);
    let (manager, logged) = (site.manager.clone(), log.clone());
    let app: TestApp = crate::serve!(
        {
            logged.capture();
            |config: &mut actix_web::web::ServiceConfig| {
                config
                    .route("/begin", actix_web::web::post().to(begin_without_store))
                    .route("/code", actix_web::web::get().to(pending_without_store));
            }
        },
        manager.clone(),
        crate::support::cookie_session()
    );
    let mut browser = app.browser();
    for response in [browser.post("/begin", ""), browser.get("/code")] {
        assert_eq!((response.status, response.body.as_str()), (500, ""));
        assert_eq!(response.set_cookies(), []);
    }
    assert!(log.says(".active_logins(ActiveLogins::in_memory())"));
}

async fn begin_without_store(req: actix_web::HttpRequest) -> actix_web::Result<&'static str> {
    let user = crate::support::active_site::Users::new().get(1).unwrap();
    actix_login::begin_login(&req, &user, actix_login::LoginOptions::new()).await?;
    Ok("begun")
}

async fn pending_without_store(
    user: actix_login::PendingUser<crate::support::active_site::User>,
) -> String {
    format!("user {}", user.id)
}

#[test]
fn a_store_of_one_login_per_user_holds_login_pending_and_counter() {
    let site = Site::on(MemoryLoginStore::new().max_per_user(1));
    let mut current = site.browser();
    current.post("/login-at-once", "id=1");
    let mut first = site.pending(1);
    let mut second = site.pending(1);
    for code in ["1", "2", "3", "4"] {
        assert_eq!(send_code(&mut second, code).body, "wrong");
    }
    assert_eq!(first.get("/code").status, 302, "the second ends the first");
    assert_eq!(who(&mut current), "Some(1) Some(1)");
    assert_eq!(send_code(&mut second, "5").status, 429);
}

#[test]
fn the_lifetime_and_the_tries_are_settings() {
    with_each_store(
        |active| active.pending_lifetime(2 * MINUTE).pending_tries(1),
        |site| {
            let mut browser = site.pending(1);
            site.clock.advance(2 * MINUTE);
            assert_eq!(browser.get("/code").status, 302);
            let mut browser = site.pending(1);
            assert_eq!(send_code(&mut browser, "wrong").status, 429);
            site.clock.advance(2 * MINUTE);
            let mut browser = site.pending(1);
            assert_eq!(send_code(&mut browser, RIGHT).body, "right");
        },
    );
}

#[test]
fn a_login_restored_meanwhile_keeps_the_pending_one() {
    on_each_store(|site| {
        let mut browser = site.browser();
        begin_remembered(&mut browser, 1);
        assert_eq!(send_code(&mut browser, RIGHT).body, "right");
        browser.restart();
        begin(&mut browser, 1);
        assert_eq!(who(&mut browser), "Some(1) Some(1)");
        assert_eq!(send_code(&mut browser, RIGHT).body, "right");
    });
}

#[test]
fn a_login_that_ends_meanwhile_keeps_the_pending_one() {
    on_each_store(|site| {
        let mut browser = site.browser();
        browser.post("/login-at-once", "id=1");
        begin(&mut browser, 2);
        site.users.change(1, 1, "second password");
        assert_eq!(who(&mut browser), "None None");
        assert_eq!(send_code(&mut browser, RIGHT).body, "right");
    });
}
