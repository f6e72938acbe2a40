//! What an administrator changes counts for the logins that exist.

use crate::app::{App, log_in, write};

#[test]
fn a_demotion_counts_at_the_next_request() {
    let app = App::start();
    let mut user = app.user("edith", "editor");
    let path = write(&mut user, "The plan", "x");
    let form = [("role", "reader"), ("is_active", "on")];
    app.admin().post("/admin/users/1", &form);

    let text = [("title", "x"), ("text", "x")];
    for path in ["/news", "/news/1/delete", "/documents"] {
        assert_eq!(user.post(path, &text).status, 403, "{path}");
    }
    assert!(!user.get("/news").body.contains("Publish"));
    // What is theirs stays theirs.
    assert_eq!(user.get(&path).status, 200);
}

#[test]
fn a_suspension_ends_logins_and_refuses_new_ones() {
    let app = App::start();
    let mut user = app.user("adam", "author");
    let mut copy = user.clone();
    app.admin().post("/admin/users/1", &[("role", "author")]);
    for browser in [&mut user, &mut copy] {
        assert_eq!(browser.get("/").location(), Some("/login?next=%2F"));
    }
    let refused = log_in(&mut user, "adam");
    assert_eq!(refused.location(), Some("/login"));
    assert!(user.follow(&refused).body.contains("suspended"));

    let form = [("role", "author"), ("is_active", "on")];
    app.admin().post("/admin/users/1", &form);
    assert_eq!(log_in(&mut user, "adam").location(), Some("/"));
    // A login from before, perhaps of a thief, does not come back.
    assert_eq!(copy.get("/").status, 302);
}
