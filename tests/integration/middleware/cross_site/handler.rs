//! The handler that makes the response to requests of other origins.

use actix_login::{LoginManager, active_logins, flash, login_fresh, login_user, unauthorized};
use actix_web::{HttpRequest, HttpResponse};

use super::{EVIL, app, post, routes, send};
use crate::{
    serve,
    support::{
        Log, TestApp, cookie_session,
        pages::{User, builder},
    },
};

#[test]
fn a_handler_makes_the_response() {
    let app = app(|builder| {
        builder.cross_site_handler(async |req: &HttpRequest| {
            HttpResponse::Forbidden().body(format!("{} is not for you", req.path()))
        })
    });
    let refused = send(&mut app.browser(), "POST", "/login/1", &[EVIL]);
    assert_eq!(refused.status, 403);
    assert_eq!(refused.body, "/login/1 is not for you");
}

/// An app whose handler asks for what it must not ask for.
fn asking_app(log: &Log, session_outside: bool) -> TestApp {
    let manager = builder::<User>()
        .cross_site_handler(async |req: &HttpRequest| {
            let user = User::from(1);
            let failed = [
                login_user(req, &user).await.is_err(),
                login_fresh(req).await.is_err(),
                active_logins(req).await.is_err(),
                LoginManager::<User>::of(req).is_err(),
                unauthorized(req).await.status() == 500,
            ];
            flash(req, "message", "refused");
            HttpResponse::Forbidden().json(failed)
        })
        .build()
        .unwrap();
    let log = log.clone();
    if session_outside {
        return serve!(
            {
                log.capture();
                routes
            },
            manager.clone(),
            cookie_session()
        );
    }
    serve!(
        {
            log.capture();
            routes
        },
        cookie_session(),
        manager.clone()
    )
}

#[test]
fn a_handler_that_asks_for_the_user_gets_an_error_and_a_log_line() {
    for session_outside in [true, false] {
        let log = Log::default();
        let app = asking_app(&log, session_outside);
        let refused = send(&mut app.browser(), "POST", "/login/1", &[EVIL]);
        assert_eq!(refused.status, 403);
        assert_eq!(refused.body, "[true,true,true,true,true]");
        assert!(log.says("a `cross_site_handler` asked"), "{}", log.text());
        assert_eq!(post(&app, "/login/1", &[]), 200);
    }
}
