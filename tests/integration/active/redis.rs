//! Active logins in Redis: two servers on one, what is kept in it, and what happens while it is
//! away.
//!
//! Each test starts a `redis-server` of its own; where there is none, it prints so and passes,
//! unless `REQUIRE_REDIS=1` is set.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

use actix_login::{
    ActiveLogins, LoginId, LoginManager, Timestamp,
    store::{LoginStore, RedisLoginStore, StoredLogin},
};
use actix_session::{SessionMiddleware, storage::RedisSessionStore};
use actix_web::cookie::Key;
use futures_util::future::join;

use crate::{
    serve,
    support::{
        Browser, REMEMBER, SECRET, TestApp,
        active_site::{
            User, Users, block_on, builder, log_in, log_in_remembered, logins, pages, who,
        },
        cookie_session,
        redis_server::{RedisServer, on_runtime},
    },
};

/// Where the logins of user 1 are listed.
const LIST: &str = "actix-login:logins:User:1";

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

/// A server with a connection and a manager of its own, as another machine has.
fn server(redis: &RedisServer) -> TestApp {
    let manager = manager(redis);
    serve!(pages(&Users::new()), manager.clone(), cookie_session())
}

/// The same browser, as it talks to another server of the same site.
fn at(app: &TestApp, browser: &Browser) -> Browser {
    let mut there = app.browser();
    there.cookies.clone_from(&browser.cookies);
    there
}

fn now() -> Timestamp {
    SystemTime::now().into()
}

fn time(seconds: u64) -> Timestamp {
    Timestamp::from_secs(seconds)
}

fn in_seconds(seconds: u64) -> Timestamp {
    now().plus(Duration::from_secs(seconds))
}

/// A login whose id is 20 times this letter, and two more.
fn login(letter: char, ends: Option<Timestamp>) -> StoredLogin {
    let id: LoginId = format!("{}AA", String::from(letter).repeat(20))
        .parse()
        .unwrap();
    StoredLogin {
        id,
        user: "User:1".to_owned(),
        started_at: now(),
        last_seen_at: now(),
        expires_at: ends,
        user_agent: "<b>佐藤\r\n'".to_owned(),
        address: "2001:db8::1".to_owned(),
        remembered: false,
        generation: 0,
        last_confirmed_generation: 0,
        issued_at: now(),
        cookie_confirmed_at: None,
    }
}

fn login_key(login: &StoredLogin) -> String {
    format!("actix-login:login:{}", login.id)
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
fn two_servers_see_the_same_logins_and_find_out_a_copied_cookie_together() {
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
fn what_is_stored_comes_back_as_it_was() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let store = store(&redis);
    block_on(async {
        let mut stored = login('a', Some(in_seconds(100)));
        store.begin(&stored).await.unwrap();
        assert_eq!(store.find(stored.id).await.unwrap(), Some(stored.clone()));

        assert!(
            store
                .replace_cookie(stored.id, 0, 0, time(7))
                .await
                .unwrap()
        );
        store.confirm_cookie(stored.id, 0, time(8)).await.unwrap();
        store.confirm_cookie(stored.id, 1, time(9)).await.unwrap();
        store.confirm_cookie(stored.id, 1, time(10)).await.unwrap();
        let ends = Some(in_seconds(200));
        assert!(store.touch(stored.id, time(11), ends).await.unwrap());
        stored.generation = 1;
        stored.issued_at = time(7);
        stored.cookie_confirmed_at = Some(time(9));
        stored.remembered = true;
        stored.last_seen_at = time(11);
        stored.expires_at = ends;
        assert_eq!(store.list("User:1").await.unwrap(), [stored.clone()]);
        assert_eq!(store.list("User:10").await.unwrap(), []);

        assert!(
            store
                .replace_cookie(stored.id, 1, 0, time(12))
                .await
                .unwrap()
        );
        let found = store.find(stored.id).await.unwrap().unwrap();
        assert_eq!((found.generation, found.last_confirmed_generation), (2, 0));

        store.end(stored.id).await.unwrap();
        store.end(stored.id).await.unwrap();
        assert!(
            !store
                .touch(stored.id, time(12), Some(in_seconds(300)))
                .await
                .unwrap()
        );
        assert!(
            !store
                .replace_cookie(stored.id, 1, 1, time(13))
                .await
                .unwrap()
        );
        store.confirm_cookie(stored.id, 1, time(14)).await.unwrap();
        assert_eq!(store.find(stored.id).await.unwrap(), None);
    });
    assert_eq!(redis.command("KEYS *"), "*0");
}

#[test]
fn nothing_puts_the_end_of_a_login_off_that_goes_on_under_another_id() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let store = store(&redis);
    block_on(async {
        for (letter, ends) in [('a', None), ('b', Some(in_seconds(100)))] {
            let stored = login(letter, ends);
            store.begin(&stored).await.unwrap();
            let ends = in_seconds(10);
            assert!(store.touch(stored.id, ends, Some(ends)).await.unwrap());
            for again in [None, Some(ends), Some(in_seconds(200))] {
                assert!(!store.touch(stored.id, now(), again).await.unwrap());
            }
            let found = store.find(stored.id).await.unwrap().unwrap();
            assert_eq!((found.last_seen_at, found.expires_at), (ends, Some(ends)));
        }
    });
}

#[test]
fn a_touch_that_comes_between_does_not_bring_an_ended_login_back() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let (store, stored) = (store(&redis), login('a', Some(in_seconds(100))));
    block_on(async {
        for _ in 0..50 {
            store.begin(&stored).await.unwrap();
            let touch = store.touch(stored.id, now(), stored.expires_at);
            let (ended, touched) = join(store.end(stored.id), touch).await;
            ended.and(touched).unwrap();
            assert_eq!(store.find(stored.id).await.unwrap(), None);
        }
    });
    assert_eq!(redis.command("KEYS *"), "*0");
}

#[test]
fn both_keys_expire_by_themselves() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let store = store(&redis);
    let ttl = |key: &str| -> i64 { redis.command(&format!("TTL {key}"))[1..].parse().unwrap() };
    let (soon, later) = (
        login('a', Some(in_seconds(2))),
        login('b', Some(in_seconds(100))),
    );
    let endless = login('c', None);
    block_on(store.begin(&soon)).unwrap();
    assert!((1..=2).contains(&ttl(&login_key(&soon))));
    assert!((1..=2).contains(&ttl(LIST)));
    block_on(store.begin(&later)).unwrap();
    assert!((90..=100).contains(&ttl(&login_key(&later))));
    assert!((90..=100).contains(&ttl(LIST)), "as long as the last");

    block_on(store.touch(later.id, now(), Some(in_seconds(1_000)))).unwrap();
    assert!((900..=1_000).contains(&ttl(&login_key(&later))));
    assert!((900..=1_000).contains(&ttl(LIST)));
    block_on(store.begin(&endless)).unwrap();
    assert_eq!((ttl(&login_key(&endless)), ttl(LIST)), (-1, -1));

    thread::sleep(Duration::from_millis(2_100));
    assert_eq!(block_on(store.find(soon.id)).unwrap(), None);
    let left = block_on(store.list("User:1")).unwrap();
    let left: Vec<_> = left.iter().map(|login| login.id).collect();
    assert_eq!(left, [later.id, endless.id]);
}

/// `Duration::MAX` for a deadline means none, and Redis takes no such number.
#[test]
fn a_login_that_ends_in_aeons_is_stored() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let store = store(&redis);
    let aeons = login('a', Some(time(u64::MAX)));
    block_on(store.begin(&aeons)).unwrap();
    block_on(store.touch(aeons.id, aeons.last_seen_at, aeons.expires_at)).unwrap();
    assert_eq!(block_on(store.list("User:1")).unwrap(), [aeons]);
}

#[test]
fn listing_scans_nothing() {
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
fn of_many_who_replace_a_cookie_at_once_one_does() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let stored = login('a', Some(in_seconds(100)));
    let first = store(&redis);
    block_on(first.begin(&stored)).unwrap();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (store, id) = (store(&redis), stored.id);
            thread::spawn(move || {
                block_on(async {
                    let mut won = 0;
                    for generation in 0..50 {
                        let replaced = store.replace_cookie(id, generation, 0, time(1)).await;
                        won += u64::from(replaced.unwrap());
                    }
                    won
                })
            })
        })
        .collect();
    let won: u64 = threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .sum();
    let found = block_on(first.find(stored.id)).unwrap().unwrap();
    assert_eq!(found.generation, won);
    assert_eq!(won, 50);
}

#[test]
fn ten_requests_at_once_at_two_servers_after_a_restart_are_all_in() {
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
    let answers: Vec<_> = tabs.into_iter().map(|tab| tab.join().unwrap()).collect();
    assert!(answers.iter().all(|answer| answer.body == "Some(1)"));
    let successors = answers
        .iter()
        .filter(|answer| answer.set_cookie(REMEMBER).is_some());
    assert_eq!(successors.count(), 1);
    assert_eq!(block_on(store(&redis).list("User:1")).unwrap().len(), 1);
}

/// Asks again and again until told to stop, and answers each status and body.
fn ask(browser: &Browser, stop: &Arc<AtomicBool>) -> thread::JoinHandle<Vec<(u16, String)>> {
    let (browser, stop) = (browser.clone(), Arc::clone(stop));
    thread::spawn(move || {
        let mut answers = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            // Each time with the same cookies, as a crowd of browsers would.
            let answer = browser.clone().get("/who");
            assert!(answer.status != 500 || answer.set_cookies().is_empty());
            answers.push((answer.status, answer.body));
        }
        answers
    })
}

#[test]
fn while_redis_hangs_under_load_nobody_gets_in_and_afterwards_all_are_in_again() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let app = server(&redis);
    let mut by_session = app.browser();
    log_in(&mut by_session, 1);
    let mut by_cookie = app.browser();
    log_in_remembered(&mut by_cookie, 2);
    by_cookie.restart();
    let mut gone = app.browser();
    log_in_remembered(&mut gone, 3);
    let mut copy = gone.clone();
    gone.post("/logout", "");

    let stop = Arc::default();
    let crowd = [&by_session, &by_cookie, &copy].map(|browser| ask(browser, &stop));
    thread::sleep(Duration::from_millis(200));
    redis.signal("STOP");
    thread::sleep(Duration::from_millis(500));
    let mut stranger = app.browser();
    let refused = log_in_remembered(&mut stranger, 1);
    assert_eq!(refused.status, 500);
    assert_eq!(refused.set_cookies(), []);
    assert_eq!(app.browser().get("/public").status, 200);
    let kept = by_session.post("/logout", "");
    assert_eq!((kept.status, kept.set_cookies()), (500, vec![]));
    redis.signal("CONT");
    thread::sleep(Duration::from_millis(500));
    stop.store(true, Ordering::Relaxed);

    let [sessions, cookies, copies] = crowd.map(|thread| thread.join().unwrap());
    for (answers, in_again) in [
        (sessions, "Some(1)"),
        (cookies, "Some(2)"),
        (copies, "None"),
    ] {
        let failed = (500, String::new());
        let expected = (200, in_again.to_owned());
        assert!(answers.contains(&failed), "{in_again}");
        assert!(
            answers
                .iter()
                .all(|answer| *answer == failed || *answer == expected),
            "{answers:?}"
        );
        assert_eq!(answers.last(), Some(&expected));
    }
    assert_eq!(who(&mut by_session), "Some(1)");
    assert_eq!(who(&mut by_cookie), "Some(2)");
    assert_eq!(who(&mut by_cookie), "Some(2)");
    assert_eq!(who(&mut copy), "None");
    assert_eq!(who(&mut stranger), "None");
}

#[test]
fn a_lost_connection_is_made_anew() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let app = server(&redis);
    let mut browser = app.browser();
    log_in(&mut browser, 1);
    for _ in 0..3 {
        redis.command("CLIENT KILL TYPE normal SKIPME yes");
        // One request may find out; it is answered with an error and not with "nobody".
        let answers: Vec<_> = (0..10).map(|_| browser.get("/who")).collect();
        for answer in &answers {
            let is_in = answer.status == 200 && answer.body == "Some(1)";
            let has_failed = answer.status == 500 && answer.set_cookies().is_empty();
            assert!(is_in || has_failed, "{answer:?}");
        }
        assert_eq!(answers[9].body, "Some(1)");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn without_a_redis_no_store_is_made() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let url = redis.url();
    drop(redis);
    let made = on_runtime(async move || RedisLoginStore::new(url).await.is_ok());
    assert!(!made);
}
