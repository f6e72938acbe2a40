//! What each role may do.

use crate::app::{App, PASSWORD, log_in, write};

#[test]
fn authors_publish_news_and_editors_delete_it() {
    let app = App::start();
    let mut reader = app.user("rita", "reader");
    let mut author = app.user("adam", "author");
    let mut editor = app.user("edith", "editor");
    let news = [("text", "The coffee machine works again.")];
    let refused = reader.post("/news", &news);
    assert_eq!(refused.status, 403);
    assert_eq!(refused.body, "Your role does not allow this.");
    assert_eq!(author.post("/news", &news).location(), Some("/news"));

    let page = reader.get("/news").body;
    assert!(page.contains("The coffee machine") && page.contains("adam"));
    assert!(!page.contains("Publish") && !page.contains("Delete"));
    let page = author.get("/news").body;
    assert!(page.contains("Publish") && !page.contains("Delete"));

    for browser in [&mut reader, &mut author] {
        assert_eq!(browser.post("/news/1/delete", &[]).status, 403);
    }
    assert!(editor.get("/news").body.contains("Delete"));
    editor.post("/news/1/delete", &[]);
    assert!(reader.get("/news").body.contains("There are none"));
}

/// Browsers check the fields of the forms; other clients need not.
#[test]
fn empty_and_long_texts_are_refused() {
    let app = App::start();
    let mut author = app.user("adam", "author");
    let long = "x".repeat(501);
    for text in ["", "  ", &long] {
        let refused = author.post("/news", &[("text", text)]);
        let page = author.follow(&refused).body;
        assert!(page.contains("A text has 1 to 500 characters."), "{page}");
        assert!(page.contains("There are none"), "{page}");
        let refused = author.post("/documents", &[("title", text), ("text", "x")]);
        let page = author.follow(&refused).body;
        assert!(page.contains("A title has 1 to 80 characters."), "{page}");
        assert!(!page.contains("/documents/1"), "{page}");
    }
}

#[test]
fn readers_write_no_documents() {
    let app = App::start();
    let mut reader = app.user("rita", "reader");
    let refused = reader.post("/documents", &[("title", "Plan"), ("text", "x")]);
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("Your role does not allow this."));
    assert!(!reader.get("/documents").body.contains("A new document"));
    let mut author = app.user("adam", "author");
    let path = write(&mut author, "Plan", "x");
    assert!(author.get(&path).body.contains("Plan"));
}

#[test]
fn a_login_leads_to_the_page_that_was_refused() {
    let app = App::start();
    app.user("rita", "reader");
    let mut browser = app.browser();
    let refused = browser.get("/news");
    assert_eq!(refused.location(), Some("/login?next=%2Fnews"));
    let page = browser.follow(&refused);
    let next = page.fields("next")[0].replace("&#x2f;", "/");
    let mut fields = [("name", "rita"), ("password", "wrong"), ("next", &*next)];
    let refused = browser.post("/login", &fields);
    assert_eq!(refused.location(), Some("/login?next=%2Fnews"));
    assert_eq!(browser.get("/news").status, 302);
    fields[1].1 = PASSWORD;
    assert_eq!(browser.post("/login", &fields).location(), Some("/news"));
    browser.post("/logout", &[]);
    assert_eq!(browser.get("/news").status, 302);
    log_in(&mut browser, "rita");
    assert_eq!(browser.get("/news").status, 200);
}

/// The test that each app needs. A page that somebody adds is guarded, too, as long as the guard is around
/// the whole app.
#[test]
fn strangers_see_nothing_but_the_login_pages() {
    let app = App::start();
    let mut stranger = app.browser();
    for path in [
        "/",
        "/news",
        "/documents",
        "/documents/1",
        "/documents/1/file",
        "/handbook/",
        "/handbook/holidays.txt",
        "/no-such-page",
    ] {
        let refused = stranger.get(path);
        let location = refused.location().unwrap_or_default();
        assert!(location.starts_with("/login?next="), "{path}: {refused:?}");
    }
    for path in [
        "/news",
        "/news/1/delete",
        "/documents",
        "/documents/1/delete",
    ] {
        let refused = stranger.post(path, &[("text", "x"), ("title", "x")]);
        assert_eq!(refused.location(), Some("/login"), "{path}");
    }
    for path in ["/login", "/admin/login", "/static/style.css"] {
        assert_eq!(stranger.get(path).status, 200, "{path}");
    }
}
