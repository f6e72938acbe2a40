//! An administrator lists and ends the logins of other users.

use crate::support::{
    active_site::{Site, current, who},
    block_on,
};

#[test]
fn an_administrator_also_ends_in_flight_requests_of_superseded_logins() {
    let site = Site::new();
    let mut owner = site.logged_in(1);
    let mut in_flight = owner.clone();
    owner.post("/end-others", "");
    block_on(site.manager.end_all_logins_of(&1)).unwrap();
    assert_eq!(who(&mut in_flight), "None");
    assert_eq!(who(&mut owner), "None");
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
fn an_administrator_cannot_end_a_login_under_another_users_id() {
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
