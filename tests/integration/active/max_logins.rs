//! `max_logins`: how many logins a user may have at a time.

use std::{thread, time::Duration};

use actix_login::{ActiveLogins, LoginManager, store::MemoryLoginStore};

use crate::support::{
    REMEMBER, SECRET, TestLoginStore,
    active_site::{self, MINUTE, Site, current, log_in, log_in_remembered, logins, who},
};

#[test]
fn exceeding_max_logins_ends_the_oldest_login() {
    let site = Site::with(|active| active.max_logins(2));
    let mut browsers = [(); 3].map(|()| {
        site.clock.advance(MINUTE);
        site.remembered(1)
    });
    let mut other_user = site.logged_in(2);
    assert_eq!(browsers.each_mut().map(who), ["None", "Some(1)", "Some(1)"]);
    assert_eq!(who(&mut other_user), "Some(2)");

    // A second login in the same browser adds no login.
    log_in_remembered(&mut browsers[2], 1);
    assert_eq!(browsers.each_mut().map(who), ["None", "Some(1)", "Some(1)"]);
}

#[test]
fn exceeding_max_logins_can_refuse_the_new_login() {
    let site = Site::with(|active| active.max_logins(1).refuse_new_logins(true));
    let mut first = site.remembered(1);
    let mut second = site.browser();
    let refused = log_in_remembered(&mut second, 1);
    assert_eq!((refused.status, refused.body.as_str()), (403, ""));
    assert_eq!(refused.set_cookies(), []);
    assert_eq!(who(&mut first), "Some(1)");
    assert_eq!(log_in(&mut first, 1).status, 200, "it has a login already");

    first.post("/logout", "");
    assert_eq!(log_in(&mut second, 1).status, 200);
}

/// How many of 20 concurrent logins of one user were accepted, and are valid afterwards.
fn at_once(site: &Site) -> (usize, usize) {
    site.store.set_delay(Duration::from_millis(20));
    let logins: Vec<_> = (0..20)
        .map(|_| {
            let mut browser = site.browser();
            thread::spawn(move || (log_in(&mut browser, 1).status, browser))
        })
        .collect();
    let logins: Vec<_> = logins.into_iter().map(|it| it.join().unwrap()).collect();
    let let_in = logins.iter().filter(|(status, _)| *status == 200).count();
    let in_afterwards = logins
        .into_iter()
        .filter_map(|(_, mut browser)| (who(&mut browser) == "Some(1)").then_some(()))
        .count();
    (let_in, in_afterwards)
}

#[test]
fn concurrent_logins_never_exceed_max_logins() {
    let site = Site::with(|active| active.max_logins(3));
    let (let_in, in_afterwards) = at_once(&site);
    assert_eq!(let_in, 20);
    assert!(in_afterwards <= 3, "{in_afterwards}");

    let site = Site::with(|active| active.max_logins(3).refuse_new_logins(true));
    let (let_in, in_afterwards) = at_once(&site);
    assert!(let_in <= 3, "{let_in}");
    assert_eq!(in_afterwards, let_in);
    assert_eq!(site.store.stored("User:1").len(), let_in);
    site.store.set_delay(Duration::ZERO);
    let mut browser = site.browser();
    assert_eq!(
        log_in(&mut browser, 1).status,
        if let_in < 3 { 200 } else { 403 }
    );
}

#[test]
fn the_newest_login_stays_even_if_all_started_in_the_same_second() {
    let site = Site::with(|active| active.max_logins(1));
    for _ in 0..20 {
        let mut newest = site.logged_in(1);
        assert_eq!(who(&mut newest), "Some(1)");
        assert_eq!(logins(&mut newest).len(), 1);
    }
}

#[test]
fn a_refused_login_ends_no_login_in_a_full_store() {
    let store = TestLoginStore::new(MemoryLoginStore::new().max_per_user(1));
    let site = Site::on_store(store, |manager, store| {
        let logins = ActiveLogins::in_store(store).max_logins(1);
        manager.active_logins(logins.refuse_new_logins(true))
    });
    let mut first = site.logged_in(1);
    assert_eq!(log_in(&mut site.browser(), 1).status, 403);
    assert_eq!(who(&mut first), "Some(1)");
}

#[test]
fn a_login_that_the_new_one_replaces_does_not_count_as_too_many() {
    let site = Site::with(|active| active.max_logins(2).refuse_new_logins(true));
    let remembered = site.remembered(1);
    let mut browser = site.logged_in(1);
    let ended = current(&mut browser).id;
    assert_eq!(browser.post("/end", &format!("id={ended}")).status, 200);
    let mut elsewhere = site.logged_in(1);
    // The login of its session has ended, and the login of its remember cookie ends with the new
    // login.
    browser.cookies.insert(
        REMEMBER.to_owned(),
        remembered.cookie(REMEMBER).unwrap().to_owned(),
    );
    assert_eq!(log_in(&mut browser, 1).status, 200);
    assert_eq!(who(&mut elsewhere), "Some(1)");
    assert_eq!(logins(&mut elsewhere).len(), 2);
}

#[test]
fn a_refused_login_keeps_the_user_who_is_logged_in() {
    let site = Site::with(|active| active.max_logins(1).refuse_new_logins(true));
    let _elsewhere = site.logged_in(1);
    let mut browser = site.remembered(2);
    assert_eq!(log_in(&mut browser, 1).status, 403);
    assert_eq!(who(&mut browser), "Some(2)");
    browser.restart();
    assert_eq!(who(&mut browser), "Some(2)");
}

#[test]
fn limits_that_mean_nothing_are_refused_at_build() {
    let in_memory = ActiveLogins::in_memory;
    for (active, setting) in [
        (in_memory().max_logins(0), "max_logins"),
        (in_memory().refuse_new_logins(true), "refuse_new_logins"),
    ] {
        let built = LoginManager::<active_site::User>::builder(SECRET)
            .user_loader(async |_: u64| None)
            .active_logins(active)
            .build();
        let error = built.unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{setting}`: ")), "{error}");
    }
}
