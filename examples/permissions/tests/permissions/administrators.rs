//! Administrators are another kind of user: no user becomes one, and none is one as well.

use crate::app::{App, PASSWORD, log_in};

#[test]
fn a_user_is_no_administrator() {
    let app = App::start();
    // The ids are the same: each is the first of its kind.
    let mut user = app.user("edith", "editor");
    let refused = user.get("/admin");
    assert_eq!(refused.location(), Some("/admin/login?next=%2Fadmin"));
    let fields = [("name", "x"), ("password", PASSWORD), ("role", "editor")];
    for path in ["/admin/users", "/admin/users/1"] {
        let refused = user.post(path, &fields);
        assert_eq!(refused.location(), Some("/admin/login"), "{path}");
    }
    assert!(!app.admin().get("/admin").body.contains("<strong>x<"));
    // Nor is the password of one kind good for the other.
    for name in ["edith", "admin"] {
        user.post("/admin/login", &[("name", name), ("password", PASSWORD)]);
        assert_eq!(user.get("/admin").status, 302);
    }
}

#[test]
fn an_administrator_is_no_user() {
    let app = App::start();
    let mut admin = app.admin();
    for path in ["/", "/news", "/documents", "/handbook/"] {
        let refused = admin.get(path);
        let location = refused.location().unwrap_or_default();
        assert!(location.starts_with("/login?next="), "{path}");
    }
    assert_eq!(admin.get("/admin").status, 200);
}

#[test]
fn one_browser_can_be_logged_in_as_both() {
    let app = App::start();
    let mut browser = app.user("rita", "reader");
    app.log_admin_in(&mut browser);
    let page = browser.get("/admin").body;
    assert!(page.contains(">admin</a>") && page.contains(">rita</a>"));
    // Each logout is about one of them.
    browser.post("/logout", &[]);
    assert_eq!(browser.get("/").status, 302);
    assert_eq!(browser.get("/admin").status, 200);
    log_in(&mut browser, "rita");
    browser.post("/admin/logout", &[]);
    assert_eq!(browser.get("/").status, 200);
    assert_eq!(browser.get("/admin").status, 302);
}

#[test]
fn an_unknown_role_or_user_is_refused() {
    let app = App::start();
    let mut admin = app.admin();
    let fields = [("name", "x"), ("password", PASSWORD), ("role", "admin")];
    assert_eq!(admin.post("/admin/users", &fields).status, 400);
    let missing = admin.post("/admin/users/7", &[("role", "reader")]);
    assert_eq!(missing.status, 404);
}
