//! Handlers in an `impl` block, with and without `Self`, and with the parameters of a generic block.
#![deny(warnings)]

use actix_login::{UserMixin, login_required};
use actix_web::{App, HttpResponse, Responder, web};
use serde::Serialize;

#[derive(Clone, UserMixin)]
struct Admin {
    id: u32,
}

struct Api;

impl Api {
    const GREETING: &'static str = "hello";

    fn may_enter(admin: &Admin) -> bool {
        admin.id == 1
    }

    #[login_required]
    async fn without_self() -> impl Responder {
        Api::GREETING
    }

    /// Lists.
    #[login_required(Admin, check = Self::may_enter)]
    pub async fn with_self(name: web::Path<String>) -> impl Responder {
        format!("{} {name} {}", Self::GREETING, Self::number())
    }

    #[login_required]
    async fn self_in_the_signature(
        web::Json((first, _)): web::Json<(String, String)>,
        _api: web::Data<Self>,
    ) -> web::Json<Self> {
        let _ = first;
        web::Json(Self)
    }

    #[login_required]
    async fn result() -> Result<impl Responder, actix_web::Error> {
        let text =
            String::from_utf8(Self::GREETING.into()).map_err(actix_web::error::ErrorBadRequest)?;
        Ok(text)
    }

    #[login_required]
    async fn self_in_a_block(req: actix_web::HttpRequest) -> impl Responder {
        if req.path() == "/" {
            return Self::GREETING;
        }
        "elsewhere"
    }

    fn number() -> u32 {
        7
    }
}

impl Serialize for Api {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

struct Generic<T>(T);

impl<T: Clone + Into<String> + 'static> Generic<T> {
    #[login_required]
    async fn parameter_of_the_block(data: web::Data<T>) -> HttpResponse {
        let text: String = T::clone(&data).into();
        HttpResponse::Ok().body(text)
    }

    #[login_required]
    async fn with_own_parameter<U: 'static>(_: web::Data<U>, this: web::Data<Self>) -> String {
        this.0.clone().into()
    }
}

#[test]
fn the_forms_are_accepted() {
    let _app = App::new()
        .route("/", web::get().to(Api::without_self))
        .route("/", web::get().to(Api::with_self))
        .route("/", web::get().to(Api::self_in_the_signature))
        .route("/", web::get().to(Api::result))
        .route("/", web::get().to(Api::self_in_a_block))
        .route(
            "/",
            web::get().to(Generic::<String>::parameter_of_the_block),
        )
        .route(
            "/",
            web::get().to(Generic::<String>::with_own_parameter::<u8>),
        );
}
