//! A generic handler needs no more bounds than it does without the attribute.
#![deny(warnings, unused_lifetimes)]

use std::{borrow::Cow, fmt::Debug};

use actix_login::{fresh_login_required, login_required};
use actix_web::{App, FromRequest, HttpRequest, Responder, web};
use serde::{Serialize, de::DeserializeOwned};

trait Store {
    fn count(&self) -> usize;
}

struct Memory;

impl Store for Memory {
    fn count(&self) -> usize {
        0
    }
}

#[login_required]
async fn inline_bound<S: Store>(store: web::Data<S>) -> String {
    store.count().to_string()
}

#[login_required]
async fn where_clause<T>(json: web::Json<T>) -> impl Responder
where
    T: DeserializeOwned + Serialize,
{
    json
}

#[fresh_login_required]
async fn bound_missing_for_extraction<E>(
    _extractor: E,
    json: web::Json<Vec<u8>>,
) -> impl Responder {
    json
}

#[login_required]
async fn tuple<E>(_pair: (E, HttpRequest), json: web::Json<Vec<u8>>) -> impl Responder {
    json
}

#[login_required]
async fn bound_missing_within_a_tuple<E>(
    _pair: Option<(E, HttpRequest)>,
    json: web::Json<Vec<u8>>,
) -> impl Responder {
    json
}

#[login_required]
async fn bound_missing_within_a_type<E>(
    _extractor: Option<E>,
    json: web::Json<Vec<u8>>,
) -> impl Responder {
    json
}

#[login_required]
async fn bound_missing_beside_an_attribute<E>(
    #[allow(unused_variables)] extractor: E,
    json: web::Json<Vec<u8>>,
) -> impl Responder {
    json
}

#[login_required]
async fn bound_written<E: FromRequest + Debug>(extractor: E) -> String {
    format!("{extractor:?}")
}

#[login_required]
async fn only_in_the_body<T: Default + Serialize>() -> web::Json<T> {
    web::Json(T::default())
}

#[login_required]
async fn constant<const LENGTH: usize>(_req: HttpRequest) -> String {
    LENGTH.to_string()
}

#[login_required]
#[tracing::instrument(skip_all)]
async fn nested<S: Store, const LENGTH: usize>(store: web::Data<S>) -> String {
    (store.count() + LENGTH).to_string()
}

#[login_required]
async fn lifetime<'a>(name: web::Data<Cow<'a, str>>) -> String {
    name.to_string()
}

#[login_required]
async fn lifetime_left_open(name: web::Data<Cow<'_, str>>) -> String {
    name.to_string()
}

#[login_required]
async fn lifetime_returned<'a>(name: web::ThinData<Cow<'a, str>>) -> Cow<'a, str> {
    name.0
}

#[login_required]
async fn lifetimes_with_bounds<'a, 'b: 'a, 'c, S: Store>(
    names: web::Data<[Cow<'a, str>; 2]>,
    _more: web::Data<(&'b str, &'c str, S)>,
) -> impl Responder
where
    'c: 'b,
{
    names.concat()
}

#[test]
fn the_forms_are_accepted() {
    let _app = App::new()
        .route("/", web::get().to(inline_bound::<Memory>))
        .route("/", web::get().to(where_clause::<String>))
        .route(
            "/",
            web::get().to(bound_missing_for_extraction::<HttpRequest>),
        )
        .route("/", web::get().to(tuple::<HttpRequest>))
        .route(
            "/",
            web::get().to(bound_missing_within_a_tuple::<HttpRequest>),
        )
        .route(
            "/",
            web::get().to(bound_missing_within_a_type::<HttpRequest>),
        )
        .route(
            "/",
            web::get().to(bound_missing_beside_an_attribute::<HttpRequest>),
        )
        .route("/", web::get().to(bound_written::<String>))
        .route("/", web::get().to(only_in_the_body::<u32>))
        .route("/", web::get().to(constant::<3>))
        .route("/", web::get().to(nested::<Memory, 3>))
        .route("/", web::get().to(lifetime))
        .route("/", web::get().to(lifetime_left_open))
        .route("/", web::get().to(lifetime_returned))
        .route("/", web::get().to(lifetimes_with_bounds::<Memory>));
}
