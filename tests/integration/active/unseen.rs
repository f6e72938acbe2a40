//! Which logins go first, how long a login lasts unseen, and what bounds their number.

use std::time::Duration;

use actix_login::{
    ActiveLogins, RememberCookie,
    store::{LoginStore, MemoryLoginStore, StoredLogin},
};

use crate::support::{
    TestLoginStore,
    active_site::{MINUTE, Site, log_in, logins, who},
    block_on,
};

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn max_logins_ends_the_login_that_was_not_seen_for_longest() {
    let site = Site::with(|active| active.max_logins(3));
    let mut phone = site.remembered(1);
    site.clock.advance(HOUR);
    let mut abandoned = site.logged_in(1);
    site.clock.advance(HOUR);
    let mut desktop = site.logged_in(1);
    for _ in 0..3 {
        site.clock.advance(DAY);
        assert_eq!(who(&mut phone), "Some(1)");
    }
    let mut new = site.logged_in(1);
    let all = [&mut phone, &mut abandoned, &mut desktop, &mut new].map(who);
    assert_eq!(all, ["Some(1)", "None", "Some(1)", "Some(1)"]);
}

#[test]
fn the_stores_bound_ends_the_login_that_was_not_seen_for_longest() {
    let store = TestLoginStore::new(MemoryLoginStore::new().max_per_user(2));
    let site = Site::on_store(store, |manager, store| {
        manager.active_logins(ActiveLogins::in_store(store))
    });
    let mut phone = site.logged_in(1);
    let mut abandoned = site.logged_in(1);
    site.clock.advance(DAY);
    who(&mut phone);
    let mut new = site.logged_in(1);
    let all = [&mut phone, &mut abandoned, &mut new].map(who);
    assert_eq!(all, ["Some(1)", "None", "Some(1)"]);
}

#[test]
fn a_login_unseen_for_the_idle_timeout_leaves_the_list() {
    let site = Site::with(|active| active.idle_timeout(12 * HOUR).max_logins(2));
    let mut busy = site.logged_in(1);
    let mut remembered = site.remembered(2);
    let mut dead = site.logged_in(1);
    for _ in 0..3 {
        site.clock.advance(6 * HOUR);
        assert_eq!(who(&mut busy), "Some(1)");
    }
    assert_eq!(logins(&mut busy).len(), 1);
    assert_eq!(who(&mut dead), "None");
    remembered.restart();
    assert_eq!(who(&mut remembered), "Some(2)");
}

#[test]
fn the_idle_timeout_allows_for_visits_that_are_not_recorded() {
    let site = Site::with(|active| active.idle_timeout(HOUR).touch_interval(30 * MINUTE));
    let mut browser = site.logged_in(1);
    site.clock.advance(29 * MINUTE);
    assert_eq!(who(&mut browser), "Some(1)");
    site.clock.advance(HOUR);
    assert_eq!(who(&mut browser), "Some(1)");
    site.clock.advance(HOUR + 30 * MINUTE);
    assert_eq!(who(&mut browser), "None");
}

#[test]
fn without_a_deadline_an_entry_still_ends() {
    let forever = RememberCookie::new().secure(false).duration(Duration::MAX);
    for visited in [false, true] {
        let forever = forever.clone();
        let site = Site::built(
            |active| active,
            |manager| manager.no_login_deadline().remember_cookie(forever),
        );
        let mut browsers = [site.logged_in(1), site.remembered(1)];
        if visited {
            site.clock.advance(DAY);
            assert_eq!(browsers.each_mut().map(who), ["Some(1)"; 2]);
        }
        let ends: Vec<_> = site.store.stored("User:1");
        let ends: Vec<_> = ends
            .iter()
            .map(|login| login.expires_at.unwrap().since(login.last_seen_at))
            .collect();
        assert!(ends.contains(&(400 * DAY + MINUTE)), "{ends:?}");
        assert!(ends.iter().all(|end| *end <= 3650 * DAY), "{ends:?}");
        site.clock.advance(DAY);
        assert_eq!(browsers.each_mut().map(who), ["Some(1)"; 2]);
    }
}

#[test]
fn entries_of_an_old_id_end_when_the_id_changes() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let others = [(); 5].map(|()| site.logged_in(1));
    drop(others);
    for (from, to) in [(1, 10), (10, 11), (11, 12)] {
        let changed = browser.post("/password", &format!("id={to}&password=first"));
        assert_eq!(changed.status, 200);
        assert_eq!(site.store.stored(&format!("User:{from}")), []);
        assert_eq!(site.store.stored(&format!("User:{to}")).len(), 1);
    }
    assert_eq!(who(&mut browser), "Some(12)");
}

/// The app changed the id elsewhere, so that the user of the session does not exist any more.
#[test]
fn the_entry_of_a_user_who_does_not_exist_any_more_ends_at_its_next_request() {
    let site = Site::new();
    let mut elsewhere = site.logged_in(1);
    site.users.change(1, 10, "second");
    assert_eq!(who(&mut elsewhere), "None");
    assert_eq!(site.store.stored("User:1"), []);
    assert_eq!(log_in(&mut elsewhere, 10).status, 200);
}

#[test]
fn all_logins_of_a_user_end_in_one_call_of_the_store() {
    let site = Site::new();
    let mut owner = site.logged_in(1);
    let others = [(); 20].map(|()| site.logged_in(1));
    let before = site.store.count_all();
    assert_eq!(owner.post("/end-others", "").status, 200);
    assert!(site.store.count_all() - before < 10);
    for mut other in others {
        assert_eq!(who(&mut other), "None");
    }
}

#[test]
fn thousands_of_logins_of_a_user_end_in_batches() {
    let store = TestLoginStore::new(MemoryLoginStore::new().max_per_user(5_000));
    let site = Site::on_store(store, |manager, store| {
        manager.active_logins(ActiveLogins::in_store(store))
    });
    let mut owner = site.logged_in(1);
    let own = site.store.stored("User:1").remove(0);
    block_on(async {
        for number in 0..2_500 {
            let id = format!("{number:021}A").parse().unwrap();
            let other = StoredLogin { id, ..own.clone() };
            site.store.begin(&other).await.unwrap();
        }
    });
    assert_eq!(owner.post("/end-others", "").status, 200);
    assert_eq!(logins(&mut owner).len(), 1);
    assert_eq!(site.store.largest_end(), 1_000);
}
