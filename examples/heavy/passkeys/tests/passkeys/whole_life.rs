//! From the sign-up to the last key.

use example_support::ChromiumProfile;
use serde_json::json;

use crate::app::App;

#[test]
fn a_user_signs_up_and_logs_in_with_a_key_and_without_a_name() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = App::start(&profile);
    app.plug_in_key();
    app.sign_up("ann");
    app.chromium.shows("body", "My key");
    app.log_out();
    app.chromium.open("/account");
    app.chromium.arrives_at("/login?next=%2Faccount");
    app.chromium.click("main button");
    app.chromium.arrives_at("/account");
    app.chromium.shows("body", "ann");
}

#[test]
fn a_second_key_opens_the_account_and_a_removed_one_does_not() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = App::start(&profile);
    let first = app.plug_in_key();
    app.sign_up("ann");
    let key = json!(app.chromium.tell(
        "GET",
        &format!("/webauthn/authenticator/{first}/credentials"),
        &json!(null)
    ));
    app.unplug_key(&first);
    let second = app.plug_in_key();
    app.chromium.open("/account/keys/new");
    app.chromium.fill_in("[name=key]", " at home");
    app.chromium.click("main button");
    app.chromium.arrives_at("/account");
    app.chromium.shows("body", "My key at home");
    app.log_out();
    app.log_in();

    // The first one in the list is `My key`.
    app.chromium.click(".keys button");
    app.chromium.arrives_at("/account");
    app.chromium.shows("body", "The key is removed.");
    app.chromium.click(".keys button");
    app.chromium.arrives_at("/account");
    app.chromium.shows("body", "The last key stays");
    app.log_out();
    app.unplug_key(&second);
    let copy = app.plug_in_key();
    let path = format!("/webauthn/authenticator/{copy}/credential");
    app.chromium.tell("POST", &path, &key[0]);
    app.chromium.open("/login");
    app.chromium.click("main button");
    app.chromium
        .shows("body", "That key does not open an account here.");
}

#[test]
fn a_critical_page_asks_for_the_key_again() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = App::start(&profile);
    app.plug_in_key();
    app.sign_up("ann");
    app.chromium.open("/account/keys/new");
    app.chromium.arrives_at("/account/keys/new");
    // As if another browser had the session.
    let agent = json!({
        "cmd": "Network.setUserAgentOverride",
        "params": { "userAgent": "Another/1.0" },
    });
    app.chromium.tell("POST", "/goog/cdp/execute", &agent);
    app.chromium.open("/account/keys/new");
    app.chromium
        .arrives_at("/confirm?next=%2Faccount%2Fkeys%2Fnew");
    app.chromium.click("main button");
    app.chromium.arrives_at("/account/keys/new");
}
