//! A guarded handler takes up to sixteen arguments. The lint for that is silenced as on any function.
#![deny(warnings, clippy::all)]

use actix_login::login_required;
use actix_web::{App, HttpRequest, get, web};

type Req = HttpRequest;

#[login_required]
#[get("/")]
#[allow(clippy::too_many_arguments)]
async fn sixteen(
    a: Req,
    b: Req,
    c: Req,
    d: Req,
    e: Req,
    f: Req,
    g: Req,
    h: Req,
    i: Req,
    j: Req,
    k: Req,
    l: Req,
    m: Req,
    n: Req,
    o: Req,
    p: Req,
) -> String {
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
        .iter()
        .map(|req| req.path())
        .collect()
}

#[login_required]
async fn tuples((a, b): (Req, Req), (c, d): (Req, web::Bytes)) -> String {
    format!("{a:?} {b:?} {c:?} {d:?}")
}

#[test]
fn the_forms_are_accepted() {
    let _app = App::new()
        .service(sixteen)
        .route("/tuples", web::get().to(tuples));
}
