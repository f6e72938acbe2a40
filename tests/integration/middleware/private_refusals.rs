//! The cache headers of refusals: they depend on the user as pages do.

use crate::support::{Response, site::Site};

#[track_caller]
fn assert_private(response: &Response, status: u16) {
    assert_eq!(response.status, status);
    assert!(response.varies_by("Cookie"), "{response:?}");
    assert_eq!(response.header("cache-control"), Some("private"));
}

#[test]
fn each_refusal_is_private_and_varies_by_cookie() {
    let site = Site::new(|manager| manager);
    assert_private(&site.browser().get("/protected"), 302);

    let mut stale = site.remembered();
    stale.restart();
    assert_eq!(stale.get("/who").body, "1 stale");
    assert_private(&stale.get("/account"), 401);

    let mut failing_the_check = site.browser();
    failing_the_check.post("/login", "2");
    assert_private(&failing_the_check.get("/within"), 403);
}
