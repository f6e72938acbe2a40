//! The bound per user, and many users.

use actix_login::store::LoginStore;
use futures_util::{StreamExt, stream};

use super::{Database, id, ids_of, in_each_store, in_seconds, login, time};

in_each_store! {
    over_the_bound_the_login_not_seen_for_longest_ends,
    expired_logins_do_not_count_for_the_bound,
    superseded_logins_are_counted_apart,
    a_login_is_never_ended_to_make_room_for_its_successor,
    ten_thousand_logins_of_a_thousand_users_are_kept_apart,
}

async fn over_the_bound_the_login_not_seen_for_longest_ends<D: Database>(database: &D) {
    let store = D::bounded(database.open().await, 3);
    store.begin(&login("User:2", 100)).await.unwrap();
    for number in 1..=3 {
        store.begin(&login("User:1", number)).await.unwrap();
    }
    let seen = in_seconds(50);
    assert!(store.touch(id(1), seen, None).await.unwrap());
    for number in 4..=5 {
        store.begin(&login("User:1", number)).await.unwrap();
        // A repetition ends no other login.
        store.begin(&login("User:1", number)).await.unwrap();
    }
    assert_eq!(ids_of(&store, "User:1").await, [id(1), id(4), id(5)]);
    assert_eq!(ids_of(&store, "User:2").await, [id(100)]);
    // The new login stays, even if it was seen before all others.
    let mut early = login("User:1", 6);
    early.last_seen_at = time(1);
    store.begin(&early).await.unwrap();
    assert_eq!(ids_of(&store, "User:1").await, [id(1), id(5), id(6)]);
}

async fn expired_logins_do_not_count_for_the_bound<D: Database>(database: &D) {
    let store = D::bounded(database.open().await, 2);
    store.begin(&login("User:1", 1)).await.unwrap();
    let mut expired = login("User:1", 2);
    expired.started_at = time(1);
    expired.expires_at = Some(time(2));
    store.begin(&expired).await.unwrap();
    store.begin(&login("User:1", 3)).await.unwrap();
    assert_eq!(ids_of(&store, "User:1").await, [id(1), id(3)]);
}

async fn superseded_logins_are_counted_apart<D: Database>(database: &D) {
    let store = D::bounded(database.open().await, 2);
    store.begin(&login("User:1", 1)).await.unwrap();
    store.begin(&login("User:1", 2)).await.unwrap();
    for number in 2..7 {
        let until = in_seconds(1_000 + number);
        let successor = login("User:1", number + 1);
        assert!(
            store
                .supersede(id(number), until, &successor)
                .await
                .unwrap()
        );
    }
    // Two that are current, and the last two that were superseded.
    let left = [id(1), id(5), id(6), id(7)];
    assert_eq!(ids_of(&store, "User:1").await, left);
}

async fn a_login_is_never_ended_to_make_room_for_its_successor<D: Database>(database: &D) {
    let store = D::bounded(database.open().await, 2);
    // The one that is superseded has not been seen for longest.
    for number in 1..=2 {
        store.begin(&login("User:1", number)).await.unwrap();
    }
    let until = in_seconds(10);
    let successor = login("User:1", 3);
    assert!(store.supersede(id(1), until, &successor).await.unwrap());
    assert_eq!(ids_of(&store, "User:1").await, [id(1), id(2), id(3)]);
}

async fn ten_thousand_logins_of_a_thousand_users_are_kept_apart<D: Database>(database: &D) {
    let store = D::bounded(database.open().await, 9);
    let user = |number: u64| format!("User:{}", number % 1_000);
    stream::iter(0..10_000)
        .for_each_concurrent(8, async |number| {
            store.begin(&login(&user(number), number)).await.unwrap();
        })
        .await;
    let ended = ids_of(&store, "User:7").await;
    store.end_all(&ended).await.unwrap();
    for number in 0..1_000 {
        let expected: Vec<_> = match number {
            7 => Vec::new(),
            // The first of the ten ended at the bound.
            _ => (1..10).map(|round| id(round * 1_000 + number)).collect(),
        };
        assert_eq!(ids_of(&store, &user(number)).await, expected);
    }
}
