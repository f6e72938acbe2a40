//! Several managers: each refuses for itself.

use actix_login::{LoginEvent, LoginManager, UserMixin};
use actix_web::web::{self, ServiceConfig};

use super::{CROSS_SITE, EVIL, post};
use crate::{
    serve,
    support::{
        Count, cookie_session,
        pages::{User, builder, pages},
    },
};

#[derive(Clone, UserMixin)]
struct Admin {
    id: u64,
}

impl From<u64> for Admin {
    fn from(id: u64) -> Self {
        Self { id }
    }
}

#[test]
fn each_of_nested_managers_refuses_for_itself() {
    let outer: LoginManager<User> = builder()
        .allow_cross_site(["/admin/{tail}*", "/open"])
        .build()
        .unwrap();
    let inner: LoginManager<Admin> = builder().allow_cross_site(["/hook"]).build().unwrap();
    let configure = move |config: &mut ServiceConfig| {
        let admin = web::scope("/admin")
            .route("/hook", web::post().to(async || "hook"))
            .configure(pages::<Admin>)
            .wrap(inner.clone());
        config
            .service(admin)
            .route("/open", web::post().to(async || "open"));
    };
    let app = serve!(configure.clone(), outer.clone(), cookie_session());
    assert_eq!(post(&app, "/open", &[EVIL, CROSS_SITE]), 200);
    // The outer manager admits it, and the inner one does not.
    assert_eq!(post(&app, "/admin/login/1", &[EVIL, CROSS_SITE]), 403);
    // The inner one's pattern begins after the path of its scope.
    assert_eq!(post(&app, "/admin/hook", &[EVIL, CROSS_SITE]), 200);
}

#[test]
fn a_manager_around_itself_refuses_once() {
    let events = Count::default();
    let counted = events.clone();
    let manager = builder::<User>()
        .allow_cross_site(["/shop/hook"])
        .on_event(move |_, event, _| {
            if event == LoginEvent::CrossSiteRefused {
                counted.add();
            }
        })
        .build()
        .unwrap();
    let inner = manager.clone();
    let configure = move |config: &mut ServiceConfig| {
        let shop = web::scope("/shop")
            .route("/hook", web::post().to(async || "hook"))
            .wrap(inner.clone());
        config.service(shop);
    };
    let app = serve!(configure.clone(), manager.clone(), cookie_session());
    // The inner one would match the pattern against `/hook`.
    assert_eq!(post(&app, "/shop/hook", &[EVIL, CROSS_SITE]), 200);
    assert_eq!(events.get(), 0);
    assert_eq!(post(&app, "/shop/other", &[EVIL, CROSS_SITE]), 403);
    assert_eq!(events.get(), 1);
}
