//! The connections of a store: one for each thread.

use std::{
    thread,
    time::{Duration, Instant},
};

use actix_login::{
    LoginId,
    store::{LoginStore, RedisLoginStore},
};
use futures_util::future::join_all;

use crate::support::{block_on, on_runtime, redis_server::RedisServer};

/// Asks the store three times, in this many operations at a time, on a thread that keeps running.
fn ask(store: &RedisLoginStore, operations: usize) {
    let store = store.clone();
    let id: LoginId = "000000000000000000000A".parse().unwrap();
    on_runtime(async move || {
        for _ in 0..3 {
            let found = join_all((0..operations).map(|_| store.find(id))).await;
            assert!(found.into_iter().all(|login| login.unwrap().is_none()));
        }
    });
}

/// How many connections were opened so far, with the one that asks.
fn opened(redis: &RedisServer) -> u64 {
    let stats = redis.bulk("INFO stats");
    let mut lines = stats.lines();
    let count = lines.find_map(|it| it.strip_prefix("total_connections_received:"));
    count.unwrap().parse().unwrap()
}

/// How many connections there are, once no more than `expected` are left.
fn connections(redis: &RedisServer, expected: usize) -> usize {
    let start = Instant::now();
    loop {
        let clients = redis.bulk("CLIENT LIST");
        // One of them asks for the list.
        let count = clients.lines().filter(|it| it.starts_with("id=")).count();
        if count - 1 <= expected || start.elapsed() > Duration::from_secs(5) {
            return count - 1;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn each_thread_has_one_connection() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let url = redis.url();
    let store = on_runtime(async move || RedisLoginStore::new(url).await.unwrap());
    assert_eq!(connections(&redis, 0), 0);
    let before = opened(&redis);
    ask(&store, 20);
    assert_eq!(opened(&redis) - before, 2);
    ask(&store, 1);
    assert_eq!(connections(&redis, 2), 2);
}

#[test]
fn a_longer_time_out_waits_for_longer() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let id: LoginId = "000000000000000000000A".parse().unwrap();
    thread::scope(|scope| {
        block_on(async {
            let store = RedisLoginStore::new(redis.url()).await.unwrap();
            let store = store.timeout(Duration::from_secs(20));
            redis.signal("STOP");
            scope.spawn(|| {
                thread::sleep(Duration::from_secs(3));
                redis.signal("CONT");
            });
            assert!(store.find(id).await.unwrap().is_none());
        });
    });
}

#[test]
fn a_store_outlives_the_runtime_that_it_was_made_on() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let store = block_on(RedisLoginStore::new(redis.url())).unwrap();
    ask(&store, 1);
    // And on the thread that it was made on.
    let id: LoginId = "000000000000000000000A".parse().unwrap();
    assert!(block_on(store.find(id)).unwrap().is_none());
}
