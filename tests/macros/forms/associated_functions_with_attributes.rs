//! Handlers that use `Self` and have another attribute or a second guard.
#![deny(warnings)]

use actix_login::{fresh_login_required, login_required};
use actix_web::{App, HttpResponse, Responder, web};

struct Api<T>(T);

impl<T: Default + ToString + 'static> Api<T> {
    #[login_required]
    #[tracing::instrument(skip_all)]
    pub async fn instrumented(number: web::Path<u32>) -> impl Responder {
        format!("{number} {}", Self::text())
    }

    #[tracing::instrument(skip(number))]
    #[login_required]
    pub async fn instrumented_above(number: web::Path<u32>) -> HttpResponse {
        HttpResponse::Ok().body(format!("{number} {}", Self::text()))
    }

    #[login_required]
    #[fresh_login_required]
    async fn two_guards<const LENGTH: usize>() -> String {
        Self::text().repeat(LENGTH)
    }

    #[login_required]
    #[cfg(test)]
    #[expect(unused_variables)]
    async fn r#type(number: web::Path<u32>) -> String {
        Self::text()
    }

    #[login_required]
    #[cfg(not(test))]
    #[tracing::instrument]
    async fn configured_out(missing: Missing) -> Self {}

    fn text() -> String {
        T::default().to_string()
    }
}

#[login_required]
#[tracing::instrument]
async fn self_of_a_type_inside() -> String {
    struct Inside(u8);
    impl Inside {
        fn new() -> Self {
            Self(1)
        }
    }
    Inside::new().0.to_string()
}

#[test]
fn the_forms_are_accepted() {
    let _ = Api(1_u8).0;
    let _app = App::new()
        .route("/", web::get().to(Api::<u8>::instrumented))
        .route("/", web::get().to(Api::<u8>::instrumented_above))
        .route("/", web::get().to(Api::<u8>::two_guards::<3>))
        .route("/", web::get().to(Api::<u8>::r#type))
        .route("/", web::get().to(self_of_a_type_inside));
}
