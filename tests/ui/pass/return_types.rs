//! A guarded handler returns what an actix handler may.
#![deny(warnings)]

use std::{borrow::Cow, convert::Infallible, fmt};

use actix_login::login_required;
use actix_web::{
    App, Either, Error, HttpResponse, Responder, ResponseError, body::MessageBody,
    http::StatusCode, web,
};
use futures_util::stream;

#[derive(Debug)]
struct Failure;

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("failure")
    }
}

impl ResponseError for Failure {}

#[login_required]
async fn early_return(number: web::Path<i64>) -> impl Responder {
    if *number < 0 {
        return HttpResponse::BadRequest().finish();
    }
    HttpResponse::Ok().body(number.to_string())
}

#[login_required]
async fn result() -> actix_web::Result<impl Responder> {
    let number: u32 = "7".parse().map_err(actix_web::error::ErrorBadRequest)?;
    Ok(number.to_string())
}

#[login_required]
async fn own_error() -> Result<HttpResponse, Failure> {
    Err(Failure)
}

#[login_required]
async fn boxed_error() -> Result<impl Responder, Box<dyn std::error::Error>> {
    let text = String::from_utf8(vec![b'a'])?;
    Ok((text, StatusCode::CREATED))
}

#[login_required]
async fn either() -> Either<&'static str, Result<HttpResponse, Error>> {
    Either::Left("left")
}

#[login_required]
async fn generic_body() -> HttpResponse<impl MessageBody + 'static> {
    HttpResponse::Ok().message_body("body").unwrap()
}

#[login_required]
async fn optional() -> Option<Cow<'static, str>> {
    None
}

#[login_required]
async fn json() -> web::Json<Vec<u8>> {
    web::Json(vec![1])
}

#[login_required]
async fn streaming() -> HttpResponse {
    HttpResponse::Ok().streaming(stream::iter([Ok::<_, Infallible>(
        web::Bytes::from_static(b"part"),
    )]))
}

fn main() {
    let _app = App::new()
        .route("/", web::get().to(early_return))
        .route("/", web::get().to(result))
        .route("/", web::get().to(own_error))
        .route("/", web::get().to(boxed_error))
        .route("/", web::get().to(either))
        .route("/", web::get().to(generic_body))
        .route("/", web::get().to(optional))
        .route("/", web::get().to(json))
        .route("/", web::get().to(streaming));
}
