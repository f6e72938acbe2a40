//! Requests that overlap with one that ends logins: the slower request revives no login.

use std::{thread, time::Duration};

use crate::support::{
    Browser, Response,
    active_site::{Site, TEN_SECONDS, current, logins, who},
    block_on,
};

/// Sends a request of `slow` whose next operation `held` waits in the store until `meanwhile` has
/// returned.
fn held(
    site: &Site,
    held: &'static str,
    slow: &mut Browser,
    target: &str,
    meanwhile: impl FnOnce(),
) {
    let gate = site.store.hold(held);
    thread::scope(|scope| {
        let response = scope.spawn(|| -> Response {
            if target.starts_with("/end") {
                slow.post(target, "")
            } else {
                slow.get(target)
            }
        });
        gate.wait_until_reached();
        meanwhile();
        gate.open();
        assert_eq!(response.join().unwrap().status, 200);
    });
}

#[test]
fn an_in_flight_visit_does_not_revive_a_superseded_login() {
    for by_cookie in [false, true] {
        let site = Site::new();
        let mut owner = site.remembered(1);
        let mut thief = owner.clone();
        if by_cookie {
            thief.restart();
        }
        // The visit will be recorded.
        site.clock.advance(Duration::from_secs(600));
        held(&site, "touch", &mut thief, "/who", || {
            assert_eq!(owner.post("/end-others", "").status, 200);
        });
        site.clock.advance(TEN_SECONDS);
        assert_eq!(who(&mut thief), "None");
        thief.restart();
        assert_eq!(who(&mut thief), "None");
        assert_eq!(who(&mut owner), "Some(1)");
        assert_eq!(logins(&mut owner).len(), 1);
    }
}

#[test]
fn only_one_of_two_concurrent_requests_supersedes_a_login() {
    let site = Site::new();
    let mut owner = site.logged_in(1);
    let mut thief = owner.clone();
    for operation in ["begin", "touch"] {
        held(&site, operation, &mut thief, "/end-others", || {
            assert_eq!(owner.post("/end-others", "").status, 200);
        });
        assert_eq!(logins(&mut owner).len(), 1, "{operation}");
        assert!(current(&mut owner).is_current);
        site.clock.advance(TEN_SECONDS);
        assert_eq!(who(&mut thief), "None");
        assert_eq!(who(&mut owner), "Some(1)");
        thief = owner.clone();
    }
}

#[test]
fn no_superseded_login_survives_ending_all_logins() {
    for operation in ["begin", "touch"] {
        let site = Site::new();
        let mut thief = site.logged_in(1);
        held(&site, operation, &mut thief, "/end-others", || {
            block_on(site.manager.end_all_logins_of(&1)).unwrap();
        });
        assert_eq!(who(&mut thief), "None", "{operation}");
        assert_eq!(site.store.stored("User:1"), []);
    }
    // The other way round: the login is superseded after all logins have been listed.
    let site = Site::new();
    let mut thief = site.logged_in(1);
    let gate = site.store.hold("end");
    let manager = site.manager.clone();
    let ending = thread::spawn(move || block_on(manager.end_all_logins_of(&1)));
    gate.wait_until_reached();
    assert_eq!(thief.post("/end-others", "").status, 200);
    gate.open();
    ending.join().unwrap().unwrap();
    assert_eq!(who(&mut thief), "None");
}
