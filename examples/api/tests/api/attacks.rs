//! Revoked, guessed and foreign tokens; sessions at the API; forms of other sites.

use std::fs;

use crate::app::{App, PASSWORD, Script, assert_refused, basic, json, new_token};

#[test]
fn a_session_cookie_does_not_open_the_api() {
    let app = App::start();
    let ann = app.signed_up("ann");
    let mut script = Script {
        client: ann,
        authorization: None,
    };
    for path in ["/api/me", "/api/notes", "/api/nothing", "/api"] {
        assert_refused(&script.get(path));
    }
    assert_refused(&script.post("/api/notes", r#"{"text": "from the browser"}"#));
    assert!(!script.client.get("/").body.contains("from the browser"));
}

#[test]
fn a_page_of_another_site_gets_nothing_from_the_api() {
    let app = App::start();
    let mut ann = app.signed_up("ann");
    let token = new_token(&mut ann);
    let origin = "https://evil.example";

    let response = ann.post_from(origin, "/api/notes", &[("text", "evil")]);
    assert_eq!((response.status, &*response.body), (403, ""));
    // A browser sends Basic credentials by itself, once a user has typed them.
    let response = ann
        .request("POST", "/api/notes")
        .header("Origin", origin)
        .header("Sec-Fetch-Site", "cross-site")
        .header("Authorization", &basic("ann", &token))
        .body("text/plain", r#"{"text": "evil"}"#)
        .send();
    assert_eq!((response.status, &*response.body), (403, ""));
    let response = ann
        .request("GET", "/api/notes")
        .header("Origin", origin)
        .header("Sec-Fetch-Site", "cross-site")
        .send();
    assert_refused(&response);
    assert_eq!(response.header("Access-Control-Allow-Origin"), None);
    assert!(!ann.get("/").body.contains("evil"));
}

#[test]
fn what_is_not_quite_a_token_is_refused() {
    let app = App::start();
    let token = new_token(&mut app.signed_up("ann"));
    let random = token.strip_prefix("notes_").expect("the prefix");
    assert_eq!(random.len(), 43);
    let cut = &token[..token.len() - 1];
    for wrong in [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        token.clone(),
        format!("Token {token}"),
        format!("Basic {token}"),
        format!("Bearer {random}"),
        format!("Bearer noted_{random}"),
        format!("Bearer NOTES_{random}"),
        format!("Bearer notes_notes_{random}"),
        format!("Bearer {cut}"),
        format!("Bearer {token}x"),
        format!("Bearer {token},{token}"),
        format!("Bearer {token} {token}"),
        "Bearer notes_' OR ''='".to_owned(),
        format!("Bearer notes_{}", "x".repeat(2000)),
    ] {
        assert_refused(&app.script(&wrong).get("/api/me"));
    }
    assert_eq!(app.script_with_token(&token).get("/api/me").status, 200);
}

#[test]
fn a_user_reaches_no_note_and_no_token_of_another() {
    let app = App::start();
    let (mut ann, mut bob) = (app.signed_up("ann"), app.signed_up("bob"));
    let token = new_token(&mut ann);
    let mut script = app.script_with_token(&token);
    let note = json(&script.post("/api/notes", r#"{"text": "private"}"#));

    let mut thief = app.script_with_token(&new_token(&mut bob));
    assert_eq!(thief.get("/api/notes").body, "[]");
    let path = format!("/api/notes/{}", note["id"]);
    assert_eq!(thief.delete(&path).status, 404);
    let page = ann.get("/tokens");
    bob.post("/tokens/revoke", &[("id", page.fields("id")[0])]);
    assert!(script.get("/api/notes").body.contains("private"));
}

#[test]
fn a_token_opens_no_page_and_makes_no_other_token() {
    let app = App::start();
    let token = new_token(&mut app.signed_up("ann"));
    let mut thief = app.browser();
    let bearer = format!("Bearer {token}");
    for (method, path) in [
        ("GET", "/tokens"),
        ("POST", "/tokens"),
        ("POST", "/tokens/revoke"),
    ] {
        let response = thief
            .request(method, path)
            .header("Authorization", &bearer)
            .form(&[("label", "x"), ("id", "1")])
            .send();
        assert_eq!(response.status, 302, "{path}");
        assert!(response.location().unwrap().starts_with("/login"));
    }
    assert_eq!(app.script(&bearer).get("/api/me").status, 200);
}

#[test]
fn the_database_has_no_token() {
    let app = App::start();
    let token = new_token(&mut app.signed_up("ann"));
    let mut content = Vec::new();
    for file in fs::read_dir(app.data.path()).unwrap() {
        content.extend(fs::read(file.unwrap().path()).unwrap());
    }
    let content = String::from_utf8_lossy(&content);
    assert!(content.contains("backup script"));
    assert!(!content.contains(token.strip_prefix("notes_").expect("the prefix")));
    assert!(!content.contains(PASSWORD));
}

#[test]
fn a_form_of_another_site_changes_nothing() {
    let app = App::start();
    let mut ann = app.signed_up("ann");
    let token = new_token(&mut ann);
    for path in ["/tokens", "/tokens/revoke", "/login", "/logout", "/sign-up"] {
        let fields = [
            ("label", "x"),
            ("id", "1"),
            ("name", "x"),
            ("password", "x"),
        ];
        let response = ann.post_from("https://evil.example", path, &fields);
        assert_eq!((response.status, &*response.body), (403, ""), "{path}");
    }
    assert_eq!(ann.get("/tokens").fields("id").len(), 1);
    assert_eq!(app.script_with_token(&token).get("/api/me").status, 200);
}

#[test]
fn a_logout_ends_copies_of_the_session() {
    let app = App::start();
    let mut ann = app.signed_up("ann");
    let mut copy = ann.clone();
    ann.post("/logout", &[]);
    assert_eq!(copy.get("/tokens").status, 302);
}

#[test]
fn every_response_has_the_security_headers() {
    let app = App::start();
    let mut ann = app.signed_up("ann");
    let mut script = app.script_with_token(&new_token(&mut ann));
    let responses = [
        ann.get("/"),
        ann.get("/tokens"),
        ann.get("/no-such-page"),
        app.browser().get("/tokens"),
        script.get("/api/notes"),
        script.get("/api/openapi.json"),
        app.script("").get("/api/notes"),
        ann.post_from("https://evil.example", "/logout", &[]),
    ];
    let statuses = responses.each_ref().map(|response| response.status);
    assert_eq!(statuses, [200, 200, 404, 302, 200, 200, 401, 403]);
    for response in &responses {
        let policy = response.header("Content-Security-Policy");
        assert!(policy.is_some_and(|policy| policy.contains("default-src 'none'")));
        assert_eq!(response.header("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(response.header("Referrer-Policy"), Some("same-origin"));
    }
    assert_eq!(responses[4].header("Cache-Control"), Some("no-store"));
}
