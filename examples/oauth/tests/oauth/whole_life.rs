//! What the example is for, from the first login to the end of the account.

use crate::app::{ANN, App, BEN};

#[test]
fn the_first_login_makes_an_account_and_the_second_finds_it() {
    let app = App::start();
    let mut visitor = app.logged_in(ANN);
    let page = visitor.app.get("/account");
    assert!(page.body.contains("Ann") && page.body.contains("ann@people.example"));
    let goodbye = visitor.app.post("/logout", &[]);
    assert_eq!(goodbye.location(), Some("/"));
    assert!(!visitor.is_logged_in());

    assert_eq!(visitor.log_in(ANN).location(), Some("/account"));
    app.logged_in(ANN);
    assert_eq!(app.users(), 1);
    app.logged_in(BEN);
    assert_eq!(app.users(), 2);
}

#[test]
fn the_login_leads_to_the_page_that_was_refused() {
    let app = App::start();
    let mut visitor = app.visitor();
    let refused = visitor.app.get("/account/delete?from=mail");
    let page = visitor.app.follow(&refused);
    assert!(page.body.contains("Please log in"), "{page:?}");
    let begin = link(&page.body, "/login/begin");
    let answer = visitor.answer(&begin, ANN);
    let redirect = visitor.app.get(&answer);
    assert_eq!(redirect.location(), Some("/account/delete?from=mail"));
    assert_eq!(visitor.app.follow(&redirect).status, 200);
}

#[test]
fn a_login_that_is_not_fresh_is_confirmed_at_the_provider() {
    let app = App::start();
    let mut visitor = app.logged_in(ANN);
    visitor.change_device();
    let refused = visitor.app.post("/account/delete", &[]);
    assert_eq!(refused.location(), Some("/confirm"));
    assert_eq!(app.users(), 1);
    let refused = visitor.app.get("/account/delete");
    assert_eq!(
        refused.location(),
        Some("/confirm?next=%2Faccount%2Fdelete")
    );
    let page = visitor.app.follow(&refused);
    let answer = visitor.answer(&link(&page.body, "/confirm/begin"), ANN);
    let redirect = visitor.app.get(&answer);
    assert_eq!(redirect.location(), Some("/account/delete"));

    assert_eq!(visitor.app.follow(&redirect).status, 200);
    let mut other = app.logged_in(ANN);
    let deleted = visitor.app.post("/account/delete", &[]);
    assert_eq!(deleted.location(), Some("/"));
    assert_eq!(app.users(), 0);
    assert!(!visitor.is_logged_in() && !other.is_logged_in());
}

#[test]
fn whoever_cancels_at_the_provider_is_told() {
    let app = App::start();
    let mut visitor = app.visitor();
    let answer = visitor.answer("/login/begin?next=%2Faccount", "");
    assert!(answer.contains("error=access_denied"), "{answer}");
    let redirect = visitor.app.get(&answer);
    assert_eq!(redirect.location(), Some("/login?next=%2Faccount"));
    let page = visitor.app.follow(&redirect);
    assert!(page.body.contains("You have not logged in"), "{page:?}");
    assert!(!visitor.is_logged_in());
}

/// The link on a page that leads to this path.
fn link(page: &str, path: &str) -> String {
    let page = page.replace("&#x2f;", "/");
    let links = page.split("href=\"").skip(1);
    let mut links = links.filter_map(|rest| rest.split('"').next());
    let link = links.find(|link| link.starts_with(path));
    link.expect("a link").to_owned()
}
