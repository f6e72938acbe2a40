//! Operations at once, over connections of several processes.

use std::{pin::Pin, time::Duration};

use actix_login::{
    LoginId,
    sqlx::{SqlitePool, query, query_scalar},
    store::{LoginStore, SqlLoginStore},
};
use futures_util::future::{join, join_all, join3};

use super::{
    Database, PATIENCE, Postgres, Sqlite, id, ids_of, in_each_store, in_seconds, login, now,
    test_in, time,
};
use crate::support::postgres_server::pool;

in_each_store! {
    concurrent_logins_never_exceed_the_bound,
    only_one_concurrent_replacement_of_a_cookie_succeeds,
    only_one_concurrent_caller_supersedes_a_login,
    a_concurrent_touch_does_not_revive_an_ended_login,
    a_concurrent_touch_does_not_revive_a_superseded_login,
    a_login_that_is_superseded_meanwhile_ends_with_its_successor,
    operations_in_each_others_way_all_succeed,
}

/// Runs futures of several types at once.
macro_rules! at_once {
    ($($future:expr),* $(,)?) => {
        join_all(
            [$(Box::pin(async { $future.await; }) as Pin<Box<dyn Future<Output = ()> + '_>>),*]
        )
        .await
    };
}

/// Stores of four processes.
async fn open_four<D: Database>(database: &D) -> [D::Store; 4] {
    [
        database.open().await,
        database.open().await,
        database.open().await,
        database.open().await,
    ]
}

async fn concurrent_logins_never_exceed_the_bound<D: Database>(database: &D) {
    let stores = open_four(database).await;
    let stores = stores.map(|store| D::bounded(store, 3));
    for round in 0..5 {
        let user = format!("User:{round}");
        // No more than the pools have connections, so that all of them are at work at once.
        let begun = (0..24).map(async |number| {
            let store = &stores[number as usize % 4];
            store
                .begin(&login(&user, 100 * round + number))
                .await
                .unwrap();
        });
        join_all(begun).await;
        assert_eq!(ids_of(&stores[0], &user).await.len(), 3);
    }
}

async fn only_one_concurrent_replacement_of_a_cookie_succeeds<D: Database>(database: &D) {
    let stores = open_four(database).await;
    stores[0].begin(&login("User:1", 1)).await.unwrap();
    for generation in 0..30 {
        let replaced = stores.iter().map(async |store| {
            let replaced = store.replace_cookie(id(1), generation, 0, time(1));
            replaced.await.unwrap()
        });
        let replaced = join_all(replaced).await;
        assert_eq!(replaced.iter().filter(|replaced| **replaced).count(), 1);
    }
    let found = stores[0].find(id(1)).await.unwrap().unwrap();
    assert_eq!(found.generation, 30);
}

async fn only_one_concurrent_caller_supersedes_a_login<D: Database>(database: &D) {
    let stores = open_four(database).await;
    for round in (0..300).step_by(10) {
        let user = format!("User:{round}");
        stores[0].begin(&login(&user, round)).await.unwrap();
        let superseded = stores.iter().zip(1..).map(async |(store, number)| {
            let successor = login(&user, round + number);
            let superseded = store.supersede(id(round), in_seconds(10), &successor).await;
            superseded.unwrap().then_some(successor.id)
        });
        let successors: Vec<LoginId> = join_all(superseded).await.into_iter().flatten().collect();
        let [successor] = successors[..] else {
            panic!("one successor expected, found {successors:?}");
        };
        assert_eq!(ids_of(&stores[0], &user).await, [id(round), successor]);
    }
}

async fn a_concurrent_touch_does_not_revive_an_ended_login<D: Database>(database: &D) {
    let [one, other, ..] = open_four(database).await;
    let stored = login("User:1", 1);
    for _ in 0..50 {
        one.begin(&stored).await.unwrap();
        let touch = other.touch(stored.id, now(), stored.expires_at);
        let (ended, touched) = join(one.end(stored.id), touch).await;
        ended.unwrap();
        touched.unwrap();
        assert_eq!(one.find(stored.id).await.unwrap(), None);
    }
}

async fn a_concurrent_touch_does_not_revive_a_superseded_login<D: Database>(database: &D) {
    let [one, other, ..] = open_four(database).await;
    for number in (0..100).step_by(2) {
        let (stored, successor) = (login("User:1", number), login("User:1", number + 1));
        one.begin(&stored).await.unwrap();
        let until = in_seconds(10);
        let touch = other.touch(stored.id, now(), Some(in_seconds(500)));
        let supersede = one.supersede(stored.id, until, &successor);
        let (superseded, touched) = join(supersede, touch).await;
        assert!(superseded.unwrap());
        touched.unwrap();
        let found = one.find(stored.id).await.unwrap().unwrap();
        assert_eq!((found.last_seen_at, found.expires_at), (until, Some(until)));
        assert!(one.find(successor.id).await.unwrap().is_some());
    }
}

/// A logout names the login and those that may take its place.
async fn a_login_that_is_superseded_meanwhile_ends_with_its_successor<D: Database>(database: &D) {
    let [one, other, ..] = open_four(database).await;
    for number in (0..400).step_by(2) {
        let (stored, successor) = (login("User:1", number), login("User:1", number + 1));
        one.begin(&stored).await.unwrap();
        let both = [stored.id, successor.id];
        let supersede = one.supersede(stored.id, in_seconds(10), &successor);
        let (superseded, ended) = join(supersede, other.end_all(&both)).await;
        superseded.unwrap();
        ended.unwrap();
        for id in both {
            assert_eq!(one.find(id).await.unwrap(), None, "{number}");
        }
    }
}

/// They lock the same rows, in whatever order.
async fn operations_in_each_others_way_all_succeed<D: Database>(database: &D) {
    let stores = open_four(database).await;
    let stores = stores.map(|store| D::bounded(store, 5));
    for round in 0..20 {
        let first = round * 100;
        for number in first..first + 5 {
            stores[0].begin(&login("User:1", number)).await.unwrap();
        }
        let ids: Vec<_> = (first..first + 10).map(id).collect();
        let reversed: Vec<_> = ids.iter().rev().copied().collect();
        let begin = async |number: u64| {
            let store = &stores[number as usize % 4];
            store
                .begin(&login("User:1", first + 10 + number))
                .await
                .unwrap();
        };
        let supersede = async |number: u64| {
            let (store, old) = (&stores[number as usize % 4], first + number);
            let successor = login("User:1", old + 50);
            let until = in_seconds(10);
            store.supersede(id(old), until, &successor).await.unwrap();
        };
        let end_all = async |ids: &[LoginId]| stores[2].end_all(ids).await.unwrap();
        let touch = async |number: u64| {
            let touched = stores[3].touch(id(first + number), now(), Some(in_seconds(900)));
            touched.await.unwrap();
        };
        at_once!(
            begin(0),
            supersede(4),
            end_all(&ids),
            begin(1),
            supersede(0),
            end_all(&reversed),
            touch(2),
            supersede(2),
            async { stores[1].drop_ended(now()).await.unwrap() },
            end_all(&ids),
            begin(2),
            touch(1),
        );
        // Only successors and later logins are left.
        let left = ids_of(&stores[0], "User:1").await;
        assert!(left.iter().all(|left| !ids.contains(left)), "{left:?}");
        stores[0].end_all(&left).await.unwrap();
    }
}

/// SQLite then reports each lock at once, and the store tries again.
#[test]
fn concurrent_writers_of_sqlite_succeed_without_a_busy_timeout() {
    test_in(async |database: &Sqlite| {
        database.open().await;
        let impatient = database.options().busy_timeout(Duration::ZERO);
        let stores = [(), (), (), ()].map(|()| {
            let pool = SqlitePool::connect_lazy_with(impatient.clone());
            SqlLoginStore::sqlite(pool).timeout(PATIENCE)
        });
        let begun = (0..80u64).map(async |number| {
            let store = &stores[number as usize % 4];
            store.begin(&login("User:1", number)).await.unwrap();
        });
        join_all(begun).await;
        assert_eq!(ids_of(&stores[0], "User:1").await.len(), 80);
    });
}

/// At this level a transaction would not see the logins of those that it waits for.
#[test]
fn the_bound_holds_if_postgresql_defaults_to_repeatable_read() {
    test_in(async |database: &Postgres| {
        database.open().await;
        let level = [("default_transaction_isolation", "repeatable read")];
        let options = database.options.clone().options(level);
        let store = SqlLoginStore::postgres(pool(&options)).timeout(PATIENCE);
        let store = store.max_per_user(3);
        for round in 0..10 {
            let user = format!("User:{round}");
            let begun = (0..10).map(async |number| {
                store
                    .begin(&login(&user, 100 * round + number))
                    .await
                    .unwrap();
            });
            join_all(begun).await;
            assert_eq!(ids_of(&store, &user).await.len(), 3);
        }
    });
}

/// A third transaction holds a row in the middle until both wait. If they locked the rows in different
/// orders, each would then have what the other needs; PostgreSQL would end one of them after a second.
#[test]
fn a_login_over_the_bound_and_a_logout_of_all_never_deadlock() {
    test_in(async |database: &Postgres| {
        let store = database.open().await;
        // A scan of the table meets them in the opposite order of their ids.
        for number in (0..60).rev() {
            store.begin(&login("User:1", number)).await.unwrap();
        }
        let middle = pool(&database.options);
        let mut middle = middle.begin().await.unwrap();
        query("SELECT 1 FROM actix_login_logins WHERE id = $1 FOR UPDATE")
            .bind(id(30).to_string())
            .execute(&mut *middle)
            .await
            .unwrap();

        let pools = [pool(&database.options), pool(&database.options)];
        let [one, other] = pools
            .clone()
            .map(|pool| SqlLoginStore::postgres(pool).timeout(PATIENCE));
        let one = one.max_per_user(1);
        let surplus = login("User:1", 60);
        let ids: Vec<_> = (0..60).map(id).collect();
        let release = async {
            let waiting = "SELECT COUNT(*) FROM pg_stat_activity \
                           WHERE datname = current_database() AND wait_event_type = 'Lock'";
            let watch = pool(&database.options);
            while query_scalar::<_, i64>(waiting)
                .fetch_one(&watch)
                .await
                .unwrap()
                < 2
            {}
            middle.commit().await.unwrap();
        };
        let (begun, ended, ()) = join3(one.begin(&surplus), other.end_all(&ids), release).await;
        begun.unwrap();
        ended.unwrap();
        assert_eq!(ids_of(&store, "User:1").await, [surplus.id]);

        // The end of a connection publishes its statistics.
        for pool in pools {
            pool.close().await;
        }
        let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
        let watch = pool(&database.options);
        let deadlocks = query_scalar::<_, i64>(deadlocks).fetch_one(&watch);
        assert_eq!(deadlocks.await.unwrap(), 0);
    });
}
