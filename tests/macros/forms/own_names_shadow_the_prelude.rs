//! The generated code compiles where the user's own items shadow the names of the prelude.
#![deny(warnings)]
#![allow(non_camel_case_types, dead_code)]

use actix_web::{App, web};

mod shadowed {
    use actix_login::{UserMixin, anonymous_required, fresh_login_required, login_required};
    use actix_web::get;

    pub type Result<T> = ::core::result::Result<T, actix_web::Error>;
    pub struct Option;
    pub struct Some;
    pub struct None;
    pub struct String;
    pub struct HttpRequest;
    pub struct HttpResponse;
    pub struct Payload;
    pub trait Clone {}
    pub trait PartialEq {}
    pub trait Eq {}
    pub struct bool;
    pub struct str;
    pub struct u8;
    pub mod core {}
    pub mod std {}
    pub mod actix_login_private {}

    #[derive(UserMixin)]
    #[user(eq)]
    pub struct User {
        pub id: ::core::primitive::u32,
        #[user(active)]
        pub active: ::core::primitive::bool,
        #[user(session_auth_hash)]
        pub password: ::std::string::String,
    }

    impl ::core::clone::Clone for User {
        fn clone(&self) -> Self {
            User {
                id: self.id,
                active: self.active,
                password: self.password.clone(),
            }
        }
    }

    #[login_required(User, check = |user: &User| user.active)]
    pub async fn index() -> Result<&'static ::core::primitive::str> {
        Ok("index")
    }

    #[get("/fresh")]
    #[fresh_login_required]
    #[tracing::instrument]
    pub async fn fresh(req: actix_web::HttpRequest) -> Result<actix_web::HttpResponse> {
        Ok(actix_web::HttpResponse::Ok().body(req.path().to_owned()))
    }

    #[anonymous_required("/home")]
    pub async fn login() -> Result<&'static ::core::primitive::str> {
        Ok("login")
    }
}

#[test]
fn the_forms_are_accepted() {
    let _ = (
        shadowed::Option,
        shadowed::Some,
        shadowed::None,
        shadowed::String,
        shadowed::Payload,
    );
    let _ = (
        shadowed::HttpRequest,
        shadowed::HttpResponse,
        shadowed::bool,
        shadowed::str,
        shadowed::u8,
    );
    let _app = App::new()
        .service(shadowed::fresh)
        .route("/", web::get().to(shadowed::index))
        .route("/login", web::get().to(shadowed::login));
}
