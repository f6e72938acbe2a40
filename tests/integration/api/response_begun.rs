//! `login_user` and `logout_user` in the body of a response: its headers have been sent, so no cookie
//! can be set any more.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
};

use actix_login::{
    CurrentUser, LoginManager, LoginOptions, RememberCookie, confirm_login, login_user_with,
    logout_user,
};
use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::SizedStream,
    web::{self, Bytes, Path, ServiceConfig},
};
use futures_util::{Stream, TryStreamExt, stream};

use crate::{
    serve,
    support::{
        Log, REMEMBER, TestApp, cookie_session,
        pages::{User, builder, pages},
    },
};

type Body = Pin<Box<dyn Stream<Item = Result<Bytes, Error>>>>;

/// A body that calls a function of this crate once the head of the response has been sent.
fn body(req: HttpRequest, action: String) -> Body {
    let call = async move {
        let result = match &*action {
            "login" => {
                let options = LoginOptions::new().remember(true);
                login_user_with(&req, &User::from(1), options).await
            }
            "confirm" => confirm_login(&req).await,
            _ => logout_user(&req).await,
        };
        Ok(Bytes::from(match result {
            Ok(()) => "ok".to_owned(),
            Err(error) => error.to_string(),
        }))
    };
    Box::pin(stream::once(call))
}

/// A page that asks for no user before its body does.
async fn streamed(req: HttpRequest, action: Path<String>) -> HttpResponse {
    HttpResponse::Ok().streaming(body(req, action.into_inner()))
}

/// A page that has asked for its user.
async fn streamed_for_user(
    req: HttpRequest,
    action: Path<String>,
    _: CurrentUser<User>,
) -> HttpResponse {
    HttpResponse::Ok().streaming(body(req, action.into_inner()))
}

/// A body of a known length, filled up with spaces.
async fn sized_for_user(
    req: HttpRequest,
    action: Path<String>,
    _: CurrentUser<User>,
) -> HttpResponse {
    const LENGTH: usize = 1000;
    let filled = body(req, action.into_inner()).map_ok(|bytes| {
        let mut bytes = bytes.to_vec();
        bytes.resize(LENGTH, b' ');
        Bytes::from(bytes)
    });
    HttpResponse::Ok().body(SizedStream::new(LENGTH as u64, filled))
}

fn configure(config: &mut ServiceConfig) {
    pages::<User>(config);
    config
        .route("/stream/{action}", web::post().to(streamed))
        .route("/user-stream/{action}", web::post().to(streamed_for_user))
        .route("/user-sized/{action}", web::post().to(sized_for_user));
}

struct Site {
    app: TestApp,
    events: Arc<Mutex<Vec<&'static str>>>,
    log: Log,
}

fn site() -> Site {
    let (events, log) = (Arc::<Mutex<Vec<_>>>::default(), Log::default());
    let seen = Arc::clone(&events);
    let manager: LoginManager<User> = builder::<User>()
        .remember_cookie(RememberCookie::new().secure(false))
        .on_event(move |_, event, _| seen.lock().unwrap().push(event.name()))
        .build()
        .unwrap();
    let captured = log.clone();
    let app = serve!(
        {
            captured.capture();
            configure
        },
        manager.clone(),
        cookie_session()
    );
    Site { app, events, log }
}

#[test]
fn a_login_or_logout_in_a_streamed_body_is_an_error() {
    let site = site();
    for page in ["/stream", "/user-stream", "/user-sized"] {
        for action in ["login", "logout", "confirm"] {
            let mut browser = site.app.browser();
            if action != "login" {
                browser.post("/login/1", "");
            }
            site.events.lock().unwrap().clear();
            let response = browser.post(&format!("{page}/{action}"), "");
            assert!(
                response.body.contains("the response has begun"),
                "{page}/{action}: {}",
                response.body
            );
            assert!(response.set_cookie(REMEMBER).is_none());
            let events = site.events.lock().unwrap();
            let is_change = |name: &&str| name.starts_with("user_log");
            assert!(!events.iter().any(is_change), "{events:?}");
        }
    }
    assert!(site.log.says("the response has begun"));
}

#[test]
fn a_failed_logout_in_a_body_leaves_the_user_logged_in() {
    let site = site();
    let mut browser = site.app.browser();
    browser.post("/login/1", "");
    browser.post("/stream/logout", "");
    assert_eq!(browser.get("/who").body, "1");
    assert_eq!(browser.post("/logout", "").body, "logged out");
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn the_handler_of_a_streamed_response_may_log_in_and_out() {
    async fn log_in(req: HttpRequest) -> actix_web::Result<HttpResponse> {
        login_user_with(&req, &User::from(1), LoginOptions::new()).await?;
        let chunk = stream::once(async { Ok::<_, Error>(Bytes::from("in")) });
        Ok(HttpResponse::Ok().streaming(chunk))
    }
    let manager = builder::<User>().build().unwrap();
    let configure = |config: &mut ServiceConfig| {
        pages::<User>(config);
        config.route("/log-in", web::post().to(log_in));
    };
    let app = serve!(configure, manager.clone(), cookie_session());
    let mut browser = app.browser();
    // The same connection's request objects are used again.
    for _ in 0..3 {
        assert_eq!(browser.post("/log-in", "").body, "in");
        assert_eq!(browser.get("/who").body, "1");
        assert_eq!(browser.post("/logout", "").body, "logged out");
    }
}
