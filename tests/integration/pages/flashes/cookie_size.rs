//! The session fits into a cookie, with any number of messages.

use actix_login::{LoginManager, LoginOptions, UserMixin, login_user_with};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, ServiceConfig},
};

use super::{app, fresh, say, shown, tell, usual_app};
use crate::{
    serve,
    support::{Browser, SECRET, SESSION, TestApp, cookie_session},
};

/// The most that a browser keeps of one cookie: name and value.
const COOKIE_MAX_BYTES: usize = 4096;

#[track_caller]
fn assert_fits(browser: &Browser) {
    if let Some(cookie) = browser.cookie(SESSION) {
        let size = SESSION.len() + cookie.len();
        assert!(size < COOKIE_MAX_BYTES, "{size} bytes");
    }
}

/// A thousand refusals, each for another page, and then the site still works.
#[track_caller]
fn survives_a_thousand_refusals(app: &TestApp, target: impl Fn(usize) -> String) {
    let mut browser = app.browser();
    for number in 0..1000 {
        let response = browser.get(&target(number));
        assert_eq!(response.status, 302, "request {number}");
        assert_fits(&browser);
    }
    let page = browser.get("/who");
    assert_eq!((page.status, page.body.as_str()), (200, "nobody"));
    assert!(shown(&mut browser).len() <= 8);
    assert_eq!(browser.post("/login/1", "").status, 200);
    assert_eq!(browser.get("/guarded").body, "guarded");
}

#[test]
fn pages_still_work_after_a_thousand_refusals() {
    survives_a_thousand_refusals(&usual_app(), |number| format!("/page/{number}"));
}

#[test]
fn pages_still_work_after_a_thousand_refusals_with_own_messages() {
    let app = app(|builder| {
        let builder = builder.use_session_for_next(true);
        builder.localize(|req, _| format!("{} {}", "\"\\".repeat(100), req.uri()))
    });
    survives_a_thousand_refusals(&app, |number| format!("/page?{number}"));
}

#[test]
fn pages_still_work_after_a_thousand_nexts_in_the_session() {
    let app = app(|builder| builder.use_session_for_next(true));
    // A browser sends the backslash raw in a query; JSON escapes it, in a session twice.
    survives_a_thousand_refusals(&app, |number| {
        let filler = if number % 2 == 0 { "x" } else { "\\" };
        format!("/page?{number}&{}", filler.repeat(1000))
    });
}

#[test]
fn the_largest_session_that_this_crate_writes_fits_into_a_cookie() {
    #[derive(Clone, UserMixin)]
    #[user(name = "User")]
    struct Named {
        id: String,
    }
    async fn login(req: HttpRequest) -> Result<impl Responder> {
        let id = "x".repeat(512);
        login_user_with(&req, &Named { id }, LoginOptions::new().fresh(false)).await?;
        Ok("logged in")
    }
    let manager = LoginManager::<Named>::builder(SECRET)
        .user_loader(async |id: String| Some(Named { id }))
        .refresh_view("/refresh")
        .use_session_for_next(true)
        .build()
        .unwrap();
    let configure = |config: &mut ServiceConfig| {
        config
            .route("/login", web::post().to(login))
            .route("/say", web::post().to(say))
            .default_service(web::to(fresh));
    };
    let app = serve!(configure, manager.clone(), cookie_session());
    for filler in ["x", "\\", "\"", "\n", "\0", "佐"] {
        let mut browser = app.browser();
        assert_eq!(browser.post("/login", "").status, 200);
        for number in 0..8 {
            let text = filler.repeat(110 / filler.len());
            tell(&mut browser, "info", &format!("{text}{number}"));
            assert_fits(&browser);
        }
        let next = if filler == "x" { "x" } else { "\\" };
        let refused = browser.get(&format!("/?{}", next.repeat(1022)));
        assert_eq!(refused.status, 302, "{filler:?}");
        assert_fits(&browser);
    }
}
