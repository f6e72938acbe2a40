//! A user type that decides by itself whom the guards admit, who may log in, and who counts as a guest.

use std::sync::{Arc, Mutex};

use actix_login::{
    AuthenticatedUser, ConfigError, CurrentUser, LoginEvent, LoginManager, LoginOptions,
    LoginScope, UserMixin, login_required, login_user_with,
};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, Json, Path, ServiceConfig},
};
use serde::Serialize;

use crate::{
    serve,
    support::{Log, SECRET, TestApp, cookie_session},
};

const USUAL: u64 = 1;
const LOCKED: u64 = 2;
const ON_HOLD: u64 = 3;
const VISITOR: u64 = 4;

#[derive(Clone, Serialize)]
struct User {
    id: u64,
}

impl UserMixin for User {
    type Id = u64;
    const NAME: &'static str = "User";

    fn get_id(&self) -> u64 {
        self.id
    }

    fn is_active(&self) -> bool {
        self.id != ON_HOLD
    }

    fn is_authenticated(&self) -> bool {
        self.id != LOCKED
    }

    fn is_anonymous(&self) -> bool {
        self.id == VISITOR
    }
}

async fn log_in(req: HttpRequest, path: Path<(u64, bool)>) -> Result<impl Responder> {
    let (id, force) = path.into_inner();
    login_user_with(&req, &User { id }, LoginOptions::new().force(force)).await?;
    Ok("logged in")
}

async fn who(user: CurrentUser<User>) -> impl Responder {
    Json(user)
}

async fn questions(user: CurrentUser<User>) -> impl Responder {
    format!("{} {}", user.is_authenticated(), user.is_anonymous())
}

#[login_required]
async fn attribute() -> impl Responder {
    "in"
}

async fn extractor(_: AuthenticatedUser<User>) -> impl Responder {
    "in"
}

fn pages(config: &mut ServiceConfig) {
    let scope = web::resource("/scope").to(async || "in");
    config
        .route("/login/{id}/{force}", web::post().to(log_in))
        .route("/who", web::get().to(who))
        .route("/questions", web::get().to(questions))
        .route("/attribute", web::get().to(attribute))
        .route("/extractor", web::get().to(extractor))
        .service(scope.wrap(LoginScope::new().login_required()));
}

/// The ids of the users with whom refusals were reported.
type Refused = Arc<Mutex<Vec<Option<u64>>>>;

fn app(refused: &Refused) -> TestApp {
    let refused = Arc::clone(refused);
    let manager = LoginManager::<User>::builder(SECRET)
        .user_loader(async |id: u64| Some(User { id }))
        .on_event(move |_, event, user: Option<&User>| {
            if event == LoginEvent::UserUnauthorized {
                refused.lock().unwrap().push(user.map(User::get_id));
            }
        })
        .build()
        .unwrap();
    serve!(pages, manager.clone(), cookie_session())
}

/// What the guarded pages respond to this user, after a login that is forced or not.
fn statuses(app: &TestApp, id: u64, force: bool) -> (u16, [u16; 3]) {
    let mut browser = app.browser();
    let login = browser.post(&format!("/login/{id}/{force}"), "").status;
    let pages = ["/attribute", "/scope", "/extractor"];
    (login, pages.map(|page| browser.get(page).status))
}

#[test]
fn the_guards_admit_by_is_authenticated_and_the_login_by_is_active() {
    let app = app(&Refused::default());
    assert_eq!(statuses(&app, USUAL, false), (200, [200; 3]));
    assert_eq!(statuses(&app, LOCKED, false), (200, [401; 3]));
    assert_eq!(statuses(&app, ON_HOLD, false), (403, [401; 3]));
    assert_eq!(statuses(&app, ON_HOLD, true), (200, [200; 3]));
}

#[test]
fn a_refusal_is_reported_with_the_user_whom_the_guards_refuse() {
    let refused = Refused::default();
    let app = app(&refused);
    statuses(&app, LOCKED, false);
    assert_eq!(*refused.lock().unwrap(), [Some(LOCKED); 3]);
}

#[test]
fn a_users_own_is_anonymous_reaches_handlers_and_templates() {
    let app = app(&Refused::default());
    for (id, is_anonymous) in [(USUAL, false), (VISITOR, true)] {
        let mut browser = app.browser();
        browser.post(&format!("/login/{id}/false"), "");
        assert_eq!(
            browser.get("/questions").body,
            format!("true {is_anonymous}")
        );
        let json = browser.get("/who").body;
        assert!(
            json.contains(&format!("\"is_anonymous\":{is_anonymous}")),
            "{json}"
        );
    }
}

#[test]
fn a_manager_without_any_loader_is_not_built() {
    let built = LoginManager::<User>::builder(SECRET).build();
    assert!(matches!(built, Err(ConfigError::NoLoader)));
}

#[test]
fn a_header_loader_that_fails_is_an_empty_500_and_a_line_in_the_log() {
    let manager = LoginManager::<User>::builder(SECRET)
        .user_loader(async |id: u64| Some(User { id }))
        .header_loader(async |_: &str| Err::<Option<User>, _>("the tokens are gone"))
        .build()
        .unwrap();
    let log = Log::default();
    let captured = log.clone();
    let app = serve!(
        |config: &mut ServiceConfig| {
            captured.capture();
            pages(config);
        },
        manager.clone(),
        cookie_session(),
    );
    for page in ["/attribute", "/scope", "/extractor", "/questions"] {
        let mut client = app.browser();
        let response = client
            .request("GET", page)
            .header("Authorization", "x")
            .send();
        assert_eq!((response.status, &*response.body), (500, ""), "{page}");
        assert!(response.set_cookies().is_empty(), "{page}");
    }
    assert!(log.says("the tokens are gone"), "{}", log.text());
    // Without the header the loader is not asked.
    assert_eq!(app.browser().get("/questions").body, "false true");
}
