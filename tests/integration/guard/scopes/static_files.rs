//! A guarded scope beside a service that serves static files from the root.

use std::{
    fs,
    path::{Path, PathBuf},
};

use actix_files::Files;
use actix_login::LoginScope;
use actix_web::web::{self, ServiceConfig};

use crate::{
    serve,
    support::{
        TestApp, cookie_session,
        pages::{User, login, manager},
    },
};

const SECRET: &str = "for members only";

/// The spellings of `/members/a.txt` that a client may send.
const SPELLINGS: [&str; 10] = [
    "/members/a.txt",
    "//members/a.txt",
    "/x/../members/a.txt",
    "/./members/a.txt",
    "/%6Dembers/a.txt",
    "/members%2Fa.txt",
    "/%2Fmembers/a.txt",
    "/x/%2E%2E/members/a.txt",
    "/members//a.txt",
    "/../members/a.txt",
];

/// Two folders with a file each, in a new folder for this test.
fn folders(test: &str, public: &str, members: &str) -> (PathBuf, PathBuf) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let (public, members) = (folder.join(public), folder.join(members));
    for (folder, text) in [(&public, "for all"), (&members, SECRET)] {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("a.txt"), text).unwrap();
    }
    (public, members)
}

fn app((public, members): (PathBuf, PathBuf)) -> TestApp {
    let manager = manager::<User>();
    let configure = move |config: &mut ServiceConfig| {
        let members = web::scope("/members")
            .service(Files::new("", &members))
            .wrap(LoginScope::new().login_required());
        config
            .route("/login/{id}", web::post().to(login::<User>))
            .service(members)
            .service(Files::new("/", &public));
    };
    serve!(configure.clone(), manager.clone(), cookie_session())
}

#[test]
fn a_stranger_gets_no_protected_file_outside_of_the_public_folder() {
    let app = app(folders("safe", "public", "members"));
    let mut stranger = app.browser();
    assert_eq!(stranger.get("/a.txt").body, "for all");
    for spelling in SPELLINGS {
        let response = stranger.get(spelling);
        assert_ne!(response.status, 200, "{spelling}");
        assert!(!response.body.contains(SECRET), "{spelling}");
    }
    let mut member = app.browser();
    member.post("/login/1", "");
    assert_eq!(member.get("/members/a.txt").body, SECRET);
}

/// If this fails, the warning in the documentation of `LoginScope` can go.
#[test]
fn a_stranger_gets_a_protected_file_inside_of_the_public_folder() {
    let app = app(folders("unsafe", "public", "public/members"));
    let mut stranger = app.browser();
    assert_eq!(stranger.get("/members/a.txt").status, 302);
    assert_eq!(stranger.get("//members/a.txt").body, SECRET);
    assert_eq!(stranger.get("/x/../members/a.txt").body, SECRET);
}
