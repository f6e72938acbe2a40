//! What the example is for, from the first token to its revocation.

use serde_json::{Value, json};

use crate::app::{App, PASSWORD, assert_refused, basic, json, new_token};

#[test]
fn a_script_reads_and_writes_the_notes_of_its_user() {
    let app = App::start();
    let mut ann = app.signed_up("ann");
    let mut script = app.script_with_token(&new_token(&mut ann));

    assert_eq!(json(&script.get("/api/me")), json!({ "name": "ann" }));
    assert_eq!(json(&script.get("/api/notes")), json!([]));
    let added = script.post("/api/notes", r#"{"text": "Milk <b>& eggs"}"#);
    assert_eq!(added.status, 201);
    let note = json(&added);
    assert_eq!(json(&script.get("/api/notes")), json!([note]));
    let page = ann.get("/");
    assert!(page.body.contains("Milk &lt;b&gt;&amp; eggs"), "{page:?}");

    let path = format!("/api/notes/{}", note["id"]);
    assert_eq!(script.delete(&path).status, 204);
    assert_eq!(script.delete(&path).status, 404);
    assert_eq!(json(&script.get("/api/notes")), json!([]));
}

#[test]
fn basic_takes_the_token_as_the_password() {
    let app = App::start();
    let token = new_token(&mut app.signed_up("ann"));
    let mut ann = app.script(&basic("ann", &token));
    assert_eq!(json(&ann.get("/api/me")), json!({ "name": "ann" }));
    for (name, password) in [
        ("bob", &*token),
        ("", &token),
        ("ann", ""),
        ("ann", PASSWORD),
    ] {
        assert_refused(&app.script(&basic(name, password)).get("/api/me"));
    }
}

#[test]
fn names_are_compared_without_case() {
    let app = App::start();
    let token = new_token(&mut app.signed_up("ann"));
    let fields = [("name", "ANN"), ("password", PASSWORD)];
    let mut browser = app.browser();
    let taken = browser.post("/sign-up", &fields);
    assert_eq!(taken.location(), Some("/sign-up"));
    assert!(browser.follow(&taken).body.contains("name is taken"));
    assert_eq!(browser.post("/login", &fields).location(), Some("/"));
    let mut ann = app.script(&basic("ANN", &token));
    assert_eq!(json(&ann.get("/api/me")), json!({ "name": "ann" }));
}

#[test]
fn the_page_lists_tokens_and_revokes_them() {
    let app = App::start();
    let mut ann = app.signed_up("ann");
    let (first, second) = (new_token(&mut ann), new_token(&mut ann));
    let page = ann.get("/tokens");
    assert_eq!(page.body.matches("never used").count(), 2);
    assert!(!page.body.contains("notes_"), "a token is shown once");
    assert_eq!(app.script_with_token(&first).get("/api/me").status, 200);
    let page = ann.get("/tokens");
    assert_eq!(page.body.matches("never used").count(), 1);

    let id = page.fields("id")[0];
    let revoked = ann.post("/tokens/revoke", &[("id", id)]);
    assert_eq!(revoked.location(), Some("/tokens"));
    assert_eq!(ann.get("/tokens").fields("id").len(), 1);
    assert_refused(&app.script_with_token(&first).get("/api/me"));
    assert_eq!(app.script_with_token(&second).get("/api/me").status, 200);
}

#[test]
fn errors_are_json() {
    let app = App::start();
    let mut script = app.script_with_token(&new_token(&mut app.signed_up("ann")));
    for body in ["", "{", "[]", r#"{"text": ""}"#, r#"{"text": 7}"#] {
        let response = script.post("/api/notes", body);
        assert_eq!(response.status, 400, "{body}");
        assert_eq!(json(&response)["error"], "the request is malformed");
    }
    let too_long = json!({ "text": "x".repeat(1001) }).to_string();
    assert_eq!(script.post("/api/notes", &too_long).status, 400);
    for path in ["/api/nothing", "/api/notes/x", "/api"] {
        let response = script.delete(path);
        assert_eq!(response.status, 404, "{path}");
        assert_eq!(json(&response)["error"], "there is no such thing");
    }
}

#[test]
fn a_user_has_no_more_notes_and_tokens_than_allowed() {
    let app = App::start();
    let mut ann = app.signed_up("ann");
    let mut script = app.script_with_token(&new_token(&mut ann));
    for _ in 0..100 {
        assert_eq!(script.post("/api/notes", r#"{"text": "x"}"#).status, 201);
    }
    let refused = script.post("/api/notes", r#"{"text": "x"}"#);
    assert_eq!(refused.status, 409);
    assert_eq!(json(&refused)["error"], "there are too many notes");

    for _ in 1..20 {
        new_token(&mut ann);
    }
    let refused = ann.post("/tokens", &[("label", "one more")]);
    assert_eq!(refused.location(), Some("/tokens"));
    assert_eq!(ann.get("/tokens").fields("id").len(), 20);
}

#[test]
fn the_description_is_public_and_all_that_it_describes_needs_a_token() {
    let app = App::start();
    let mut stranger = app.script("");
    let document = json(&stranger.get("/api/openapi.json"));
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(schemes["bearer"]["scheme"], "bearer");
    assert_eq!(schemes["basic"]["scheme"], "basic");

    let paths = document["paths"].as_object().expect("paths");
    let mut described = Vec::new();
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().expect("operations") {
            assert_eq!(
                operation["security"],
                json!([{ "bearer": [] }, { "basic": [] }])
            );
            assert_ne!(operation["responses"]["401"], Value::Null);
            let path = path.replace("{id}", "1");
            let method = method.to_uppercase();
            assert_refused(&stranger.client.request(&method, &path).send());
            described.push(format!("{method} {path}"));
        }
    }
    described.sort();
    let expected = [
        "DELETE /api/notes/1",
        "GET /api/me",
        "GET /api/notes",
        "POST /api/notes",
    ];
    assert_eq!(described, expected);
}
