use actix_login::login_required;
use actix_web::{HttpRequest as Req, web};

#[login_required]
async fn index(
    _: Req,
    _: Req,
    _: Req,
    _: Req,
    _: Req,
    _: Req,
    _: Req,
    _: Req,
    _: Req,
    _: Req,
    _: Req,
    _: Req,
    _: Req,
    _: Req,
    _: Req,
    _: Req,
    seventeenth: Req,
) -> String {
    seventeenth.path().to_owned()
}

fn main() {
    web::get().to(index);
}
