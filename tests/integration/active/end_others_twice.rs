//! `end_other_logins` ends the others also at the store's bound, and after a call that failed.

use actix_login::{ActiveLogins, store::MemoryLoginStore};

use crate::support::{
    REMEMBER, TestLoginStore,
    active_site::{MINUTE, Site, TEN_SECONDS, log_in, logins, who},
};

fn bounded(max: usize) -> Site {
    let store = TestLoginStore::new(MemoryLoginStore::new().max_per_user(max));
    Site::on_store(store, |manager, store| {
        manager.active_logins(ActiveLogins::in_store(store))
    })
}

#[test]
fn ending_other_logins_at_the_stores_bound_keeps_the_oldest_login() {
    for max in [2, 3] {
        let site = bounded(max);
        let mut owner = site.remembered(1);
        let mut others: Vec<_> = (1..max)
            .map(|_| {
                site.clock.advance(MINUTE);
                site.remembered(1)
            })
            .collect();
        assert_eq!(owner.post("/end-others", "").status, 200);
        for other in &mut others {
            assert_eq!(who(other), "None", "{max}");
        }
        assert_eq!(who(&mut owner), "Some(1)", "{max}");
        owner.restart();
        assert_eq!(who(&mut owner), "Some(1)", "{max}");
    }
}

#[test]
fn ending_other_logins_works_with_one_login_per_user() {
    for site in [bounded(1), {
        let store = TestLoginStore::new(MemoryLoginStore::new().max_per_user(1).capacity(1));
        Site::on_store(store, |manager, store| {
            manager.active_logins(ActiveLogins::in_store(store))
        })
    }] {
        let mut owner = site.remembered(1);
        let mut copy = owner.clone();
        assert_eq!(owner.post("/end-others", "").status, 200);
        site.clock.advance(TEN_SECONDS);
        assert_eq!(who(&mut owner), "Some(1)");
        assert_eq!(who(&mut copy), "None");
        assert_eq!(logins(&mut owner).len(), 1);
    }
}

#[test]
fn ending_other_logins_in_a_full_store_adds_no_entry() {
    let store = TestLoginStore::new(MemoryLoginStore::new().capacity(2));
    let site = Site::on_store(store, |manager, store| {
        manager.active_logins(ActiveLogins::in_store(store))
    });
    let mut owner = site.logged_in(1);
    site.logged_in(2);
    for _ in 0..3 {
        assert_eq!(owner.post("/end-others", "").status, 200);
    }
    assert_eq!(site.store.stored("User:1").len(), 1);
    assert_eq!(who(&mut owner), "Some(1)");
}

#[test]
fn an_in_flight_request_survives_at_a_bound_of_one() {
    let site = bounded(1);
    let mut owner = site.logged_in(1);
    let mut in_flight = owner.clone();
    owner.post("/end-others", "");
    let response = in_flight.get("/who");
    assert_eq!(
        (&*response.body, response.set_cookies()),
        ("Some(1)", vec![])
    );
    assert_eq!(who(&mut owner), "Some(1)");
}

#[test]
fn a_call_that_could_not_end_the_others_is_an_error() {
    for operation in ["list", "end", "supersede"] {
        let site = Site::new();
        let mut owner = site.remembered(1);
        site.logged_in(1);
        site.store.fail(&[operation]);
        assert_eq!(owner.post("/end-others", "").status, 500, "{operation}");
        site.store.fail(&[]);
        assert_eq!(who(&mut owner), "Some(1)", "{operation}");
    }
}

/// Whatever failed, the browser sends the same request again, and the second response is true.
#[test]
fn a_repeated_call_ends_the_others_wherever_the_first_failed() {
    for operation in [
        "list",
        "end",
        "end_all",
        "find",
        "second find",
        "supersede",
        "touch",
    ] {
        let site = Site::new();
        let mut owner = site.remembered(1);
        let mut others = [site.remembered(1), site.logged_in(1)];
        site.store.fail(&[operation]);
        // The response is lost, or the browser repeats the request while it is in flight.
        owner.clone().post("/end-others", "");
        site.store.fail(&[]);
        assert_eq!(owner.post("/end-others", "").status, 200, "{operation}");
        for other in &mut others {
            assert_eq!(who(other), "None", "{operation}");
        }
        let left = site.store.stored("User:1");
        let left = left
            .iter()
            .filter(|login| Some(login.last_seen_at) < login.expires_at);
        assert_eq!(left.count(), 1, "{operation}");
    }
}

#[test]
fn a_repeated_call_after_a_lost_response_still_ends_a_newer_login() {
    let site = Site::new();
    let mut owner = site.logged_in(1);
    owner.clone().post("/end-others", "");
    let mut newer = site.logged_in(1);
    assert_eq!(owner.post("/end-others", "").status, 200);
    assert_eq!(who(&mut newer), "None");
}

#[test]
fn a_second_click_with_the_old_cookies_keeps_the_login_of_the_first() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut in_flight = [owner.clone(), owner.clone()];
    owner.post("/end-others", "");
    for request in &mut in_flight {
        assert_eq!(request.post("/end-others", "").status, 200);
    }
    site.clock.advance(TEN_SECONDS);
    assert_eq!(who(&mut owner), "Some(1)");
    owner.restart();
    assert_eq!(who(&mut owner), "Some(1)");
    assert!(owner.cookie(REMEMBER).is_some());
    assert_eq!(log_in(&mut owner, 1).status, 200);
}
