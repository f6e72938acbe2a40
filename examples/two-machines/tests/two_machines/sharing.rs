//! What two machines share: logins, logouts, and what a load balancer says of the browser.

use crate::app::{Machines, Mode, PASSWORD, in_both_modes, move_to};

in_both_modes![
    a_login_at_one_is_known_at_the_other,
    a_logout_at_one_ends_copies_at_both,
    the_other_logins_end_at_both,
    a_machine_that_was_killed_knows_all_logins,
    a_browser_cannot_say_where_it_is,
    a_copied_session_from_elsewhere_is_not_fresh,
    a_form_of_another_site_changes_nothing,
];

fn a_login_at_one_is_known_at_the_other(mode: Mode) {
    let Some(machines) = Machines::start(mode) else {
        return;
    };
    let mut ann = machines.signed_up("ann");
    assert_eq!(machines.statuses(&mut ann), [200, 200]);
    machines.post(1, &mut ann, "/logout", &[]);
    assert_eq!(machines.statuses(&mut ann), [302, 302]);

    let fields = [("name", "ann"), ("password", PASSWORD)];
    let response = machines.post(1, &mut ann, "/login", &fields);
    assert_eq!(response.location(), Some("/account"));
    assert_eq!(machines.statuses(&mut ann), [200, 200]);
    let address = machines.sites[1].url.trim_start_matches("http://");
    let page = machines.get(1, &mut ann, "/account");
    assert!(page.body.contains(&format!("Answered by {address}")));
}

fn a_logout_at_one_ends_copies_at_both(mode: Mode) {
    let Some(machines) = Machines::start(mode) else {
        return;
    };
    let mut ann = machines.signed_up("ann");
    let mut thief = ann.clone();
    assert_eq!(machines.statuses(&mut thief), [200, 200]);
    machines.post(1, &mut ann, "/logout", &[]);
    assert_eq!(machines.statuses(&mut thief), [302, 302]);
}

fn the_other_logins_end_at_both(mode: Mode) {
    let Some(machines) = Machines::start(mode) else {
        return;
    };
    let mut ann = machines.signed_up("ann");
    let fields = [("name", "ann"), ("password", PASSWORD)];
    let mut others = [0, 1].map(|number| {
        let mut browser = machines.sites[number].browser();
        machines.post(number, &mut browser, "/login", &fields);
        browser
    });
    let page = machines.get(1, &mut ann, "/account");
    assert_eq!(page.body.matches("<li>").count(), 3);
    machines.post(1, &mut ann, "/account/end-others", &[]);
    for other in &mut others {
        assert_eq!(machines.statuses(other), [302, 302]);
    }
    assert_eq!(machines.statuses(&mut ann), [200, 200]);
}

fn a_machine_that_was_killed_knows_all_logins(mode: Mode) {
    let Some(mut machines) = Machines::start(mode) else {
        return;
    };
    let mut ann = machines.signed_up("ann");
    for _ in 0..2 {
        machines.kill_site(0);
        assert_eq!(ann.get("/account").status, 200);
        machines.start_site();
    }
    assert_eq!(machines.statuses(&mut ann), [200, 200]);
}

/// A load balancer appends the true address to what the browser has sent.
fn a_browser_cannot_say_where_it_is(mode: Mode) {
    let cases = [
        ("X-Forwarded-For", "203.0.113.9, 192.0.2.1"),
        ("Forwarded", "for=203.0.113.9, for=192.0.2.1"),
    ];
    for (header, value) in cases {
        let Some(machines) = Machines::start_with(mode, |command| {
            command.env("PROXY_HEADER", header);
        }) else {
            return;
        };
        let mut ann = machines.signed_up("ann");
        ann.headers = vec![(header.to_owned(), value.to_owned())];
        let page = machines.get(1, &mut ann, "/account");
        let claim = "comes from <strong>192.0.2.1</strong>";
        assert!(page.body.contains(claim), "{page:?}");
    }
}

fn a_copied_session_from_elsewhere_is_not_fresh(mode: Mode) {
    let Some(machines) = Machines::start(mode) else {
        return;
    };
    let mut ann = machines.sites[0].browser();
    move_to(&mut ann, "192.0.2.1");
    let fields = [("name", "ann"), ("password", PASSWORD)];
    machines.post(0, &mut ann, "/sign-up", &fields);
    let mut thief = ann.clone();
    move_to(&mut thief, "198.51.100.7");
    let refused = machines.post(1, &mut thief, "/account/end-others", &[]);
    assert_eq!(refused.location(), Some("/confirm"));
}

fn a_form_of_another_site_changes_nothing(mode: Mode) {
    let Some(machines) = Machines::start(mode) else {
        return;
    };
    let mut ann = machines.signed_up("ann");
    for path in ["/login", "/logout", "/sign-up", "/account/end-others"] {
        let response = ann.post_from("https://evil.example", path, &[("name", "x")]);
        assert_eq!(response.status, 403, "{path}");
    }
    assert_eq!(machines.statuses(&mut ann), [200, 200]);
}
