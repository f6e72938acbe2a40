//! A guarded function is an actix-web handler: `.to(…)` accepts it, also from another module.
#![deny(warnings)]

use actix_web::{App, web};

mod views {
    use actix_login::login_required;
    use actix_web::Responder;

    #[login_required]
    pub async fn public() -> impl Responder {
        "public"
    }

    #[login_required]
    pub(crate) async fn in_crate() -> impl Responder {
        "crate"
    }

    #[login_required]
    pub(super) async fn in_parent(path: actix_web::web::Path<u32>) -> String {
        path.to_string()
    }
}

#[test]
fn the_forms_are_accepted() {
    let _app = App::new()
        .route("/public", web::get().to(views::public))
        .route("/crate", web::get().to(views::in_crate))
        .service(web::resource("/{id}").to(views::in_parent));
}
