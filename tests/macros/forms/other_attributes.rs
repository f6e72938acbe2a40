//! Other attributes apply to the right function. Routes, docs, conditions and lints apply to the guarded function,
//! all others to the original function.
#![deny(warnings, missing_docs)]

use actix_login::login_required;
use actix_web::{App, HttpResponse, Responder, get, web};

#[tracing::instrument(skip(path), fields(id = %path))]
#[login_required]
async fn instrument_above(path: web::Path<u32>, name: String) -> impl Responder {
    format!("{path} {name}")
}

#[login_required]
#[tracing::instrument(skip(path), fields(id = %path), err)]
async fn instrument_below(
    path: web::Path<u32>,
    name: String,
) -> Result<HttpResponse, actix_web::Error> {
    Ok(HttpResponse::Ok().body(format!("{path} {name}")))
}

/// Instrumented.
#[get("/between")]
#[login_required]
#[tracing::instrument(ret)]
async fn instrument_between(name: String) -> String {
    name
}

/// Public, so that the lint for missing documentation applies.
pub mod api {
    use super::*;

    /// Documented above.
    #[login_required]
    #[doc = "And below."]
    pub async fn documented() -> impl Responder {
        "documented"
    }
}

#[login_required]
#[deprecated]
#[must_use]
#[inline]
async fn built_in_attributes() -> impl Responder {
    "built in"
}

#[login_required]
#[expect(unused_variables, unused_mut)]
async fn expected_lint(mut path: web::Path<u32>) -> impl Responder {
    #![allow(unused_assignments)]
    "expected"
}

#[login_required]
#[allow(dead_code)]
async fn unused() -> impl Responder {
    "unused"
}

#[expect(dead_code)]
#[login_required]
async fn expected_to_be_unused() -> impl Responder {
    "unused"
}

#[login_required]
#[cfg(not(test))]
async fn configured_out(missing: Missing) -> impl Responder {}

#[login_required]
#[cfg_attr(
    test,
    get("/conditional"),
    tracing::instrument(skip(body)),
    doc = "Documented."
)]
#[cfg_attr(not(test), unknown_attribute)]
async fn conditional_attributes(body: String) -> String {
    body
}

#[test]
fn the_forms_are_accepted() {
    #[allow(deprecated)]
    let _app = App::new()
        .service(instrument_between)
        .service(conditional_attributes)
        .route("/", web::get().to(instrument_above))
        .route("/", web::get().to(instrument_below))
        .route("/", web::get().to(api::documented))
        .route("/", web::get().to(built_in_attributes))
        .route("/", web::get().to(expected_lint));
}
