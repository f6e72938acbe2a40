//! A guarded handler returns what any actix-web handler can return, including values that coerce to its return type.
#![deny(warnings)]
#![forbid(unreachable_code)]

use std::{borrow::Cow, convert::Infallible, error::Error as StdError, fmt, sync::LazyLock};

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
async fn boxed_error() -> Result<impl Responder, Box<dyn StdError>> {
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

#[login_required]
async fn boxed_by_hand() -> Result<HttpResponse, Box<dyn StdError>> {
    return Err(Box::new(fmt::Error));
}

#[login_required]
async fn array() -> &'static [u8] {
    b"abc"
}

#[login_required]
async fn arrays_of_two_lengths(number: web::Path<u32>) -> &'static [u8] {
    if *number == 1 { b"one" } else { b"other" }
}

#[login_required]
async fn array_in_ok() -> actix_web::Result<&'static [u8]> {
    Ok(b"abc")
}

#[login_required]
async fn array_in_either() -> Either<String, &'static [u8]> {
    Either::Right(b"abc")
}

static PAGE: LazyLock<String> = LazyLock::new(|| "page".to_owned());

#[login_required]
async fn dereferenced() -> &'static str {
    &PAGE
}

struct Page<T>(T);

impl<T: Clone + Into<Cow<'static, str>> + 'static> Page<T> {
    #[login_required]
    async fn of_the_block(page: web::Data<Self>) -> Result<Cow<'static, str>, Box<dyn StdError>> {
        if false {
            return Err(Box::new(fmt::Error));
        }
        Ok(page.0.clone().into())
    }
}

#[login_required]
async fn does_not_return() -> HttpResponse {
    panic!()
}

#[test]
fn the_forms_are_accepted() {
    let _app = App::new()
        .route("/", web::get().to(early_return))
        .route("/", web::get().to(result))
        .route("/", web::get().to(own_error))
        .route("/", web::get().to(boxed_error))
        .route("/", web::get().to(either))
        .route("/", web::get().to(generic_body))
        .route("/", web::get().to(optional))
        .route("/", web::get().to(json))
        .route("/", web::get().to(streaming))
        .route("/", web::get().to(boxed_by_hand))
        .route("/", web::get().to(array))
        .route("/", web::get().to(arrays_of_two_lengths))
        .route("/", web::get().to(array_in_ok))
        .route("/", web::get().to(array_in_either))
        .route("/", web::get().to(dereferenced))
        .route("/", web::get().to(Page::<String>::of_the_block))
        .route("/", web::get().to(does_not_return));
}
