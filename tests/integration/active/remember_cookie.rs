//! The remember cookie's secret is replaced at each restoration, and a copy of it is found out.

use std::{thread, time::Duration};

use actix_login::{LoginEvent, RememberCookie};

use crate::support::{
    Browser, REMEMBER,
    active_site::{MINUTE, Site, current, log_in, log_in_remembered, logins, who},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const SECOND: Duration = Duration::from_secs(1);

/// A browser that was closed and opened again after its user had asked to be remembered.
fn restarted(site: &Site) -> Browser {
    let mut browser = site.remembered(1);
    browser.restart();
    browser
}

#[test]
fn each_restoration_replaces_the_secret() {
    let site = Site::new();
    let mut browser = restarted(&site);
    let mut seen = vec![browser.cookie(REMEMBER).unwrap().to_owned()];
    for _ in 0..3 {
        site.clock.advance(DAY);
        let answer = browser.get("/who");
        assert_eq!(answer.body, "Some(1)");
        let cookie = answer.set_cookie(REMEMBER).unwrap();
        assert!(!seen.contains(&cookie.value));
        seen.push(cookie.value);
        assert!(browser.get("/who").set_cookie(REMEMBER).is_none());
        browser.restart();
    }
    assert_eq!(logins(&mut browser).len(), 1);
}

#[test]
fn ten_requests_at_once_after_a_restart_are_all_in_and_one_of_them_brings_the_successor() {
    let site = Site::new();
    let mut browser = restarted(&site);
    site.store.set_delay(Duration::from_millis(30));
    let tabs: Vec<_> = (0..10)
        .map(|_| {
            let mut tab = browser.clone();
            thread::spawn(move || tab.get("/who"))
        })
        .collect();
    let answers: Vec<_> = tabs.into_iter().map(|tab| tab.join().unwrap()).collect();
    site.store.set_delay(Duration::ZERO);
    assert!(answers.iter().all(|answer| answer.body == "Some(1)"));
    let successors: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer.set_cookie(REMEMBER))
        .collect();
    assert_eq!(successors.len(), 1);
    assert_eq!(site.store.count("replace_cookie"), 10, "all at once");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);

    // The browser has one jar, so one session is left and the one successor.
    for cookie in answers.iter().flat_map(|answer| answer.set_cookies()) {
        browser.cookies.insert(cookie.name, cookie.value);
    }
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(logins(&mut browser).len(), 1);
    site.clock.advance(10 * MINUTE);
    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
}

#[test]
fn a_copy_used_ten_minutes_later_ends_the_login() {
    let site = Site::new();
    let mut owner = restarted(&site);
    let mut thief = owner.clone();
    assert_eq!(who(&mut owner), "Some(1)");
    assert_eq!(who(&mut owner), "Some(1)");
    site.clock.advance(10 * MINUTE);

    let answer = thief.get("/who");
    assert_eq!(answer.body, "None");
    assert!(answer.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(who(&mut owner), "None");
    assert_eq!(owner.cookie(REMEMBER), None);
    assert_eq!(site.store.stored("User:1"), []);
}

#[test]
fn a_thief_who_was_faster_is_found_out_by_the_owner() {
    let site = Site::new();
    let mut owner = restarted(&site);
    let mut thief = owner.clone();
    assert_eq!(who(&mut thief), "Some(1)");
    assert_eq!(who(&mut thief), "Some(1)");
    site.clock.advance(10 * MINUTE);
    assert_eq!(who(&mut owner), "None");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(who(&mut thief), "None");
    thief.restart();
    assert_eq!(who(&mut thief), "None");
}

/// The owner need not close the browser for it.
#[test]
fn a_thief_is_found_out_by_the_owner_whose_session_goes_on() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    thief.restart();
    assert_eq!(who(&mut thief), "Some(1)");
    assert_eq!(who(&mut thief), "Some(1)");
    assert_eq!(who(&mut owner), "Some(1)", "in the grace");

    site.clock.advance(10 * MINUTE);
    let answer = owner.get("/who");
    assert_eq!(answer.body, "None");
    assert!(answer.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(site.events.count(LoginEvent::LoginEnded), 1);
    assert_eq!(site.events.count(LoginEvent::RememberCookieRejected), 0);
    assert_eq!(who(&mut thief), "None");
    thief.restart();
    assert_eq!(who(&mut thief), "None");
}

#[test]
fn a_busy_thief_is_found_out_too() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    thief.restart();
    who(&mut thief);
    for _ in 0..10 {
        site.clock.advance(Duration::from_secs(50));
        who(&mut thief);
        who(&mut owner);
    }
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(who(&mut owner), "None");
    assert_eq!(who(&mut thief), "None");
}

/// Each login with `remember` replaces the cookie.
#[test]
fn beside_a_session_a_cookie_whose_successors_were_lost_is_no_theft() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    for _ in 0..3 {
        log_in_remembered(&mut browser.clone(), 1);
    }
    site.clock.advance(10 * MINUTE);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}

#[test]
fn beside_a_session_the_cookie_of_another_login_is_no_copy() {
    let site = Site::new();
    let mut browser = restarted(&site);
    // Its cookie has been replaced twice.
    who(&mut browser);
    browser.restart();
    who(&mut browser);
    who(&mut browser);
    let other = site.remembered(1);
    let cookie = other.cookie(REMEMBER).unwrap().to_owned();
    browser.cookies.insert(REMEMBER.to_owned(), cookie);
    site.clock.advance(10 * MINUTE);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}

/// The answer that brought a successor may be lost while the session goes on.
#[test]
fn beside_a_session_an_old_cookie_whose_successor_was_never_seen_is_no_theft() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let mut lost = browser.clone();
    lost.restart();
    who(&mut lost);
    site.clock.advance(10 * MINUTE);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}

/// It restores the login once in each of the owner's restarts, and never shows what it got for it.
#[test]
fn a_thief_who_hides_the_successor_is_found_out() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    for _ in 0..2 {
        site.clock.advance(DAY);
        thief.restart();
        who(&mut thief);
        let hidden = thief.cookies.remove(REMEMBER);
        site.clock.advance(DAY);
        owner.restart();
        who(&mut owner);
        who(&mut owner);
        thief
            .cookies
            .extend(hidden.map(|it| (REMEMBER.to_owned(), it)));
    }
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(who(&mut owner), "None");
    assert_eq!(who(&mut thief), "None");
}

#[test]
fn answers_that_are_lost_one_after_the_other_are_no_theft() {
    let site = Site::new();
    let mut browser = restarted(&site);
    let mut lost = Vec::new();
    for _ in 0..5 {
        site.clock.advance(DAY);
        let mut answered = browser.clone();
        assert_eq!(who(&mut answered), "Some(1)");
        lost.push(answered);
    }
    site.clock.advance(DAY);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);

    // Once the present one has come back, none of them is taken any more.
    site.clock.advance(DAY);
    let mut late = lost.swap_remove(3);
    late.restart();
    assert_eq!(who(&mut late), "None");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
}

/// It comes back although it was given up for lost, so the older one is a copy.
#[test]
fn of_a_cookie_and_a_later_one_that_was_lost_one_is_left() {
    let site = Site::new();
    let mut one = restarted(&site);
    let mut other = one.clone();
    who(&mut other);
    other.restart();
    site.clock.advance(DAY);
    who(&mut one.clone());
    site.clock.advance(DAY);
    assert_eq!(who(&mut other), "Some(1)");
    assert_eq!(who(&mut one), "None");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
}

#[test]
fn a_login_with_a_cookie_that_was_replaced_long_ago_finds_the_thief_out() {
    for restarts in [true, false] {
        let site = Site::new();
        let mut owner = site.remembered(1);
        let mut thief = owner.clone();
        thief.restart();
        who(&mut thief);
        who(&mut thief);
        if restarts {
            owner.restart();
        }
        site.clock.advance(10 * MINUTE);

        let answer = log_in(&mut owner, 1);
        assert!(answer.set_cookie(REMEMBER).unwrap().is_removal());
        assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
        assert_eq!(who(&mut thief), "None");
        thief.restart();
        assert_eq!(who(&mut thief), "None");
        assert_eq!(who(&mut owner), "Some(1)");
        assert_eq!(logins(&mut owner).len(), 1);
    }
}

#[test]
fn also_a_login_that_fails_then_finds_the_thief_out() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    thief.restart();
    who(&mut thief);
    who(&mut thief);
    site.clock.advance(10 * MINUTE);
    site.store.fail(&["begin"]);
    assert_eq!(log_in(&mut owner, 1).status, 500);
    site.store.fail(&[]);
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(who(&mut thief), "None");
}

#[test]
fn in_the_grace_a_login_goes_on_and_brings_no_replaced_cookie_back() {
    let site = refreshing();
    let mut owner = restarted(&site);
    let mut tab = owner.clone();
    who(&mut owner);
    let id = current(&mut owner).id;
    let answer = tab.post("/ask-and-login", "id=1");
    assert_eq!((answer.status, answer.set_cookie(REMEMBER)), (200, None));
    assert_eq!(current(&mut tab).id, id);
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}

#[test]
fn other_logins_of_the_user_stay_when_one_is_ended_by_a_reuse() {
    let site = Site::new();
    let mut elsewhere = site.remembered(1);
    let mut owner = restarted(&site);
    let mut thief = owner.clone();
    who(&mut owner);
    who(&mut owner);
    site.clock.advance(10 * MINUTE);
    who(&mut thief);
    assert_eq!(who(&mut elsewhere), "Some(1)");
    assert_eq!(logins(&mut elsewhere).len(), 1);
}

#[test]
fn while_the_successor_has_not_been_seen_the_old_cookie_works() {
    let site = Site::new();
    let mut browser = restarted(&site);
    // The answer is lost on the way.
    browser.clone().get("/who");
    site.clock.advance(3 * DAY);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
    assert_eq!(logins(&mut browser).len(), 1);
}

#[test]
fn in_the_grace_the_old_cookie_is_taken_and_none_is_set() {
    let site = Site::new();
    let mut owner = restarted(&site);
    let mut tab = owner.clone();
    who(&mut owner);
    who(&mut owner);
    site.clock.advance(MINUTE - SECOND);
    let answer = tab.get("/who");
    assert_eq!(answer.body, "Some(1)");
    assert!(answer.set_cookie(REMEMBER).is_none());
}

#[test]
fn the_grace_ends_at_its_end() {
    let site = Site::new();
    let mut owner = restarted(&site);
    let mut copy = owner.clone();
    who(&mut owner);
    site.clock.advance(DAY);
    // Only now does the successor come back: the grace begins here.
    who(&mut owner);
    site.clock.advance(MINUTE);
    assert_eq!(who(&mut copy), "None");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
}

#[test]
fn how_long_the_grace_is_is_a_setting() {
    let site = Site::with(|active| active.cookie_grace(10 * SECOND));
    let mut owner = restarted(&site);
    let mut copies = [owner.clone(), owner.clone()];
    who(&mut owner);
    who(&mut owner);
    site.clock.advance(9 * SECOND);
    assert_eq!(who(&mut copies[0]), "Some(1)");
    site.clock.advance(SECOND);
    assert_eq!(who(&mut copies[1]), "None");
}

#[test]
fn a_cookie_older_than_the_one_before_is_a_copy_at_once() {
    // The second brings the one before back beside the session.
    for visits in [1, 2] {
        let site = Site::new();
        let mut owner = restarted(&site);
        let mut thief = owner.clone();
        for _ in 0..visits {
            who(&mut owner);
        }
        owner.restart();
        who(&mut owner);
        assert_eq!(who(&mut thief), "None");
        assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
        assert_eq!(who(&mut owner), "None");
    }
}

#[test]
fn a_successor_that_restores_a_login_itself_counts_as_seen() {
    let site = Site::new();
    let mut owner = restarted(&site);
    who(&mut owner);
    owner.restart();
    let mut tab = owner.clone();
    assert_eq!(who(&mut owner), "Some(1)");
    assert_eq!(who(&mut tab), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}

#[test]
fn logging_in_in_the_request_that_restored_the_login_brings_the_successor_too() {
    let site = Site::new();
    let mut browser = restarted(&site);
    let answer = browser.post("/ask-and-login", "id=1");
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .set_cookie(REMEMBER)
            .is_some_and(|cookie| !cookie.is_removal())
    );
    assert_eq!(logins(&mut browser).len(), 1);
    browser.restart();
    assert!(browser.get("/who").set_cookie(REMEMBER).is_some());
}

#[test]
fn changing_the_password_in_the_request_that_restored_the_login_brings_the_successor_too() {
    let site = Site::new();
    let mut browser = restarted(&site);
    assert_eq!(browser.post("/password", "id=1&password=new").status, 200);
    assert_eq!(who(&mut browser), "Some(1)");
    browser.restart();
    let answer = browser.get("/who");
    assert_eq!(answer.body, "Some(1)");
    assert!(answer.set_cookie(REMEMBER).is_some());
}

/// The request's own cookie has been replaced by the other tab's, and must not come back: seen after
/// the grace, it would be taken for a thief's.
#[test]
fn changing_the_password_in_the_grace_brings_the_present_cookie() {
    let site = Site::new();
    let mut tab = restarted(&site);
    let mut other_tab = tab.clone();
    who(&mut other_tab);
    who(&mut other_tab);
    let changed = tab.post("/password", "id=1&password=second");
    assert_eq!(changed.status, 200, "{}", changed.body);
    site.clock.advance(10 * MINUTE);
    tab.restart();
    assert_eq!(who(&mut tab), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}

#[test]
fn a_forged_generation_is_no_cookie() {
    let site = Site::new();
    let mut browser = restarted(&site);
    let token = browser.cookie(REMEMBER).unwrap();
    let mut fields: Vec<&str> = token.split('.').collect();
    fields[6] = "1";
    let forged = fields.join(".");
    browser.cookies.insert(REMEMBER.to_owned(), forged);
    assert_eq!(who(&mut browser), "None");
    assert_eq!(site.store.count("find"), 0);
}

/// A site whose cookie is put off at each request, and lasts 60 days.
fn refreshing() -> Site {
    let cookie = RememberCookie::new()
        .secure(false)
        .duration(60 * DAY)
        .refresh_each_request(true);
    Site::built(|active| active, |manager| manager.remember_cookie(cookie))
}

#[test]
fn a_refresh_brings_no_replaced_cookie_back() {
    let site = refreshing();
    let mut owner = restarted(&site);
    let old = owner.cookie(REMEMBER).unwrap().to_owned();
    // Sent with the old cookie, answered after the successor: a tab and a public page.
    let mut tab = owner.clone();
    let mut public = owner.clone();
    let mut failed = owner.clone();
    assert_eq!(who(&mut owner), "Some(1)");
    assert_ne!(owner.cookie(REMEMBER), Some(old.as_str()));
    site.clock.advance(SECOND);
    assert!(tab.get("/who").set_cookie(REMEMBER).is_none());
    assert!(tab.get("/who").set_cookie(REMEMBER).is_none(), "by session");
    assert!(public.get("/public").set_cookie(REMEMBER).is_none());
    site.store.fail(&["*"]);
    assert!(failed.get("/who").set_cookie(REMEMBER).is_none());
    site.store.fail(&[]);

    // The present one is refreshed as ever.
    site.clock.advance(DAY);
    let answer = owner.get("/who");
    let life = answer.set_cookie(REMEMBER).unwrap().max_age();
    assert_eq!(life, Some((60 * DAY).as_secs()));
}

#[test]
fn an_entry_lasts_as_long_as_its_refreshed_cookie() {
    let site = refreshing();
    let mut browser = restarted(&site);
    for _ in 0..4 {
        // One page a visit.
        site.clock.advance(50 * DAY);
        browser.restart();
        assert_eq!(who(&mut browser), "Some(1)");
    }
    browser = site.remembered(2);
    for _ in 0..4 {
        site.clock.advance(20 * DAY);
        assert_eq!(log_in(&mut browser, 2).status, 200);
    }
    let line = current(&mut browser);
    assert_eq!(who(&mut browser), "Some(2)");
    assert!(line.expires_at > Some(line.last_seen_at));
    site.clock.advance(50 * DAY);
    browser.restart();
    assert_eq!(who(&mut browser), "Some(2)");
}

#[test]
fn a_cookie_whose_login_has_ended_does_not_count_as_remembered() {
    let site = Site::new();
    let mut ended = site.remembered(1);
    let cookie = ended.cookie(REMEMBER).unwrap().to_owned();
    let mut browser = site.logged_in(1);
    browser.cookies.insert(REMEMBER.to_owned(), cookie);
    ended.post("/logout", "");
    assert_eq!(browser.get("/remembered").body, "false");

    let mut remembered = site.remembered(1);
    assert_eq!(remembered.get("/remembered").body, "true");
    remembered.restart();
    assert_eq!(remembered.get("/remembered").body, "true", "restored by it");
    assert_eq!(remembered.get("/remembered").body, "true");
}
