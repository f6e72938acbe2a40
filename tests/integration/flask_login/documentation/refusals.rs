//! What the documents say about refused requests.

use actix_login::{LoginManager, login_required, unauthorized};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result, get, post,
    web::{self, ServiceConfig},
};

use super::{app, very_protected};
use crate::{
    serve,
    support::{SECRET, cookie_session, pages},
};

#[test]
fn restricted_views_redirect_to_the_login_view_with_a_next() {
    let app = app();
    let refused = app.browser().get("/logout");
    assert_eq!(refused.location(), Some("/login?next=%2Flogout"));
}

#[test]
fn unauthorized_and_needs_refresh_respond_as_the_manager_does() {
    let app = app();
    let refused = app.browser().get("/ask/unauthorized");
    assert_eq!(
        refused.location(),
        Some("/login?next=%2Fask%2Funauthorized")
    );
    let mut browser = app.browser();
    let refused = browser.get("/ask/needs-refresh");
    assert_eq!(
        refused.location(),
        Some("/login?next=%2Fask%2Fneeds-refresh")
    );
    assert_eq!(
        browser.get("/").body,
        r#"[{"category":"message","message":"Please reauthenticate to access this page."}]"#
    );
}

#[test]
fn without_a_login_view_a_refusal_is_a_401() {
    let manager = LoginManager::<pages::User>::builder(SECRET)
        .user_loader(async |id: u64| pages::load(id))
        .build()
        .unwrap();
    let app = serve!(
        pages::pages::<pages::User>,
        manager.clone(),
        cookie_session()
    );
    let refused = app.browser().get("/protected");
    assert_eq!((refused.status, refused.body.as_str()), (401, ""));
}

#[test]
fn an_unauthorized_handler_may_treat_an_api_unlike_the_pages() {
    let manager = pages::builder::<pages::User>()
        .unauthorized_handler(async |req: &HttpRequest| {
            if req.path().starts_with("/api/") {
                return HttpResponse::Unauthorized().finish();
            }
            // A handler may await.
            actix_web::rt::task::yield_now().await;
            HttpResponse::SeeOther()
                .insert_header(("Location", "/site/login"))
                .finish()
        })
        .needs_refresh_handler(async |_: &HttpRequest| {
            ("teapot", actix_web::http::StatusCode::IM_A_TEAPOT)
        })
        .build()
        .unwrap();
    let configure = |config: &mut ServiceConfig| {
        config
            .service((protected_by_any, login_stale, very_protected))
            .route(
                "/api/protected",
                web::get().to(async |req: HttpRequest| unauthorized(&req).await),
            );
    };
    let app = serve!(configure, manager.clone(), cookie_session());
    assert_eq!(app.browser().get("/api/protected").status, 401);
    let page = app.browser().get("/protected-by-any");
    assert_eq!((page.status, page.location()), (303, Some("/site/login")));
    let mut browser = app.browser();
    browser.post("/login-stale", "");
    let stale = browser.get("/very-protected");
    assert_eq!((stale.status, stale.body.as_str()), (418, "teapot"));
}

#[get("/protected-by-any")]
#[login_required]
async fn protected_by_any() -> impl Responder {
    "protected"
}

#[post("/login-stale")]
async fn login_stale(req: HttpRequest) -> Result<impl Responder> {
    let options = actix_login::LoginOptions::new().fresh(false);
    actix_login::login_user_with(&req, &pages::User::from(1), options).await?;
    Ok("logged in")
}
