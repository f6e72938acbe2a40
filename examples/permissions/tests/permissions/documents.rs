//! Whose documents a user opens: their own, and those that are shown to them.

use crate::app::{App, visible, write};

#[test]
fn an_owner_shows_a_document_to_a_reader() {
    let app = App::start();
    let mut owner = app.user("adam", "author");
    let mut reader = app.user("rita", "reader");
    let path = write(&mut owner, "The plan", "Buy a <b>ship</b>.");
    assert_eq!(reader.get(&path).status, 404);
    owner.post(&format!("{path}/readers"), &[("name", "rita")]);
    assert!(reader.get("/documents").body.contains("The plan"));
    assert!(!reader.get(&path).body.contains("Delete it"));

    let file = reader.get(&format!("{path}/file"));
    assert_eq!(file.body, "Buy a <b>ship</b>.");
    // A user has written it: no browser may take it for a page of this site.
    assert_eq!(file.header("Content-Disposition"), Some("attachment"));
    assert_eq!(file.header("X-Content-Type-Options"), Some("nosniff"));
    assert_eq!(file.header("Cache-Control"), Some("no-store"));

    owner.post(&format!("{path}/delete"), &[]);
    assert_eq!(reader.get(&format!("{path}/file")).status, 404);
    assert_eq!(owner.get(&path).status, 404);
}

#[test]
fn a_foreign_document_is_like_one_that_does_not_exist() {
    let app = App::start();
    let path = write(&mut app.user("adam", "author"), "The plan", "secret");
    assert_eq!(path, "/documents/1");
    let mut other = app.user("edith", "editor");
    for page in ["", "/file"] {
        let foreign = other.get(&format!("/documents/1{page}"));
        let unknown = other.get(&format!("/documents/2{page}"));
        assert_eq!(foreign.status, 404);
        assert_eq!(visible(foreign), visible(unknown), "{page}");
    }
    for action in ["/readers", "/delete"] {
        let fields = [("name", "edith")];
        let foreign = other.post(&format!("/documents/1{action}"), &fields);
        let unknown = other.post(&format!("/documents/2{action}"), &fields);
        assert_eq!(foreign.status, 404);
        assert_eq!(visible(foreign), visible(unknown), "{action}");
    }
    assert!(!other.get("/documents").body.contains("The plan"));
}

#[test]
fn a_reader_neither_shows_nor_deletes_a_document() {
    let app = App::start();
    let mut owner = app.user("adam", "author");
    let mut reader = app.user("rita", "reader");
    let mut third = app.user("tom", "author");
    let path = write(&mut owner, "The plan", "secret");
    owner.post(&format!("{path}/readers"), &[("name", "rita")]);
    let shown = reader.post(&format!("{path}/readers"), &[("name", "tom")]);
    assert_eq!(shown.status, 404);
    assert_eq!(third.get(&path).status, 404);
    assert_eq!(reader.post(&format!("{path}/delete"), &[]).status, 404);
    assert_eq!(owner.get(&path).status, 200);
}

#[test]
fn no_id_leads_to_another_file() {
    let app = App::start();
    let mut author = app.user("adam", "author");
    write(&mut author, "The plan", "x");
    for id in [
        "..%2fsecret.key",
        "%2e%2e",
        "-1",
        "1.txt",
        "1%00",
        "01",
        "%31",
    ] {
        let response = author.get(&format!("/documents/{id}/file"));
        // `01` and `%31` are spellings of the own document.
        let is_own = response.status == 200 && response.body == "x";
        assert!(is_own || response.status == 404, "{id}: {response:?}");
    }
}
