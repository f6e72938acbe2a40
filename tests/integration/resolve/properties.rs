//! Properties: every id round-trips, and no malformed input logs anyone in.

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use crate::support::{REMEMBER, SESSION, site::Site};

/// Each case is a few requests to a real server.
fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(cases)
    })
}

/// A site whose user `1` has a password, so that no record is valid by its shape alone.
fn site() -> Site {
    let site = Site::new(|manager| manager);
    site.world.users.set_hash("1", "hash");
    site
}

/// All bytes that a header value may contain.
fn header_bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = any::<u8>().prop_filter("a header's", |byte| *byte >= b' ' && *byte != 0x7f);
    prop::collection::vec(byte, 0..200)
}

#[test]
fn ids_of_any_text_round_trip_through_login_and_restore() {
    let site = Site::new(|manager| manager);
    let ids = prop::collection::vec(any::<char>(), 0..128)
        .prop_map(|characters| characters.into_iter().collect::<String>());
    let check = |id: String| {
        site.world.users.add(&id);
        let mut browser = site.browser();
        prop_assert_eq!(browser.post("/login?remember=true", &id).status, 200);
        prop_assert_eq!(browser.get("/who").body, format!("{id} fresh"));
        browser.restart();
        prop_assert_eq!(browser.get("/who").body, format!("{id} stale"));
        Ok(())
    };
    runner(128).run(&ids, check).unwrap();
}

#[test]
fn no_modified_token_logs_anyone_in() {
    let site = site();
    let token = site.remembered().cookie(REMEMBER).unwrap().to_owned();
    let octets = "[!#-+\\--:<-\\[\\]-~]{0,4}";
    let changes = (0..token.len(), 0..4_usize, octets);
    let check = |(at, removed, inserted): (usize, usize, String)| {
        let mut changed = token.clone();
        changed.replace_range(at..(at + removed).min(token.len()), &inserted);
        prop_assume!(changed != token);
        let response = site.thief(&changed).get("/who");
        prop_assert_eq!(response.status, 200);
        prop_assert_eq!(&response.body, "nobody", "{}", changed);
        Ok(())
    };
    runner(512).run(&changes, check).unwrap();
}

#[test]
fn no_cookie_header_panics_or_logs_anyone_in() {
    let site = site();
    let names = prop::sample::select(vec!["", REMEMBER, SESSION, "remember_token_Admin"]);
    let headers = (names, header_bytes(), header_bytes());
    let check = |(name, value, other): (&str, Vec<u8>, Vec<u8>)| {
        let cookie = [name.as_bytes(), b"=", &value].concat();
        let mut browser = site.browser();
        let response = browser
            .request("GET", "/who")
            .header("Cookie", cookie)
            .header("Cookie", &other)
            .send();
        prop_assert_eq!((response.status, &*response.body), (200, "nobody"));
        Ok(())
    };
    runner(512).run(&headers, check).unwrap();
}

#[test]
fn no_session_record_panics_or_logs_anyone_in() {
    let site = site();
    let well_formed =
        "[fs]\\.[0-9]{1,20}\\.[0-9]{0,20}\\.[A-Za-z0-9_-]{0,22}\\.[A-Za-z0-9_-]{0,22}\\.1";
    let records = prop_oneof!["\\PC{0,80}", well_formed, "[fs.0-9]{0,40}"];
    let check = |record: String| {
        let mut browser = site.browser();
        prop_assert_eq!(browser.post("/record", &record).status, 200);
        let response = browser.get("/who");
        prop_assert_eq!((response.status, &*response.body), (200, "nobody"));
        prop_assert_eq!(browser.get("/record").body, "");
        Ok(())
    };
    runner(256).run(&records, check).unwrap();
}
