//! Handlers of refused requests that ask for a refusal themselves.

use std::sync::{Arc, Mutex};

use actix_login::{
    AuthenticatedUser, LoginManager, LoginManagerBuilder, LoginOptions, LoginScope,
    fresh_login_required, login_required, login_user_with, needs_refresh, unauthorized,
};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse, Responder, Result,
    http::StatusCode,
    rt::{spawn, task::yield_now},
    web::{self, Path, ServiceConfig},
};
use futures_util::future::join;

use crate::{
    serve,
    support::{
        Browser, Count, Response, TestApp, cookie_session,
        pages::{User, builder, login},
    },
};

#[login_required]
async fn guarded() -> impl Responder {
    "guarded"
}

#[fresh_login_required]
async fn fresh() -> impl Responder {
    "fresh"
}

#[login_required(check = |user: &User| user.id == 1)]
async fn for_the_first() -> impl Responder {
    "for the first"
}

async fn extracted(user: AuthenticatedUser<User>, other: AuthenticatedUser<User>) -> String {
    format!("{} {}", user.id, other.id)
}

/// Refuses twice, for two reasons.
async fn two_refusals(req: HttpRequest) -> HttpResponse {
    let first = unauthorized(&req).await;
    let second = needs_refresh(&req).await;
    let third = unauthorized(&req).await;
    let all = [first, second, third].map(|response| response.status().as_u16());
    HttpResponse::Ok().json(all)
}

async fn stale_login(req: HttpRequest, id: Path<u64>) -> Result<impl Responder> {
    login_user_with(&req, &User::from(*id), LoginOptions::new().fresh(false)).await?;
    Ok("logged in")
}

fn pages(config: &mut ServiceConfig) {
    config
        .route("/guarded", web::get().to(guarded))
        .route("/fresh", web::get().to(fresh))
        .route("/first", web::get().to(for_the_first))
        .route("/extracted", web::get().to(extracted))
        .route("/two-refusals", web::get().to(two_refusals))
        .route("/login/{id}", web::post().to(login::<User>))
        .route("/stale-login/{id}", web::post().to(stale_login));
}

/// The refusals among the events of an app.
#[derive(Clone, Default)]
struct Refusals(Arc<Mutex<Vec<&'static str>>>);

impl Refusals {
    /// Those since the last call.
    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

type Builder = LoginManagerBuilder<User>;

/// An app whose manager has these settings, with the pages inside these scopes, the innermost first.
fn app_with<const N: usize>(
    settings: impl FnOnce(Builder) -> Builder,
    scopes: [LoginScope; N],
) -> (TestApp, Refusals) {
    let refusals = Refusals::default();
    let seen = Arc::clone(&refusals.0);
    let builder = builder::<User>()
        .refresh_view("/reauthenticate")
        .on_event(move |_, event, _| {
            if matches!(event.name(), "user_unauthorized" | "user_needs_refresh") {
                seen.lock().unwrap().push(event.name());
            }
        });
    let manager: LoginManager<User> = settings(builder).build().unwrap();
    let configure = move |config: &mut ServiceConfig| {
        let mut nested = web::scope("").configure(pages);
        for scope in scopes.clone() {
            nested = web::scope("").service(nested.wrap(scope));
        }
        config.service(nested);
    };
    let app = serve!(configure.clone(), manager.clone(), cookie_session());
    (app, refusals)
}

/// An app whose manager has these settings.
fn app(settings: impl FnOnce(Builder) -> Builder) -> (TestApp, Refusals) {
    app_with(settings, [])
}

fn stale(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    assert_eq!(browser.post("/stale-login/2", "").status, 200);
    browser
}

fn assert_redirect(response: &Response, view: &str, page: &str) {
    let url = format!("{view}?next=%2F{page}");
    assert_eq!(response.location(), Some(url.as_str()));
}

#[test]
fn unauthorized_in_its_own_handler_is_the_managers_login_view() {
    let (app, refusals) = app(|builder| {
        builder.unauthorized_handler(async |req: &HttpRequest| match req.query_string() {
            "json" => HttpResponse::Unauthorized().json("log in first"),
            _ => unauthorized(req).await,
        })
    });
    let mut browser = app.browser();
    assert_redirect(&browser.get("/guarded"), "/login", "guarded");
    assert_eq!(refusals.take(), ["user_unauthorized"]);
    assert_eq!(browser.get("/guarded?json").body, "\"log in first\"");
    assert_eq!(refusals.take(), ["user_unauthorized"]);
}

#[test]
fn needs_refresh_in_its_own_handler_is_the_managers_refresh_view() {
    let (app, refusals) = app(|builder| {
        builder.needs_refresh_handler(async |req: &HttpRequest| {
            let manager = LoginManager::<User>::of(req).unwrap();
            manager.needs_refresh(req).await
        })
    });
    assert_redirect(&stale(&app).get("/fresh"), "/reauthenticate", "fresh");
    assert_eq!(refusals.take(), ["user_needs_refresh"]);
}

#[test]
fn a_manager_without_views_gives_its_handlers_an_empty_401() {
    let (app, _) = app_with(
        |builder| builder.unauthorized_handler(async |req: &HttpRequest| unauthorized(req).await),
        [
            LoginScope::new()
                .unauthorized_handler(async |req: &HttpRequest| unauthorized(req).await),
        ],
    );
    assert_redirect(&app.browser().get("/guarded"), "/login", "guarded");
    let without_view = LoginManager::<User>::builder(crate::support::SECRET)
        .user_loader(async |id: u64| Some(User::from(id)))
        .unauthorized_handler(async |req: &HttpRequest| unauthorized(req).await)
        .build()
        .unwrap();
    let app = serve!(pages, without_view.clone(), cookie_session());
    let refused = app.browser().get("/guarded");
    assert_eq!((refused.status, refused.body.as_str()), (401, ""));
}

#[test]
fn handlers_that_call_each_others_refusal_end_at_a_view() {
    let (app, refusals) = app(|builder| {
        builder
            .unauthorized_handler(async |req: &HttpRequest| needs_refresh(req).await)
            .needs_refresh_handler(async |req: &HttpRequest| unauthorized(req).await)
    });
    assert_redirect(&app.browser().get("/guarded"), "/login", "guarded");
    assert_eq!(refusals.take(), ["user_unauthorized"]);
    assert_redirect(&stale(&app).get("/fresh"), "/reauthenticate", "fresh");
    assert_eq!(refusals.take(), ["user_needs_refresh"]);
}

#[test]
fn a_handler_that_extracts_the_missing_user_gets_the_default() {
    let (app, refusals) = app(|builder| {
        builder.unauthorized_handler(async |req: &HttpRequest| {
            match AuthenticatedUser::<User>::extract(req).await {
                Ok(user) => HttpResponse::Ok().body(user.id.to_string()),
                Err(error) => error.error_response(),
            }
        })
    });
    for page in ["guarded", "extracted"] {
        assert_redirect(&app.browser().get(&format!("/{page}")), "/login", page);
    }
    assert_eq!(refusals.take()[0], "user_unauthorized");
}

#[test]
fn a_scopes_handler_gets_the_scope_around_and_then_the_manager() {
    fn labelled(label: &'static str) -> LoginScope {
        LoginScope::new().login_view("/never").unauthorized_handler(
            async move |req: &HttpRequest| {
                let mut inner = unauthorized(req).await;
                let (name, value) = ("x-passed".parse().unwrap(), label.parse().unwrap());
                inner.headers_mut().append(name, value);
                inner
            },
        )
    }
    let manager = |builder: Builder| {
        builder.unauthorized_handler(async |req: &HttpRequest| {
            let mut inner = unauthorized(req).await;
            *inner.status_mut() = StatusCode::SEE_OTHER;
            inner
        })
    };
    let (app, refusals) = app_with(manager, [labelled("inner"), labelled("outer")]);
    let refused = app.browser().get("/guarded");
    assert_redirect(&refused, "/login", "guarded");
    assert_eq!(refused.status, 303);
    let passed: Vec<_> = refused.headers("x-passed").collect();
    assert_eq!(passed, ["outer", "inner"]);
    assert_eq!(refusals.take(), ["user_unauthorized"]);

    let around = LoginScope::new().login_view("/outer-login");
    let (app, _) = app_with(manager, [labelled("inner"), around]);
    assert_redirect(&app.browser().get("/guarded"), "/outer-login", "guarded");
}

#[test]
fn a_forbidden_handler_may_ask_for_a_login() {
    let (app, refusals) = app(|builder| {
        builder
            .forbidden_handler(async |req: &HttpRequest| unauthorized(req).await)
            .unauthorized_handler(async |req: &HttpRequest| unauthorized(req).await)
    });
    assert_redirect(&stale(&app).get("/first"), "/login", "first");
    assert_eq!(refusals.take(), ["user_unauthorized"]);
}

#[test]
fn calls_that_a_handler_joins_all_get_the_default() {
    let (app, refusals) = app(|builder| {
        builder.unauthorized_handler(async |req: &HttpRequest| {
            let later = async {
                yield_now().await;
                unauthorized(req).await
            };
            let (first, second) = join(unauthorized(req), later).await;
            assert_eq!(first.status(), second.status());
            second
        })
    });
    assert_redirect(&app.browser().get("/guarded"), "/login", "guarded");
    assert_eq!(refusals.take(), ["user_unauthorized"]);
}

#[test]
fn a_call_in_a_task_that_a_handler_awaits_gets_the_default() {
    let (app, refusals) = app(|builder| {
        builder.unauthorized_handler(async |req: &HttpRequest| {
            let req = req.clone();
            spawn(async move { unauthorized(&req).await })
                .await
                .unwrap()
        })
    });
    assert_redirect(&app.browser().get("/guarded"), "/login", "guarded");
    assert_eq!(refusals.take(), ["user_unauthorized"]);
}

#[test]
fn a_handler_that_leaves_tasks_behind_ends_nevertheless() {
    let runs = Count::default();
    let counted = runs.clone();
    let (app, _) = app(move |builder| {
        builder.unauthorized_handler(async move |req: &HttpRequest| {
            counted.add();
            let req = req.clone();
            spawn(async move { unauthorized(&req).await });
            HttpResponse::Unauthorized().finish()
        })
    });
    assert_eq!(app.browser().get("/guarded").status, 401);
    // A worker that is busy for ever would not get here.
    assert_eq!(app.browser().get("/guarded").status, 401);
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert!(runs.get() < 100, "{} runs", runs.get());
}

#[test]
fn refusals_one_after_the_other_each_run_the_handler_and_emit() {
    let (app, refusals) = app(|builder| {
        builder
            .unauthorized_handler(async |_: &HttpRequest| HttpResponse::ImATeapot())
            .needs_refresh_handler(async |req: &HttpRequest| unauthorized(req).await)
    });
    assert_eq!(app.browser().get("/two-refusals").body, "[418,418,418]");
    let expected = [
        "user_unauthorized",
        "user_needs_refresh",
        "user_unauthorized",
    ];
    assert_eq!(refusals.take(), expected);
}

#[test]
fn extractors_that_wait_for_a_handler_together_both_run_it() {
    let (app, _) = app(|builder| {
        builder.unauthorized_handler(async |_: &HttpRequest| {
            yield_now().await;
            HttpResponse::ImATeapot().finish()
        })
    });
    assert_eq!(app.browser().get("/extracted").status, 418);
}
