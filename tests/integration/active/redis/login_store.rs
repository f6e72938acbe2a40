//! `RedisLoginStore`, operation by operation.

use std::{
    thread,
    time::{Duration, SystemTime},
};

use actix_login::{
    LoginId, Timestamp,
    store::{LoginStore, StoredLogin},
};
use futures_util::future::join;

use super::store;
use crate::support::{block_on, redis_server::RedisServer};

/// Where the logins of user 1 are listed.
const LIST: &str = "actix-login:logins:User:1";

fn now() -> Timestamp {
    SystemTime::now().into()
}

fn time(seconds: u64) -> Timestamp {
    Timestamp::from_secs(seconds)
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
fn every_operation_is_stored_and_read_back_unchanged() {
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
fn touch_never_extends_a_superseded_login() {
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
fn a_concurrent_touch_does_not_revive_an_ended_login() {
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

/// A deadline of `Duration::MAX` means none, and is larger than any expiry that Redis accepts.
#[test]
fn a_login_with_an_overlong_expiry_is_stored() {
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
fn only_one_concurrent_replacement_of_a_cookie_succeeds() {
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
