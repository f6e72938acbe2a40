//! From the sign-up to the last key.

use serde_json::json;

use crate::app::App;

#[test]
fn a_user_signs_up_and_logs_in_with_a_key_and_without_a_name() {
    let Some(app) = App::start() else { return };
    app.chromium.plug_in_key();
    app.sign_up("ann");
    app.chromium.await_text("My key");
    app.log_out();
    app.chromium.open("/account");
    app.chromium.arrives_at("/login?next=%2Faccount");
    app.chromium.click("main button");
    app.chromium.arrives_at("/account");
    app.chromium.await_text("ann");
}

#[test]
fn a_second_key_opens_the_account_and_a_removed_one_does_not() {
    let Some(app) = App::start() else { return };
    let first = app.chromium.plug_in_key();
    app.sign_up("ann");
    let key = json!(app.chromium.tell(
        "GET",
        &format!("/webauthn/authenticator/{first}/credentials"),
        &json!(null)
    ));
    app.chromium.unplug_key(&first);
    let second = app.chromium.plug_in_key();
    app.chromium.open("/account/keys/new");
    app.chromium.fill_in("[name=key]", " at home");
    app.chromium.click("main button");
    app.chromium.arrives_at("/account");
    app.chromium.await_text("My key at home");
    app.log_out();
    app.log_in();

    // The first one in the list is `My key`.
    app.chromium.click(".keys button");
    app.chromium.arrives_at("/account");
    app.chromium.await_text("The key is removed.");
    app.chromium.click(".keys button");
    app.chromium.arrives_at("/account");
    app.chromium.await_text("The last key stays");
    app.log_out();
    app.chromium.unplug_key(&second);
    let copy = app.chromium.plug_in_key();
    let path = format!("/webauthn/authenticator/{copy}/credential");
    app.chromium.tell("POST", &path, &key[0]);
    app.chromium.open("/login");
    app.chromium.click("main button");
    app.chromium
        .await_text("That key does not open an account here.");
}

#[test]
fn a_critical_page_asks_for_the_key_again() {
    let Some(app) = App::start() else { return };
    app.chromium.plug_in_key();
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
