//! A page that asks for a pending user and does not need one.

use actix_login::{ActiveLogins, LoginEvent, store::MemoryLoginStore};

use super::site::Site;
use crate::support::TestLoginStore;

#[test]
fn an_optional_pending_user_is_the_one_whose_code_is_due() {
    let site = Site::new();
    let mut browser = site.pending(1);
    assert_eq!(browser.get("/optional-code").body, "Some(1)");
}

#[test]
fn an_optional_pending_user_of_a_stranger_leaves_no_trace() {
    let site = Site::built(|builder| {
        let builder = builder.use_session_for_next(true);
        builder.active_logins(ActiveLogins::in_memory())
    });
    let mut browser = site.browser();

    let page = browser.get("/optional-code");

    assert_eq!((page.status, &*page.body), (200, "None"));
    assert_eq!(page.headers("set-cookie").count(), 0);
    assert_eq!(site.count(LoginEvent::UserUnauthorized), 0);
    assert_eq!(browser.get("/code").status, 302);
    assert_eq!(site.count(LoginEvent::UserUnauthorized), 1);
}

#[test]
fn a_failed_store_stays_a_500_if_the_pending_user_is_optional() {
    let store = TestLoginStore::new(MemoryLoginStore::new());
    let site = Site::on(store.clone());
    let mut browser = site.pending(1);

    store.fail(&["find"]);
    let failed = browser.get("/optional-code");
    store.fail(&[]);

    assert_eq!((failed.status, &*failed.body), (500, ""));
    assert_eq!(browser.get("/optional-code").body, "Some(1)");
}
