//! A hundred handlers, which the feature `guarded` guards.

macro_rules! handlers {
    ($($module:ident)*) => { $(
        pub(crate) mod $module {
            handlers!(in $module: a b c d e f g h i j);
        }
    )* };
    (in $module:ident: $($name:ident)*) => {
        use actix_web::{get, web::{Path, ServiceConfig}};
        #[cfg(feature = "guarded")]
        use actix_login::login_required;

        $(
            #[get("/page/{number}")]
            #[cfg_attr(feature = "guarded", login_required)]
            async fn $name(number: Path<u64>) -> String {
                format!("page {number}")
            }
        )*

        pub(crate) fn routes(services: &mut ServiceConfig) {
            $( services.service($name); )*
        }
    };
}

handlers!(a b c d e f g h i j);

pub(crate) fn routes(services: &mut actix_web::web::ServiceConfig) {
    for routes in [
        a::routes,
        b::routes,
        c::routes,
        d::routes,
        e::routes,
        f::routes,
        g::routes,
        h::routes,
        i::routes,
        j::routes,
    ] {
        routes(services);
    }
}
