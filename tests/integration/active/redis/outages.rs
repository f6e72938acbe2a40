//! Redis hangs, drops connections or is not there.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use actix_login::store::RedisLoginStore;

use super::server;
use crate::support::{
    Browser,
    active_site::{log_in, log_in_remembered, who},
    on_runtime,
    redis_server::RedisServer,
};

/// Repeats a request until told to stop, and returns each status and body.
fn ask(browser: &Browser, stop: &Arc<AtomicBool>) -> thread::JoinHandle<Vec<(u16, String)>> {
    let (browser, stop) = (browser.clone(), Arc::clone(stop));
    thread::spawn(move || {
        let mut responses = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            // Each time with the same cookies, as many browsers would send them.
            let response = browser.clone().get("/who");
            assert!(response.status != 500 || response.set_cookies().is_empty());
            responses.push((response.status, response.body));
        }
        responses
    })
}

#[test]
fn a_hanging_redis_starts_no_login_and_loses_none() {
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
    for (responses, in_again) in [
        (sessions, "Some(1)"),
        (cookies, "Some(2)"),
        (copies, "None"),
    ] {
        let failed = (500, String::new());
        let expected = (200, in_again.to_owned());
        assert!(responses.contains(&failed), "{in_again}");
        assert!(
            responses
                .iter()
                .all(|response| *response == failed || *response == expected),
            "{responses:?}"
        );
        assert_eq!(responses.last(), Some(&expected));
    }
    assert_eq!(who(&mut by_session), "Some(1)");
    assert_eq!(who(&mut by_cookie), "Some(2)");
    assert_eq!(who(&mut by_cookie), "Some(2)");
    assert_eq!(who(&mut copy), "None");
    assert_eq!(who(&mut stranger), "None");
}

#[test]
fn a_store_cannot_be_created_without_redis() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let url = redis.url();
    drop(redis);
    let made = on_runtime(async move || RedisLoginStore::new(url).await.is_ok());
    assert!(!made);
}
