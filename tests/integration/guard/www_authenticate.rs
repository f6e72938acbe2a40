//! `WWW-Authenticate`: a 401 says how to authenticate.

use actix_login::{
    Authorization, LoginManager, LoginManagerBuilder, LoginScope, confirm_login, login_required,
};
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result,
    web::{self, ServiceConfig},
};

use crate::{
    serve,
    support::{
        SECRET, TestApp, cookie_session,
        pages::{User, pages},
    },
};

#[login_required]
async fn guarded() -> impl Responder {
    "guarded"
}

async fn confirm(req: HttpRequest) -> Result<impl Responder> {
    confirm_login(&req).await?;
    Ok("confirmed")
}

async fn own_challenge() -> impl Responder {
    HttpResponse::Unauthorized()
        .insert_header(("WWW-Authenticate", "Digest realm=\"own\""))
        .finish()
}

fn builder() -> LoginManagerBuilder<User> {
    LoginManager::builder(SECRET)
        .user_loader(async |id: u64| Some(User::from(id)))
        .header_loader(async |value: &str| match Authorization::parse(value)? {
            Authorization::Bearer("secret") => Some(User::from(1)),
            _ => None,
        })
}

fn app(manager: LoginManager<User>) -> TestApp {
    let configure = |config: &mut ServiceConfig| {
        let scope = web::scope("/scope").route("/page", web::get().to(guarded));
        config
            .configure(pages::<User>)
            .service(scope.wrap(LoginScope::new().login_required()))
            .route("/guarded", web::get().to(guarded))
            .route("/confirm", web::get().to(confirm))
            .route("/own-challenge", web::get().to(own_challenge));
    };
    serve!(configure, manager.clone(), cookie_session())
}

#[test]
fn each_401_has_the_challenge_that_the_app_names() {
    let app = app(builder()
        .www_authenticate("Bearer realm=\"api\"")
        .build()
        .unwrap());
    for page in ["/guarded", "/protected", "/scope/page", "/confirm"] {
        let refused = app.browser().get(page);
        assert_eq!(refused.status, 401, "{page}");
        let challenge = refused.header("www-authenticate");
        assert_eq!(challenge, Some("Bearer realm=\"api\""), "{page}");
    }
    let own = app.browser().get("/own-challenge");
    let challenges: Vec<_> = own.headers("www-authenticate").collect();
    assert_eq!(challenges, ["Digest realm=\"own\""]);
    assert_eq!(app.browser().get("/who").header("www-authenticate"), None);
}

#[test]
fn a_handlers_401_has_the_challenge_too() {
    let manager = builder()
        .www_authenticate("Bearer")
        .unauthorized_handler(async |_: &HttpRequest| HttpResponse::Unauthorized().json("log in"));
    let refused = app(manager.build().unwrap()).browser().get("/guarded");
    assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
}

#[test]
fn without_the_setting_and_in_a_redirect_there_is_no_challenge() {
    let refused = app(builder().build().unwrap()).browser().get("/guarded");
    assert_eq!(
        (refused.status, refused.header("www-authenticate")),
        (401, None)
    );
    let manager = builder().www_authenticate("Bearer").login_view("/login");
    let redirect = app(manager.build().unwrap()).browser().get("/guarded");
    assert_eq!(
        (redirect.status, redirect.header("www-authenticate")),
        (302, None)
    );
}

#[test]
fn a_challenge_without_a_scheme_or_realm_is_rejected_at_start() {
    for wrong in [
        "",
        " Bearer",
        "Basic",
        "basic charset=\"UTF-8\"",
        "realm=\"a\"",
        "Bearer\r\nx: y",
    ] {
        let error = builder().www_authenticate(wrong).build().unwrap_err();
        let text = error.to_string();
        assert!(text.contains("www_authenticate"), "{wrong:?}: {text}");
    }
    let both = "Basic realm=\"api\", Bearer";
    assert!(builder().www_authenticate(both).build().is_ok());
}
