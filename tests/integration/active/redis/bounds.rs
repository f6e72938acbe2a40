//! The bound per user in Redis, and a connection that the app brings.

use std::{
    thread,
    time::{Duration, Instant, SystemTime},
};

use actix_login::{
    ActiveLogins, LoginId, Timestamp,
    redis::{Client, aio::ConnectionManager},
    store::{LoginStore, RedisLoginStore, StoredLogin},
};

use super::store;
use crate::{
    serve,
    support::{
        TestApp,
        active_site::{Users, builder, log_in, log_in_remembered, logins, pages, who},
        block_on, cookie_session, on_runtime,
        redis_server::RedisServer,
    },
};

fn server(store: RedisLoginStore) -> TestApp {
    let logins = ActiveLogins::in_store(store);
    let manager = builder(&Users::new())
        .active_logins(logins)
        .build()
        .unwrap();
    serve!(pages(&Users::new()), manager.clone(), cookie_session())
}

fn login(number: u64) -> StoredLogin {
    let now = Timestamp::from(SystemTime::now());
    let id: LoginId = format!("{number:021}A").parse().unwrap();
    StoredLogin {
        id,
        user: "User:1".to_owned(),
        started_at: now.plus(Duration::from_secs(number)),
        last_seen_at: now.plus(Duration::from_secs(number)),
        expires_at: Some(now.plus(Duration::from_secs(10_000))),
        user_agent: String::new(),
        address: String::new(),
        remembered: false,
        generation: 0,
        last_confirmed_generation: 0,
        issued_at: now,
        cookie_confirmed_at: None,
    }
}

#[test]
fn a_user_has_no_more_logins_than_the_bound() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let store = store(&redis);
    block_on(async {
        let phone = login(0);
        store.begin(&phone).await.unwrap();
        for number in 1..=150 {
            let now = login(number).started_at;
            store.touch(phone.id, now, phone.expires_at).await.unwrap();
            store.begin(&login(number)).await.unwrap();
            // A repetition changes nothing.
            store.begin(&login(number)).await.unwrap();
        }
        let left = store.list("User:1").await.unwrap();
        assert_eq!(left.len(), 100);
        let has = |number| left.iter().any(|it| it.id == login(number).id);
        assert!(has(0) && has(150) && has(52) && !has(51) && !has(1));
        let ids: Vec<_> = left.iter().map(|login| login.id).collect();
        store.end_all(&ids).await.unwrap();
    });
    assert_eq!(redis.command("KEYS *"), "*0");
}

#[test]
fn concurrent_logins_never_exceed_the_bound() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let app = server(store(&redis).max_per_user(3));
    let logins: Vec<_> = (0..20)
        .map(|_| {
            let mut browser = app.browser();
            thread::spawn(move || {
                log_in(&mut browser, 1);
                browser
            })
        })
        .collect();
    let browsers: Vec<_> = logins.into_iter().map(|it| it.join().unwrap()).collect();
    let left = browsers
        .into_iter()
        .filter_map(|mut browser| (who(&mut browser) == "Some(1)").then_some(()));
    assert_eq!(left.count(), 3);
    assert_eq!(redis.command("KEYS *"), "*4");
}

#[test]
fn ending_other_logins_at_the_bound_keeps_the_current_one() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    for max in [1, 2] {
        let app = server(store(&redis).max_per_user(max).key_prefix(max.to_string()));
        let mut owner = app.browser();
        log_in_remembered(&mut owner, 1);
        let mut copy = owner.clone();
        let mut other = app.browser();
        if max > 1 {
            log_in(&mut other, 1);
        }
        assert_eq!(owner.post("/end-others", "").status, 200);
        assert_eq!(copy.get("/who").set_cookies(), []);
        assert_eq!(copy.post("/end-others", "").status, 200);
        assert_eq!(who(&mut other), "None");
        assert_eq!(logins(&mut owner).len(), 1);
        owner.restart();
        assert_eq!(who(&mut owner), "Some(1)");
    }
}

#[test]
fn the_app_may_bring_its_connection() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let url = redis.url();
    let connection = on_runtime(async move || {
        let client = Client::open(url).unwrap();
        ConnectionManager::new(client).await.unwrap()
    });
    let app =
        server(RedisLoginStore::from_connection(connection).timeout(Duration::from_millis(500)));
    let mut browser = app.browser();
    log_in(&mut browser, 1);
    assert_eq!(who(&mut browser), "Some(1)");

    redis.signal("STOP");
    for _ in 0..2 {
        let start = Instant::now();
        assert_eq!(browser.get("/who").status, 500);
        assert!(start.elapsed() < Duration::from_secs(2));
    }
    redis.signal("CONT");
    thread::sleep(Duration::from_millis(500));
    assert_eq!(who(&mut browser), "Some(1)");
}

#[test]
fn no_request_notices_a_dropped_connection() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let app = server(store(&redis));
    let mut browser = app.browser();
    log_in_remembered(&mut browser, 1);
    let drop_connections = || redis.command("CLIENT KILL TYPE normal SKIPME yes");
    for _ in 0..5 {
        drop_connections();
        assert_eq!(who(&mut browser), "Some(1)");
        drop_connections();
        browser.restart();
        assert_eq!(who(&mut browser), "Some(1)");
        drop_connections();
        let mut other = app.browser();
        assert_eq!(log_in(&mut other, 1).status, 200);
        drop_connections();
        assert_eq!(logins(&mut browser).len(), 2);
        drop_connections();
        assert_eq!(browser.post("/end-others", "").status, 200);
        drop_connections();
        assert_eq!(other.post("/logout", "").status, 200);
    }
    drop_connections();
    assert_eq!(browser.post("/logout", "").status, 200);
}
