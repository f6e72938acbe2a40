//! Overlapping requests: one completion wins, and parallel guesses get no more tries.

use std::{thread, time::Duration};

use actix_login::{ActiveLogins, LoginEvent, store::MemoryLoginStore};

use super::site::{RIGHT, Site, on_each_store, send_code, who};
use crate::support::{Browser, Response, TestLoginStore, block_on};

/// Sends the same request from copies of a browser at once.
fn at_once(browser: &Browser, count: usize, send: fn(&mut Browser) -> Response) -> Vec<Response> {
    thread::scope(|scope| {
        let sent: Vec<_> = (0..count)
            .map(|_| {
                let mut copy = browser.clone();
                scope.spawn(move || send(&mut copy))
            })
            .collect();
        sent.into_iter().map(|sent| sent.join().unwrap()).collect()
    })
}

fn count(responses: &[Response], status: u16) -> usize {
    responses
        .iter()
        .filter(|response| response.status == status)
        .count()
}

fn slow_site() -> (Site, TestLoginStore) {
    let store = TestLoginStore::new(MemoryLoginStore::new());
    store.set_delay(Duration::from_millis(20));
    (Site::on(store.clone()), store)
}

#[test]
fn parallel_guesses_have_as_many_tries_as_one_after_the_other() {
    let guess = |site: Site| {
        let browser = site.pending(1);
        let responses = at_once(&browser, 40, |browser| send_code(browser, "wrong"));
        assert_eq!(site.checked(), 5);
        assert_eq!(site.count(LoginEvent::PendingLoginFailed), 5);
        assert_eq!(site.count(LoginEvent::TooManyAttempts), 1);
        assert_eq!(count(&responses, 200), 4);
        assert_eq!(send_code(&mut browser.clone(), RIGHT).status, 302);
    };
    on_each_store(guess);
    guess(slow_site().0);
}

#[test]
fn parallel_reports_of_wrong_codes_are_all_counted() {
    let (site, _) = slow_site();
    let browser = site.pending(1);
    let responses = at_once(&browser, 5, |browser| browser.post("/failed", ""));
    assert_eq!((count(&responses, 200), count(&responses, 429)), (4, 1));
}

#[test]
fn one_of_several_concurrent_completions_wins() {
    for send in [
        |browser: &mut Browser| browser.post("/complete", ""),
        |browser: &mut Browser| send_code(browser, RIGHT),
    ] {
        let complete = |site: Site| {
            let browser = site.pending(1);
            let responses = at_once(&browser, 5, send);
            assert_eq!(count(&responses, 200), 1, "{responses:?}");
            assert_eq!(site.count(LoginEvent::UserLoggedIn), 1);
            let logins = block_on(site.manager.active_logins_of(&1)).unwrap();
            assert_eq!(logins.len(), 1);
        };
        on_each_store(complete);
        complete(slow_site().0);
    }
}

#[test]
fn a_completion_after_the_last_wrong_code_is_refused() {
    let (site, store) = slow_site();
    let mut browser = site.pending(1);
    let mut late = browser.clone();
    for _ in 0..4 {
        browser.post("/failed", "");
    }
    // It has found its pending login, and is about to use it up.
    let gate = store.hold("replace_cookie");
    thread::scope(|scope| {
        let late = scope.spawn(|| {
            let response = late.post("/complete", "");
            (response.status, who(&mut late))
        });
        gate.wait_until_reached();
        // The last wrong code is counted, and the pending logins are not ended yet.
        let ending = store.hold("end");
        let last = scope.spawn(|| browser.post("/failed", "").status);
        ending.wait_until_reached();
        gate.open();
        assert_eq!(late.join().unwrap(), (429, "None None".to_owned()));
        ending.open();
        assert_eq!(last.join().unwrap(), 429);
    });
}

#[test]
fn no_begin_survives_the_last_wrong_code() {
    let store = TestLoginStore::new(MemoryLoginStore::new());
    let site = Site::with(store.clone(), |active: ActiveLogins| {
        active.pending_tries(1)
    });
    let mut browser = site.pending(1);
    let mut late = site.browser();
    // Its entry is not stored yet, and so not ended by the wrong code.
    let gate = store.hold("begin");
    thread::scope(|scope| {
        let late = scope.spawn(|| late.post("/login", "id=1").status);
        gate.wait_until_reached();
        assert_eq!(send_code(&mut browser, "wrong").status, 429);
        gate.open();
        assert_eq!(late.join().unwrap(), 429);
    });
    assert_eq!(store.stored(":pending:User:1"), []);
}
