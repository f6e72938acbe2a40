//! Files behind the guard, and the ways around it that are tried first.

use crate::app::App;

/// What stands in the handbook.
const SECRET: &str = "first of May";

#[test]
fn users_read_the_handbook() {
    let app = App::start();
    let mut user = app.user("rita", "reader");
    assert!(user.get("/handbook/").body.contains("Handbook"));
    let file = user.get("/handbook/holidays.txt");
    assert!(file.body.contains(SECRET));
    // It depends on the user, so no shared cache keeps it.
    assert_eq!(file.header("Cache-Control"), Some("no-store"));
}

#[test]
fn no_spelling_of_a_path_leads_strangers_past_the_guard() {
    let app = App::start();
    let mut stranger = app.browser();
    for path in [
        "/handbook/holidays.txt",
        "/%68andbook/holidays.txt",
        "/handbook/%68olidays.txt",
        "/handbook//holidays.txt",
        "//handbook/holidays.txt",
        "/./handbook/holidays.txt",
        "/x/../handbook/holidays.txt",
        "/static/../handbook/holidays.txt",
        "/static/%2e%2e/handbook/holidays.txt",
        "/static/..%2fhandbook/holidays.txt",
        "/static/..%2Fhandbook%2Fholidays.txt",
        "/static/%252e%252e/handbook/holidays.txt",
        "/static/..%5chandbook%5cholidays.txt",
        "/static/..;/handbook/holidays.txt",
        "/static//handbook/holidays.txt",
        "/admin/../handbook/holidays.txt",
        "/admin/%2e%2e/handbook/holidays.txt",
        "/login/../handbook/holidays.txt",
    ] {
        let response = stranger.get(path);
        assert_ne!(response.status, 200, "{path}");
        assert!(!response.body.contains(SECRET), "{path}");
    }
}

#[test]
fn no_spelling_of_a_path_leads_users_to_the_administrators() {
    let app = App::start();
    let mut user = app.user("edith", "editor");
    let mut stranger = app.browser();
    for path in [
        "/%61dmin",
        "/admin/",
        "//admin",
        "/./admin",
        "/ADMIN",
        "/admin%2f",
        "/admin%2fusers",
        "/static/../admin",
        "/static/%2e%2e/admin",
        "/static/..%2fadmin",
        "/admin/login/..",
        "/admin/login%2f..",
        "/admin/login/../users",
    ] {
        for browser in [&mut user, &mut stranger] {
            let response = browser.get(path);
            assert_ne!(response.status, 200, "{path}");
            assert!(!response.body.contains("A new user"), "{path}");
        }
    }
}

#[test]
fn users_read_no_files_outside_of_the_folders() {
    let app = App::start();
    let mut user = app.user("rita", "reader");
    for folder in ["/handbook", "/static"] {
        for path in [
            "/../../Cargo.toml",
            "/%2e%2e/%2e%2e/Cargo.toml",
            "/..%2f..%2fCargo.toml",
            "/..%5c..%5cCargo.toml",
            "//etc/passwd",
            "/%2fetc%2fpasswd",
        ] {
            let response = user.get(&format!("{folder}{path}"));
            assert_ne!(response.status, 200, "{folder}{path}");
            assert!(!response.body.contains("[package]"), "{folder}{path}");
        }
    }
}
