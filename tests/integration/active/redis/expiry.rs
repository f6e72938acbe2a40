//! What Redis removes on its own.

use std::{
    thread,
    time::{Duration, SystemTime},
};

use actix_login::{
    LoginId, Timestamp,
    store::{LoginStore, StoredLogin},
};

use super::store;
use crate::support::{block_on, redis_server::RedisServer};

/// Where the logins of user 1 are listed.
const LIST: &str = "actix-login:logins:User:1";

fn now() -> Timestamp {
    SystemTime::now().into()
}

fn in_seconds(seconds: u64) -> Timestamp {
    now().plus(Duration::from_secs(seconds))
}

/// A login whose id is this letter 20 times, and two more letters.
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
fn both_keys_expire_on_their_own() {
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
