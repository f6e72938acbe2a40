//! What a key has signed, sent again, elsewhere, or changed.

use example_support::{Browser, ChromiumProfile, Site};
use serde_json::{Value, json};

use crate::app::{App, attacker, command, post_json};

const STEPS: &str = r#"
const post = async (path, value) => fetch(path, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(value),
});
const begin = async () => (await (await post("/login/begin", {})).json()).publicKey;
const sign = async (options) => (await navigator.credentials.get({
  publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
})).toJSON();
const finish = async (credential) => (await post("/login/finish", { credential })).status;
"#;

/// Runs steps in Chromium.
#[track_caller]
fn run(app: &App<'_>, steps: &str) -> Value {
    let script = format!("return (async () => {{ {STEPS} {steps} }})()");
    app.chromium.run(&script, json!([]))
}

/// An app where Ann has a key, and nobody is logged in.
fn app_of_ann(profile: &ChromiumProfile) -> App<'_> {
    let app = App::start(profile);
    app.plug_in_key();
    app.sign_up("ann");
    app.log_out();
    app
}

#[test]
fn a_signature_works_once() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = app_of_ann(&profile);
    let steps = "const credential = await sign(await begin());
        const statuses = [await finish(credential), await finish(credential)];
        await begin();
        return [...statuses, await finish(credential)];";
    assert_eq!(run(&app, steps), json!([200, 400, 401]));
}

#[test]
fn a_copied_cookie_does_not_bring_a_challenge_back() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = app_of_ann(&profile);
    let credential = run(&app, "return sign(await begin())");
    let cookies = app.chromium.tell("GET", "/cookie", &Value::Null);
    let cookies = cookies.as_array().unwrap().iter();
    let pair = |cookie: &Value| {
        let [name, value] = ["name", "value"].map(|part| cookie[part].as_str().unwrap());
        format!("{name}={value}")
    };
    let cookies = cookies.map(pair).collect::<Vec<_>>().join("; ");
    assert_eq!(run(&app, &format!("return finish({credential})")), 200);

    let mut attacker = app.attacker();
    attacker.headers.push(("Cookie".to_owned(), cookies));
    let answer = json!({ "credential": credential });
    let response = post_json(&mut attacker, "/login/finish", &answer);
    assert_eq!(response.status, 400);
}

#[test]
fn a_challenge_belongs_to_its_session() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = app_of_ann(&profile);
    let credential = run(&app, "return sign(await begin())");
    let answer = json!({ "credential": credential });
    let mut attacker = app.attacker();
    let response = post_json(&mut attacker, "/login/finish", &answer);
    assert_eq!(response.status, 400);
    let begun = post_json(&mut attacker, "/login/begin", &json!({}));
    assert_eq!(begun.status, 200);
    let response = post_json(&mut attacker, "/login/finish", &answer);
    assert_eq!(response.status, 401);
    assert_eq!(attacker.get("/account").status, 302);
}

#[test]
fn a_key_does_not_open_the_account_of_another_user() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = App::start(&profile);
    let anns = app.plug_in_key();
    app.sign_up("ann");
    app.log_out();
    let ann = run(&app, "return sign(await begin())");
    app.unplug_key(&anns);
    app.plug_in_key();
    app.sign_up("bob");
    app.log_out();
    for changes in [
        json!({ "id": ann["id"], "rawId": ann["rawId"] }),
        json!({ "userHandle": ann["response"]["userHandle"] }),
        json!({ "id": ann["id"], "rawId": ann["rawId"], "userHandle": ann["response"]["userHandle"] }),
    ] {
        let steps = format!(
            "const credential = await sign(await begin());
            const {{ userHandle, ...ids }} = {changes};
            Object.assign(credential, ids);
            if (userHandle) credential.response.userHandle = userHandle;
            return finish(credential);"
        );
        assert_eq!(run(&app, &steps), 401, "{changes}");
    }
    assert_eq!(run(&app, "return finish(await sign(await begin()))"), 200);
}

/// A page at another port may ask the same keys, since they belong to the domain: it passes on a challenge
/// of this site, and sends back what the user has signed.
#[test]
fn a_signature_for_another_origin_is_refused() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = app_of_ann(&profile);
    let relay = |browser: &mut Browser| {
        let begun = post_json(browser, "/login/begin", &json!({}));
        let steps = format!("return sign({}.publicKey)", begun.body);
        let answer = json!({ "credential": run(&app, &steps) });
        post_json(browser, "/login/finish", &answer).status
    };
    // The same users and keys, at an origin that is not Chromium's.
    let origin = "http://localhost:1";
    let site = Site::start(command(&app.data).env("SITE_URL", origin));
    assert_eq!(relay(&mut attacker(&site, origin)), 401);
    assert_eq!(relay(&mut app.attacker()), 200);
}

#[test]
fn a_copy_of_a_key_whose_counter_is_behind_is_refused() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = App::start(&profile);
    let original = app.plug_in_key();
    app.sign_up("ann");
    app.log_out();
    let path = format!("/webauthn/authenticator/{original}/credentials");
    let copied = app.chromium.tell("GET", &path, &Value::Null);
    for _ in 0..2 {
        app.log_in();
        app.log_out();
    }
    app.unplug_key(&original);
    let copy = app.plug_in_key();
    let path = format!("/webauthn/authenticator/{copy}/credential");
    app.chromium.tell("POST", &path, &copied[0]);
    assert_eq!(run(&app, "return finish(await sign(await begin()))"), 401);
}

#[test]
fn a_page_of_another_site_begins_and_ends_nothing() {
    let Some(profile) = ChromiumProfile::new() else {
        return;
    };
    let app = app_of_ann(&profile);
    let mut attacker = app.attacker();
    attacker.headers = vec![("Origin".to_owned(), "https://evil.example".to_owned())];
    for path in ["/login/begin", "/login/finish", "/sign-up/begin", "/logout"] {
        assert_eq!(post_json(&mut attacker, path, &json!({})).status, 403);
    }
}
