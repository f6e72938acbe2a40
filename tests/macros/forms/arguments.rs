//! A guarded handler takes the arguments of any actix-web handler: any extractor, any pattern, with attributes.
#![deny(warnings)]

use std::collections::HashMap;

use actix_login::login_required;
use actix_multipart::Multipart;
use actix_session::Session;
use actix_web::{App, HttpRequest, HttpResponse, Responder, post, web};
use futures_util::StreamExt as _;
use serde::Deserialize;

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

#[login_required]
async fn request_and_session(req: HttpRequest, session: Session) -> String {
    format!("{} {:?}", req.path(), session.status())
}

#[login_required]
async fn raw_payload(mut payload: web::Payload) -> actix_web::Result<impl Responder> {
    let mut length = 0;
    while let Some(chunk) = payload.next().await {
        length += chunk?.len();
    }
    Ok(length.to_string())
}

#[login_required]
async fn multipart(mut parts: Multipart) -> actix_web::Result<impl Responder> {
    let mut count = 0_usize;
    while let Some(part) = parts.next().await {
        let _ = part?;
        count += 1;
    }
    Ok(count.to_string())
}

#[login_required]
async fn form(web::Form(Credentials { email, password }): web::Form<Credentials>) -> String {
    email + &password
}

#[post("/patterns")]
#[login_required]
async fn patterns(
    web::Query(Credentials { email, .. }): web::Query<Credentials>,
    (req, mut body): (HttpRequest, String),
    _: web::Query<HashMap<String, String>>,
    web::Json((user, ref post)): web::Json<(u32, String)>,
) -> HttpResponse {
    body.push_str(req.path());
    HttpResponse::Ok().body(format!("{user} {post} {body} {email}"))
}

#[login_required]
async fn attributes_on_arguments(
    #[allow(unused_variables)] path: web::Path<u32>,
    #[cfg(not(test))] missing: Missing,
    #[cfg(test)] query: web::Query<HashMap<String, String>>,
) -> String {
    query.len().to_string()
}

#[login_required]
async fn fallible(
    user: Option<web::Path<u32>>,
    body: Result<String, actix_web::Error>,
) -> impl Responder {
    format!("{user:?} {body:?}")
}

#[test]
fn the_forms_are_accepted() {
    let _app = App::new()
        .service(patterns)
        .route("/", web::get().to(request_and_session))
        .route("/", web::post().to(raw_payload))
        .route("/", web::post().to(multipart))
        .route("/", web::post().to(form))
        .route("/", web::post().to(attributes_on_arguments))
        .route("/", web::post().to(fallible));
}
