//! Where a user is logged in; and a thief of a session.

use crate::app::{App, PASSWORD, is_logged_in, log_in};

const ANN: &str = "ann@example.com";

#[test]
fn a_user_ends_one_login_and_then_all_others() {
    let mut app = App::start();
    let mut ann = app.signed_up(ANN);
    let mut others = [(); 3].map(|()| app.logged_in(ANN));
    let mut bob = app.signed_up("bob@example.com");

    let ids = ann.get("/account/logins").fields("id").len();
    assert_eq!(ids, 4);
    let page = others[0].get("/account/logins");
    let this_one = page
        .body
        .split("<li>")
        .position(|part| part.contains("this one"));
    let id = page.fields("id")[this_one.expect("the current login") - 1].to_owned();

    // Not Bob's to end.
    bob.post("/account/logins/end", &[("id", &id)]);
    assert!(is_logged_in(&mut others[0]));
    ann.post("/account/logins/end", &[("id", &id)]);
    assert!(!is_logged_in(&mut others[0]));
    assert!(is_logged_in(&mut others[1]) && is_logged_in(&mut others[2]));

    let ended = ann.post("/account/logins/end-others", &[]);
    assert!(
        ann.follow(&ended)
            .body
            .contains("All other logins have ended.")
    );
    assert!(!is_logged_in(&mut others[1]) && !is_logged_in(&mut others[2]));
    assert!(is_logged_in(&mut ann) && is_logged_in(&mut bob));
    assert_eq!(ann.get("/account/logins").fields("id").len(), 1);
}

#[test]
fn a_login_in_place_of_another_shows_no_message_of_a_logout() {
    let mut app = App::start();
    app.signed_up("bob@example.com");
    let mut ann = app.signed_up(ANN);
    let response = log_in(&mut ann, "bob@example.com", PASSWORD);
    let page = ann.follow(&response).body;
    assert!(page.contains("bob@example.com"), "{page}");
    assert!(!page.contains("logged out"), "{page}");
}

/// Also a browser that has its remember cookie alone.
#[test]
fn each_browser_is_told_once_that_its_login_was_ended() {
    let mut app = App::start();
    let mut ann = app.signed_up(ANN);
    let mut others = [(); 2].map(|()| {
        let mut other = app.browser();
        let fields = [("email", ANN), ("password", PASSWORD), ("remember", "on")];
        assert_eq!(other.post("/login", &fields).location(), Some("/account"));
        other
    });
    others[1].restart();
    ann.post("/account/logins/end-others", &[]);
    for other in &mut others {
        assert_eq!(other.get("/account").status, 302);
        let page = other.get("/login").body;
        assert_eq!(page.matches("logged out elsewhere").count(), 1, "{page}");
        assert!(!other.get("/login").body.contains("logged out elsewhere"));
    }
}

#[test]
fn a_stolen_session_ends_with_a_new_password() {
    let mut app = App::start();
    let mut ann = app.signed_up(ANN);
    let mut thief = ann.clone();
    assert!(is_logged_in(&mut thief));
    ann.post(
        "/account/password",
        &[("password", "a wholly new password")],
    );
    assert!(!is_logged_in(&mut thief));
    assert!(is_logged_in(&mut ann));
}

#[test]
fn a_stolen_session_ends_with_a_logout() {
    let mut app = App::start();
    let mut ann = app.signed_up(ANN);
    let mut thief = ann.clone();
    ann.post("/logout", &[]);
    assert!(!is_logged_in(&mut thief));
}

#[test]
fn a_stolen_session_does_not_reach_critical_pages() {
    let mut app = App::start();
    let mut thief = app.signed_up(ANN);
    thief.user_agent = "Thief/1.0".to_owned();
    for page in ["email", "password", "logins", "delete"] {
        let response = thief.get(&format!("/account/{page}"));
        let confirm = format!("/confirm?next=%2Faccount%2F{page}");
        assert_eq!(response.location(), Some(&*confirm));
    }
    let forms: [(&str, &[(&str, &str)]); 4] = [
        ("/account/email", &[("email", "thief@example.com")]),
        ("/account/password", &[("password", "the thief's password")]),
        ("/account/logins/end-others", &[]),
        ("/account/delete", &[]),
    ];
    for (path, fields) in forms {
        assert_eq!(
            thief.post(path, fields).location(),
            Some("/confirm"),
            "{path}"
        );
    }
    app.logged_in(ANN);
}
