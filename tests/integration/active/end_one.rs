//! A user lists their own logins and ends one of them.

use crate::support::{
    REMEMBER, SESSION,
    active_site::{MINUTE, Site, current, logins, who},
    block_on,
};

#[test]
fn an_ended_login_removes_its_session_and_remember_cookie() {
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
fn each_browser_sees_all_logins_and_which_one_is_current() {
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
fn a_user_ends_one_of_their_own_logins() {
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
fn a_login_id_may_come_in_a_path_and_an_invalid_one_is_no_500() {
    let site = Site::new();
    let [mut first, mut second] = [(); 2].map(|()| site.logged_in(1));
    let id = current(&mut second).id;
    for bad in ["", "1", "AAAAAAAAAAAAAAAAAAAAA%22", &format!("{id}A")] {
        assert_eq!(
            first.post("/end", &format!("id={bad}")).status,
            400,
            "{bad}"
        );
        // actix-web's response to any path that does not parse.
        assert_eq!(first.post(&format!("/end/{bad}"), "").status, 404, "{bad}");
    }
    assert_eq!(who(&mut second), "Some(1)");
    assert_eq!(first.post(&format!("/end/{id}"), "").status, 200);
    assert_eq!(who(&mut second), "None");
}

#[test]
fn another_users_login_looks_like_a_missing_one_and_cannot_be_ended() {
    let site = Site::new();
    let mut victim = site.logged_in(1);
    let mut other = site.logged_in(2);
    let id = current(&mut victim).id;
    let refused = other.post("/end", &format!("id={id}"));
    let missing = other.post("/end", "id=AAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!((refused.status, refused.body.as_str()), (404, ""));
    assert_eq!((missing.status, missing.body.as_str()), (404, ""));
    assert_eq!(who(&mut victim), "Some(1)");
    assert_eq!(who(&mut other), "Some(2)");
}

#[test]
fn an_anonymous_visitor_can_neither_list_nor_end_logins() {
    let site = Site::new();
    let id = current(&mut site.logged_in(1)).id;
    let mut stranger = site.browser();
    assert_eq!(stranger.get("/logins").status, 401);
    assert_eq!(stranger.post("/end", &format!("id={id}")).status, 401);
    assert_eq!(stranger.post("/end-others", "").status, 401);
    assert_eq!(site.store.stored("User:1").len(), 1);
}

#[test]
fn the_superseded_login_ends_with_the_one_that_has_taken_its_place() {
    let site = Site::new();
    let mut owner = site.logged_in(1);
    let mut copy = owner.clone();
    owner.post("/end-others", "");
    let id = current(&mut owner).id;
    assert_eq!(owner.post("/end", &format!("id={id}")).status, 200);
    assert_eq!(who(&mut copy), "None");
}
