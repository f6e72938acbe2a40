//! Active logins in Redis: two servers on one Redis, what it stores, and what happens during an
//! outage.
//!
//! Each test starts its own `redis-server`. If the program is missing, the test prints so and
//! passes, unless `REQUIRE_REDIS=1` is set.

mod bounds;
mod connections;
mod expiry;
mod outages;

use std::{thread, time::Duration};

use actix_login::{
    ActiveLogins, LoginManager,
    store::{LoginStore, RedisLoginStore},
};
use actix_session::{SessionMiddleware, storage::RedisSessionStore};
use actix_web::cookie::Key;

use crate::{
    serve,
    support::{
        Browser, REMEMBER, SECRET, TestApp,
        active_site::{User, Users, builder, log_in, log_in_remembered, logins, pages, who},
        block_on, cookie_session, on_runtime,
        redis_server::RedisServer,
    },
};

fn store(redis: &RedisServer) -> RedisLoginStore {
    let url = redis.url();
    on_runtime(async move || RedisLoginStore::new(url).await.unwrap())
}

fn manager(redis: &RedisServer) -> LoginManager<User> {
    builder(&Users::new())
        .active_logins(ActiveLogins::in_store(store(redis)))
        .build()
        .unwrap()
}

/// A server with its own connection and its own manager, as on another machine.
fn server(redis: &RedisServer) -> TestApp {
    let manager = manager(redis);
    serve!(pages(&Users::new()), manager.clone(), cookie_session())
}

/// The same browser, talking to another server of the same site.
fn at(app: &TestApp, browser: &Browser) -> Browser {
    let mut there = app.browser();
    there.cookies.clone_from(&browser.cookies);
    there
}

#[test]
fn a_logout_at_one_server_ends_the_login_at_the_other() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let [one, other] = [server(&redis), server(&redis)];
    let mut browser = one.browser();
    log_in_remembered(&mut browser, 1);
    let mut by_session = at(&other, &browser);
    let mut by_cookie = by_session.clone();
    by_cookie.restart();
    assert_eq!(who(&mut by_session), "Some(1)");

    browser.post("/logout", "");
    assert_eq!(who(&mut by_session), "None");
    assert_eq!(who(&mut by_cookie), "None");
    assert_eq!(redis.command("KEYS *"), "*0");
}

#[test]
fn two_servers_share_logins_and_detect_a_copied_cookie() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let grace = ActiveLogins::in_store(store(&redis)).cookie_grace(Duration::ZERO);
    let first = builder(&Users::new()).active_logins(grace).build().unwrap();
    let served = first.clone();
    let one = serve!(pages(&Users::new()), served.clone(), cookie_session());
    let other = server(&redis);
    let mut browser = one.browser();
    log_in_remembered(&mut browser, 1);
    let mut elsewhere = other.browser();
    log_in(&mut elsewhere, 1);
    assert_eq!(logins(&mut browser).len(), 2);

    browser.restart();
    let mut thief = browser.clone();
    let mut owner = at(&other, &browser);
    assert_eq!(who(&mut owner), "Some(1)");
    assert_eq!(who(&mut owner), "Some(1)");
    assert_eq!(who(&mut thief), "None");
    assert_eq!(who(&mut owner), "None");
    assert_eq!(logins(&mut elsewhere).len(), 1);
    assert_eq!(block_on(first.active_logins_of(&1)).unwrap().len(), 1);
}

/// The address may hold a password.
#[test]
fn debug_output_of_the_store_holds_no_address() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let shown = format!("{:?}", store(&redis));
    assert!(shown.contains("max_per_user: 100"), "{shown}");
    assert!(!shown.contains("127.0.0.1"), "{shown}");
}

#[test]
fn sessions_may_be_in_the_same_redis() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let (manager, url) = (manager(&redis), redis.url());
    let sessions = on_runtime(async move || RedisSessionStore::new(url).await.unwrap());
    let app = serve!(
        pages(&Users::new()),
        manager.clone(),
        SessionMiddleware::builder(sessions.clone(), Key::from(&SECRET))
            .cookie_secure(false)
            .build()
    );
    let mut browser = app.browser();
    log_in_remembered(&mut browser, 1);
    let mut copy = browser.clone();
    assert_eq!(logins(&mut browser).len(), 1);
    browser.post("/logout", "");
    assert_eq!(who(&mut copy), "None");
}

#[test]
fn listing_and_ending_logins_scan_no_keys() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let app = server(&redis);
    let mut browser = app.browser();
    log_in(&mut browser, 1);
    log_in(&mut app.browser(), 1);
    redis.command("CONFIG RESETSTAT");
    assert_eq!(logins(&mut browser).len(), 2);
    browser.post("/end-others", "");
    let calls = redis.bulk("INFO commandstats");
    for scan in ["cmdstat_keys", "cmdstat_scan", "cmdstat_sort"] {
        assert!(!calls.contains(scan), "{calls}");
    }
    assert!(calls.contains("cmdstat_zrange"), "{calls}");
}

#[test]
fn ten_concurrent_requests_at_two_servers_are_all_logged_in() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let servers = [server(&redis), server(&redis)];
    let mut browser = servers[0].browser();
    log_in_remembered(&mut browser, 1);
    browser.restart();
    let tabs: Vec<_> = (0..10)
        .map(|tab| {
            let mut tab = at(&servers[tab % 2], &browser);
            thread::spawn(move || tab.get("/who"))
        })
        .collect();
    let responses: Vec<_> = tabs.into_iter().map(|tab| tab.join().unwrap()).collect();
    assert!(responses.iter().all(|response| response.body == "Some(1)"));
    let successors = responses
        .iter()
        .filter(|response| response.set_cookie(REMEMBER).is_some());
    assert_eq!(successors.count(), 1);
    assert_eq!(block_on(store(&redis).list("User:1")).unwrap().len(), 1);
}
