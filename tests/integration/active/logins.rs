//! Logins that the server knows of: seen, ended, limited, and worth nothing once they have ended.

use std::time::Duration;

use actix_login::{
    ActiveLogins, LoginEvent, LoginManager, RememberCookie, store::MemoryLoginStore,
};

use crate::support::{
    Browser, REMEMBER, SESSION,
    active_site::{
        MINUTE, Site, TEN_SECONDS, TestStore, User, Users, block_on, current, log_in,
        log_in_remembered, logins, who,
    },
};

#[test]
fn copies_of_the_session_cookie_are_worthless_after_logout() {
    let site = Site::new();
    let mut owner = site.logged_in(1);
    let mut thief = owner.clone();
    assert_eq!(who(&mut thief), "Some(1)");

    owner.post("/logout", "");
    let answer = thief.get("/who");
    assert_eq!(answer.body, "None");
    assert!(answer.set_cookie(SESSION).is_some(), "another session");
    assert_eq!(site.events.count(LoginEvent::LoginEnded), 1);
    assert_eq!(who(&mut owner), "None");

    let mut owner = site.logged_in(1);
    let mut thief = owner.clone();
    assert_eq!(owner.post("/purge-and-logout", "").status, 200);
    assert_eq!(who(&mut thief), "None");
}

#[test]
fn copies_of_the_remember_cookie_are_worthless_after_logout() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    thief.restart();

    owner.post("/logout", "");
    let answer = thief.get("/who");
    assert_eq!(answer.body, "None");
    assert!(answer.set_cookie(REMEMBER).unwrap().is_removal());
    assert!(answer.set_cookie(SESSION).is_none());
    assert_eq!(site.events.count(LoginEvent::RememberCookieRejected), 1);
}

#[test]
fn a_logout_with_the_remember_cookie_alone_ends_its_login() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    owner.restart();
    owner.post("/logout", "");
    assert_eq!(who(&mut thief), "None");
    assert_eq!(site.store.stored("User:1"), []);
}

#[test]
fn a_logout_ends_also_a_login_whose_remember_cookie_is_not_taken_any_more() {
    let site = Site::new();
    let [mut first, mut second] = [(); 2].map(|()| site.remembered(1));
    first.post("/password", "id=1&password=new");
    second.restart();
    second.post("/logout", "");
    assert_eq!(logins(&mut first).len(), 1);
}

#[test]
fn an_ended_login_takes_session_and_remember_cookie_of_its_browser_along() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    block_on(site.manager.end_all_logins_of(&1)).unwrap();
    let session = browser.cookie(SESSION).unwrap().to_owned();
    assert_eq!(who(&mut browser), "None");
    assert_ne!(browser.cookie(SESSION), Some(session.as_str()));
    assert_eq!(browser.cookie(REMEMBER), None);
    assert_eq!(browser.get("/record").body, "");
}

#[test]
fn each_of_three_browsers_sees_all_three_and_which_it_is() {
    let site = Site::new();
    let mut browsers = [(); 3].map(|()| {
        site.clock.advance(MINUTE);
        site.logged_in(1)
    });
    for (index, browser) in browsers.iter_mut().enumerate() {
        let lines = logins(browser);
        let current: Vec<bool> = lines.iter().map(|line| line.is_current).collect();
        let mut expected = vec![false; 3];
        expected[index] = true;
        assert_eq!(current, expected);
        assert!(lines.is_sorted_by_key(|line| line.started_at));
    }
}

#[test]
fn a_user_ends_one_of_the_own_logins() {
    let site = Site::new();
    let [mut first, mut second, mut third] = [(); 3].map(|()| site.logged_in(1));
    let ended = current(&mut second).id;
    assert_eq!(first.post("/end", &format!("id={ended}")).status, 200);
    assert_eq!(who(&mut second), "None");
    assert_eq!(who(&mut first), "Some(1)");
    assert_eq!(who(&mut third), "Some(1)");
    assert_eq!(logins(&mut first).len(), 2);
    let again = first.post("/end", &format!("id={ended}"));
    assert_eq!(again.status, 404, "it is ended already");
}

#[test]
fn a_login_id_comes_by_a_path_too_and_what_is_none_is_no_500() {
    let site = Site::new();
    let [mut first, mut second] = [(); 2].map(|()| site.logged_in(1));
    let id = current(&mut second).id;
    for bad in ["", "1", "AAAAAAAAAAAAAAAAAAAAA%22", &format!("{id}A")] {
        assert_eq!(
            first.post("/end", &format!("id={bad}")).status,
            400,
            "{bad}"
        );
        // As actix-web answers to any path that does not parse.
        assert_eq!(first.post(&format!("/end/{bad}"), "").status, 404, "{bad}");
    }
    assert_eq!(who(&mut second), "Some(1)");
    assert_eq!(first.post(&format!("/end/{id}"), "").status, 200);
    assert_eq!(who(&mut second), "None");
}

#[test]
fn ending_the_others_keeps_this_one() {
    let site = Site::new();
    let [mut first, mut second, mut third] = [(); 3].map(|()| site.remembered(1));
    let mut other_user = site.logged_in(2);
    third.restart();
    assert_eq!(first.post("/end-others", "").status, 200);
    assert_eq!(who(&mut second), "None");
    assert_eq!(who(&mut third), "None");
    assert_eq!(who(&mut first), "Some(1)");
    first.restart();
    assert_eq!(who(&mut first), "Some(1)");
    assert_eq!(who(&mut other_user), "Some(2)");
}

/// Whoever has a copy of the cookies is logged in elsewhere, though by the same login.
#[test]
fn ending_the_others_makes_copies_of_this_ones_cookies_worthless() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut by_session = owner.clone();
    by_session.cookies.remove(REMEMBER);
    let mut by_cookie = owner.clone();
    by_cookie.restart();
    // It has restored the login, so that its own cookie is the present one.
    let mut by_restored_session = by_cookie.clone();
    assert_eq!(who(&mut by_restored_session), "Some(1)");
    let before = current(&mut owner);

    assert_eq!(owner.post("/end-others", "").status, 200);

    site.clock.advance(TEN_SECONDS);
    for copy in [&mut by_session, &mut by_cookie, &mut by_restored_session] {
        assert_eq!(who(copy), "None");
    }
    let lines = logins(&mut owner);
    assert_eq!(lines.len(), 1);
    assert_ne!(lines[0].id, before.id);
    assert_eq!(
        (
            lines[0].started_at,
            &lines[0].user_agent,
            lines[0].remembered
        ),
        (before.started_at, &before.user_agent, true)
    );
    assert_eq!(owner.get("/fresh").body, "true");
    owner.restart();
    assert_eq!(who(&mut owner), "Some(1)");
}

/// A second click, or a page's request that comes in between, has the cookies from before.
#[test]
fn requests_under_way_while_the_others_are_ended_harm_nobody() {
    let site = Site::built(
        |active| active.touch_interval(Duration::ZERO),
        |manager| {
            let cookie = RememberCookie::new().secure(false);
            manager.remember_cookie(cookie.refresh_each_request(true))
        },
    );
    let mut owner = site.remembered(1);
    let mut elsewhere = site.remembered(1);
    let mut under_way = owner.clone();
    let mut under_way_by_cookie = owner.clone();
    under_way_by_cookie.restart();
    assert_eq!(owner.post("/end-others", "").status, 200);
    site.clock.advance(TEN_SECONDS / 2);
    for page in ["/who", "/public", "/logins"] {
        let answer = under_way.get(page);
        assert_eq!(
            (answer.status, answer.set_cookies()),
            (200, vec![]),
            "{page}"
        );
    }
    let again = under_way.post("/end-others", "");
    assert_eq!((again.status, again.set_cookies()), (200, vec![]));
    let by_cookie = under_way_by_cookie.get("/who");
    assert_eq!(by_cookie.body, "Some(1)");
    assert!(by_cookie.set_cookie(REMEMBER).is_none());
    assert_eq!(logins(&mut owner).len(), 1);

    // None of them has put its end off.
    site.clock.advance(TEN_SECONDS / 2);
    assert_eq!(who(&mut under_way), "None");
    assert_eq!(who(&mut under_way_by_cookie), "None");
    assert_eq!(who(&mut elsewhere), "None");
    assert_eq!(who(&mut owner), "Some(1)");
    owner.restart();
    assert_eq!(who(&mut owner), "Some(1)");
}

#[test]
fn a_login_over_one_that_goes_on_elsewhere_begins_anew_and_lasts() {
    let site = Site::new();
    for log_in_again in [log_in, log_in_remembered] {
        let mut owner = site.remembered(1);
        let mut under_way = owner.clone();
        let mut copy = owner.clone();
        owner.post("/end-others", "");

        assert_eq!(log_in_again(&mut under_way, 1).status, 200);
        site.clock.advance(TEN_SECONDS);
        assert_eq!(who(&mut under_way), "Some(1)");
        assert_eq!(who(&mut copy), "None");
        assert_eq!(who(&mut owner), "Some(1)");
        assert_eq!(logins(&mut owner).len(), 2);
        under_way.post("/logout", "");
        owner.post("/logout", "");
    }
}

#[test]
fn a_login_that_goes_on_under_another_id_can_not_be_ended_by_the_old_one() {
    let site = Site::new();
    let mut owner = site.logged_in(1);
    let before = current(&mut owner).id;
    owner.post("/end-others", "");
    for end in [format!("/end/{before}"), format!("/users/1/end/{before}")] {
        assert_eq!(owner.post(&end, "").status, 404, "{end}");
    }
    let now = current(&mut owner).id;
    assert_eq!(owner.post(&format!("/users/1/end/{now}"), "").status, 200);
    assert_eq!(who(&mut owner), "None");
}

#[test]
fn an_administrator_ends_also_what_is_under_way() {
    let site = Site::new();
    let mut owner = site.logged_in(1);
    let mut under_way = owner.clone();
    owner.post("/end-others", "");
    block_on(site.manager.end_all_logins_of(&1)).unwrap();
    assert_eq!(who(&mut under_way), "None");
    assert_eq!(who(&mut owner), "None");
}

#[test]
fn ending_the_others_with_a_session_that_can_not_be_seen_keeps_the_remember_cookies_login() {
    let site = Site::new();
    let remembered = site.remembered(1);
    let mut elsewhere = site.logged_in(1);
    let mut browser = site.browser();
    let request = browser.request("POST", "/end-others");
    let cookies = beside_no_text(&remembered);
    assert_eq!(request.header("Cookie", cookies).send().status, 200);
    assert_eq!(who(&mut elsewhere), "None");
    assert_eq!(who(&mut browser), "Some(1)");
}

#[test]
fn a_user_with_a_session_that_can_not_be_seen_is_remembered_by_the_cookie() {
    let site = Site::new();
    let cookies = beside_no_text(&site.remembered(1));
    let mut browser = site.browser();
    let request = browser.request("GET", "/remembered");
    assert_eq!(request.header("Cookie", cookies).send().body, "true");
}

/// The remember cookie, and one for which actix-session sees no session.
fn beside_no_text(browser: &Browser) -> Vec<u8> {
    let cookie = browser.cookie(REMEMBER).unwrap();
    [format!("{REMEMBER}={cookie}; other=").as_bytes(), b"\xff"].concat()
}

#[test]
fn a_busy_visitor_stays_after_ending_the_others() {
    let site = Site::built(
        |active| active.touch_interval(60 * MINUTE),
        |manager| manager.visit_deadline(30 * MINUTE),
    );
    let mut browser = site.logged_in(1);
    for minute in 1..=120 {
        site.clock.advance(MINUTE);
        assert_eq!(who(&mut browser), "Some(1)", "{minute}");
        if minute == 50 {
            browser.post("/end-others", "");
        }
    }
}

#[test]
fn ending_the_others_takes_no_remember_cookie_of_another_login_over() {
    let site = Site::new();
    let other = site.remembered(1);
    let mut browser = site.logged_in(1);
    let cookie = other.cookie(REMEMBER).unwrap().to_owned();
    browser.cookies.insert(REMEMBER.to_owned(), cookie);
    assert_eq!(browser.post("/end-others", "").status, 200);
    assert!(!current(&mut browser).remembered);
    browser.restart();
    assert_eq!(who(&mut browser), "None");
}

#[test]
fn ending_the_others_moves_the_remember_cookie_to_the_newest_key() {
    const OLD: [u8; 64] = [1; 64];
    let store = TestStore::new(MemoryLoginStore::new());
    let before = Site::on_store(store.clone(), |_, store| {
        let users = Users::new();
        LoginManager::<User>::builder(OLD)
            .user_loader(async move |id: u64| users.get(id))
            .remember_cookie(RememberCookie::new().secure(false))
            .active_logins(ActiveLogins::in_store(store))
    });
    let with_both = Site::on_store(store.clone(), |manager, store| {
        let logins = ActiveLogins::in_store(store);
        manager.previous_keys([OLD]).active_logins(logins)
    });
    let with_newest = Site::on_store(store, |manager, store| {
        manager.active_logins(ActiveLogins::in_store(store))
    });

    let mut browser = with_both.browser();
    browser.cookies = before.remembered(1).cookies;
    assert_eq!(browser.post("/end-others", "").status, 200);
    let mut returning = with_newest.browser();
    returning.cookies = browser.cookies;
    returning.restart();
    assert_eq!(who(&mut returning), "Some(1)");
}

#[test]
fn ending_the_others_makes_nobody_remembered_who_was_not() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let answer = browser.post("/end-others", "");
    assert!(answer.set_cookie(REMEMBER).is_none());
    assert!(!current(&mut browser).remembered);
}

#[test]
fn ending_the_others_in_the_request_that_restores_a_login_keeps_it() {
    let site = Site::new();
    let [mut first, mut second] = [(); 2].map(|()| site.remembered(1));
    first.restart();
    assert_eq!(first.post("/end-others", "").status, 200);
    assert_eq!(who(&mut first), "Some(1)");
    assert_eq!(who(&mut second), "None");
}

#[test]
fn an_administrator_lists_and_ends_all_logins_without_a_request() {
    let site = Site::new();
    let [mut first, mut second, mut third] = [(); 3].map(|()| site.remembered(1));
    let mut other_user = site.logged_in(2);
    third.restart();
    let listed = block_on(site.manager.active_logins_of(&1)).unwrap();
    assert_eq!(listed.len(), 3);
    assert!(listed.iter().all(|login| !login.is_current));

    block_on(site.manager.end_all_logins_of(&1)).unwrap();
    for browser in [&mut first, &mut second, &mut third] {
        assert_eq!(who(browser), "None");
    }
    assert_eq!(block_on(site.manager.active_logins_of(&1)).unwrap(), []);
    assert_eq!(who(&mut other_user), "Some(2)");
}

#[test]
fn an_administrator_ends_one_login_of_a_user() {
    let site = Site::new();
    let [mut first, mut second] = [(); 2].map(|()| site.remembered(1));
    let mut administrator = site.logged_in(2);
    let target = format!("/users/1/end/{}", current(&mut second).id);
    assert_eq!(administrator.post(&target, "").status, 200);
    assert_eq!(who(&mut second), "None");
    assert_eq!(who(&mut first), "Some(1)");
    assert_eq!(who(&mut administrator), "Some(2)");
    let again = administrator.post(&target, "");
    assert_eq!((again.status, again.body.as_str()), (404, ""));
}

#[test]
fn an_administrator_ends_no_login_of_a_user_whose_it_is_not() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let mut administrator = site.logged_in(2);
    let id = current(&mut browser).id;
    for user in [2, 11] {
        let refused = administrator.post(&format!("/users/{user}/end/{id}"), "");
        assert_eq!((refused.status, refused.body.as_str()), (404, ""));
    }
    assert_eq!(who(&mut browser), "Some(1)");
}

#[test]
fn another_users_login_can_not_be_ended_and_is_not_told_from_none() {
    let site = Site::new();
    let mut victim = site.logged_in(1);
    let mut other = site.logged_in(2);
    let id = current(&mut victim).id;
    let refused = other.post("/end", &format!("id={id}"));
    let nobodys = other.post("/end", "id=AAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!((refused.status, refused.body.as_str()), (404, ""));
    assert_eq!((nobodys.status, nobodys.body.as_str()), (404, ""));
    assert_eq!(who(&mut victim), "Some(1)");
    assert_eq!(who(&mut other), "Some(2)");
}

#[test]
fn who_is_not_logged_in_neither_sees_nor_ends_logins() {
    let site = Site::new();
    let id = current(&mut site.logged_in(1)).id;
    let mut stranger = site.browser();
    assert_eq!(stranger.get("/logins").status, 401);
    assert_eq!(stranger.post("/end", &format!("id={id}")).status, 401);
    assert_eq!(stranger.post("/end-others", "").status, 401);
    assert_eq!(site.store.stored("User:1").len(), 1);
}

#[test]
fn logging_in_again_goes_on_with_the_entry_and_the_remember_cookie() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let before = current(&mut browser).id;
    let answer = log_in(&mut browser, 1);
    assert!(answer.set_cookie(REMEMBER).is_none());
    assert_eq!(logins(&mut browser).len(), 1);
    assert_eq!(current(&mut browser).id, before);

    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(current(&mut browser).id, before);
}

#[test]
fn logging_in_again_by_the_remember_cookie_alone_goes_on_with_the_entry() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let before = current(&mut browser).id;
    browser.restart();
    log_in(&mut browser, 1);
    assert_eq!(current(&mut browser).id, before);
    assert_eq!(logins(&mut browser).len(), 1);
}

#[test]
fn to_be_remembered_at_a_second_login_replaces_the_cookie_of_the_first() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let mut thief = browser.clone();
    thief.restart();
    log_in_remembered(&mut browser, 1);
    assert_eq!(logins(&mut browser).len(), 1);
    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(who(&mut browser), "Some(1)");
    site.clock.advance(10 * MINUTE);
    assert_eq!(who(&mut thief), "None");
}

#[test]
fn another_users_login_in_the_same_browser_ends_the_first_ones() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let mut copy = browser.clone();
    log_in(&mut browser, 2);
    assert_eq!(who(&mut browser), "Some(2)");
    assert_eq!(who(&mut copy), "None");
    assert_eq!(site.store.stored("User:1"), []);
}

#[test]
fn another_users_login_ends_also_one_that_only_a_remember_cookie_is_left_of() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    browser.restart();
    let mut copy = browser.clone();
    let answer = log_in(&mut browser, 2);
    assert!(answer.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(who(&mut copy), "None");
    assert_eq!(site.store.stored("User:1"), []);
}

#[test]
fn a_login_that_takes_the_place_of_an_ended_one_drops_its_remember_cookie() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    block_on(site.manager.end_all_logins_of(&1)).unwrap();
    let answer = log_in(&mut browser, 1);
    assert!(answer.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(browser.get("/remembered").body, "false");
}

#[test]
fn a_stale_copy_of_the_session_does_not_end_the_login_that_went_on() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut copy = owner.clone();
    assert_eq!(owner.post("/password", "id=1&password=new").status, 200);
    assert_eq!(who(&mut copy), "None");
    assert_eq!(who(&mut owner), "Some(1)");
    owner.restart();
    assert_eq!(who(&mut owner), "Some(1)");
}
