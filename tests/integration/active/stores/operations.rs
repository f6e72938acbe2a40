//! Operation by operation.

use actix_login::store::LoginStore;

use super::{Database, id, ids_of, in_each_store, in_seconds, login, now, time};

in_each_store! {
    every_field_is_stored_and_read_back_unchanged,
    users_are_told_apart_byte_by_byte,
    a_login_that_exists_stays_as_it_is_when_it_starts_again,
    touch_sets_the_visit_and_never_an_earlier_end,
    a_superseded_login_is_never_extended,
    supersede_adds_the_successor,
    an_ended_login_is_never_revived,
    a_cookie_is_replaced_once_and_keeps_its_first_confirmation,
    many_logins_end_at_once,
    expired_logins_are_dropped_and_others_are_kept,
}

async fn every_field_is_stored_and_read_back_unchanged(database: &impl Database) {
    let store = database.open().await;
    let mut full = login(&format!("User:{}", "佐藤\n'\"\\".repeat(60)), 1);
    full.expires_at = Some(time(u64::MAX));
    full.user_agent = "<b>佐藤\r\n'%_\\".to_owned();
    full.remembered = true;
    full.generation = 7;
    full.last_confirmed_generation = 6;
    full.issued_at = time(8);
    full.cookie_confirmed_at = Some(time(9));
    let mut empty = login("", 2);
    empty.expires_at = None;
    empty.user_agent = String::new();
    empty.address = String::new();
    for stored in [full, empty] {
        store.begin(&stored).await.unwrap();
        assert_eq!(store.find(stored.id).await.unwrap(), Some(stored.clone()));
        assert_eq!(store.list(&stored.user).await.unwrap(), [stored]);
    }
    assert_eq!(store.find(id(3)).await.unwrap(), None);
}

async fn users_are_told_apart_byte_by_byte(database: &impl Database) {
    let store = database.open().await;
    let users = [
        "User:1",
        "User:10",
        "user:1",
        "User:1 ",
        "User:1\0",
        "User:\u{e9}",
        "User:e\u{301}",
        ":pending:User:1",
        "%",
        "User:_",
    ];
    for (user, number) in users.iter().zip(1..) {
        store.begin(&login(user, number)).await.unwrap();
    }
    for (user, number) in users.iter().zip(1..) {
        assert_eq!(ids_of(&store, user).await, [id(number)], "{user:?}");
    }
}

async fn a_login_that_exists_stays_as_it_is_when_it_starts_again(database: &impl Database) {
    let store = database.open().await;
    let first = login("User:1", 1);
    store.begin(&first).await.unwrap();
    let mut again = login("User:1", 1);
    again.user_agent = "Another/1.0".to_owned();
    again.generation = 3;
    store.begin(&again).await.unwrap();
    assert_eq!(store.list("User:1").await.unwrap(), [first]);
}

async fn touch_sets_the_visit_and_never_an_earlier_end(database: &impl Database) {
    let store = database.open().await;
    let mut stored = login("User:1", 1);
    store.begin(&stored).await.unwrap();
    let [earlier, later, last] = [in_seconds(150_000), in_seconds(200_000), time(u64::MAX)];
    for (seen, ends, expected) in [
        (in_seconds(5), Some(later), Some(later)),
        (in_seconds(6), Some(earlier), Some(later)),
        (in_seconds(7), Some(last), Some(last)),
        (in_seconds(8), None, None),
        (in_seconds(9), Some(earlier), None),
    ] {
        stored.last_seen_at = seen;
        stored.expires_at = expected;
        for _ in 0..2 {
            assert!(store.touch(stored.id, seen, ends).await.unwrap());
            assert_eq!(store.find(stored.id).await.unwrap().as_ref(), Some(&stored));
        }
    }
    assert!(!store.touch(id(2), now(), None).await.unwrap());
}

async fn a_superseded_login_is_never_extended(database: &impl Database) {
    let store = database.open().await;
    for (number, ends) in [(1, None), (2, Some(in_seconds(100)))] {
        let mut stored = login("User:1", number);
        stored.expires_at = ends;
        store.begin(&stored).await.unwrap();
        let end = in_seconds(10);
        let first = login("User:1", 20 + number);
        assert!(store.supersede(stored.id, end, &first).await.unwrap());
        for again in [None, Some(end), Some(in_seconds(200))] {
            assert!(!store.touch(stored.id, now(), again).await.unwrap());
        }
        let successor = login("User:1", 10 + number);
        let superseded = store.supersede(stored.id, now(), &successor).await;
        assert!(!superseded.unwrap());
        store.begin(&stored).await.unwrap();
        let found = store.find(stored.id).await.unwrap().unwrap();
        assert_eq!((found.last_seen_at, found.expires_at), (end, Some(end)));
        assert_eq!(store.find(successor.id).await.unwrap(), None);
    }
}

async fn supersede_adds_the_successor(database: &impl Database) {
    let store = database.open().await;
    let mut old = login("User:1", 1);
    store.begin(&old).await.unwrap();
    let (until, successor) = (in_seconds(10), login("User:1", 2));
    assert!(store.supersede(old.id, until, &successor).await.unwrap());
    old.last_seen_at = until;
    old.expires_at = Some(until);
    assert_eq!(store.find(old.id).await.unwrap(), Some(old.clone()));
    assert_eq!(
        store.find(successor.id).await.unwrap(),
        Some(successor.clone())
    );

    // Neither the superseded one nor one that never was has another successor.
    let another = login("User:1", 3);
    for ended in [old.id, id(4)] {
        assert!(!store.supersede(ended, until, &another).await.unwrap());
    }
    assert_eq!(ids_of(&store, "User:1").await, [old.id, successor.id]);
}

async fn an_ended_login_is_never_revived(database: &impl Database) {
    let store = database.open().await;
    let (stored, successor) = (login("User:1", 1), login("User:1", 2));
    store.begin(&stored).await.unwrap();
    store.end(stored.id).await.unwrap();
    store.end(stored.id).await.unwrap();
    let ends = Some(in_seconds(300));
    assert!(!store.touch(stored.id, now(), ends).await.unwrap());
    assert!(!store.replace_cookie(stored.id, 0, 0, now()).await.unwrap());
    store.confirm_cookie(stored.id, 0, now()).await.unwrap();
    let superseded = store.supersede(stored.id, in_seconds(10), &successor).await;
    assert!(!superseded.unwrap());
    assert_eq!(ids_of(&store, "User:1").await, []);
    assert_eq!(store.find(stored.id).await.unwrap(), None);
}

async fn a_cookie_is_replaced_once_and_keeps_its_first_confirmation(database: &impl Database) {
    let store = database.open().await;
    let mut expected = login("User:1", 1);
    let id = expected.id;
    store.begin(&expected).await.unwrap();
    store.confirm_cookie(id, 0, time(1)).await.unwrap();
    assert!(store.replace_cookie(id, 0, 0, time(2)).await.unwrap());
    for outdated in [0, 2, u64::MAX] {
        assert!(
            !store
                .replace_cookie(id, outdated, 0, time(3))
                .await
                .unwrap()
        );
        store.confirm_cookie(id, outdated, time(4)).await.unwrap();
    }
    expected.generation = 1;
    expected.issued_at = time(2);
    expected.remembered = true;
    assert_eq!(store.find(id).await.unwrap().as_ref(), Some(&expected));

    store.confirm_cookie(id, 1, time(5)).await.unwrap();
    store.confirm_cookie(id, 1, time(6)).await.unwrap();
    expected.cookie_confirmed_at = Some(time(5));
    assert_eq!(store.find(id).await.unwrap().as_ref(), Some(&expected));

    assert!(store.replace_cookie(id, 1, 1, time(7)).await.unwrap());
    let found = store.find(id).await.unwrap().unwrap();
    assert_eq!((found.generation, found.last_confirmed_generation), (2, 1));
}

async fn many_logins_end_at_once(database: &impl Database) {
    let store = database.open().await;
    for number in 0..1_100 {
        let user = format!("User:{}", number % 20);
        store.begin(&login(&user, number)).await.unwrap();
    }
    store.end_all(&[]).await.unwrap();
    // In no order, and with some that do not exist.
    let ids: Vec<_> = (20..1_200).rev().map(id).collect();
    store.end_all(&ids).await.unwrap();
    for number in 0..20 {
        let user = format!("User:{number}");
        assert_eq!(ids_of(&store, &user).await, [id(number)]);
    }
}

async fn expired_logins_are_dropped_and_others_are_kept(database: &impl Database) {
    let store = database.open().await;
    // More than fit into a batch. Their users differ, so that no later login drops them.
    for number in 0..1_200 {
        let mut expired = login(&format!("User:{number}"), number);
        expired.started_at = time(1);
        expired.last_seen_at = time(1);
        expired.expires_at = Some(time(10 + number % 2));
        store.begin(&expired).await.unwrap();
    }
    let live = login("User:1", 2_000);
    let mut endless = login("User:2", 2_001);
    endless.expires_at = None;
    store.begin(&live).await.unwrap();
    store.begin(&endless).await.unwrap();
    store.drop_ended(time(11)).await.unwrap();
    for number in 0..1_200 {
        assert_eq!(store.find(id(number)).await.unwrap(), None);
    }
    for kept in [live, endless] {
        assert_eq!(store.find(kept.id).await.unwrap(), Some(kept));
    }
}
