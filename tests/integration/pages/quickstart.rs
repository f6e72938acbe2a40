//! The pages of the quickstart, as its visitors see them.

use crate::support::quickstart::Site;

#[test]
fn a_disabled_user_is_told_so_on_the_login_page() {
    let site = Site::start();
    let mut browser = site.browser();
    let refused = browser.post("/login?next=%2Faccount", "email=disabled&password=secret");
    assert_eq!(refused.status, 303);
    assert_eq!(refused.location(), Some("/login?next=%2Faccount"));
    let page = browser.get("/login?next=%2Faccount");
    assert!(
        page.body.contains("Your account is disabled."),
        "{}",
        page.body
    );
    assert_eq!(browser.get("/protected").status, 302);
}
