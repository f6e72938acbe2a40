//! The pages that get slow bodies, and what a test can see of them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use actix_login::{
    ActiveLogins, AuthenticatedUser, Authorization, LoginManager, LoginManagerBuilder, LoginScope,
    current_user, login_required, login_user, store::MemoryLoginStore,
};
use actix_web::{
    App, HttpRequest, HttpResponse, Responder, Result,
    web::{self, Bytes, Data, Payload, ServiceConfig},
};
use futures_util::{StreamExt as _, future::join, stream};

use crate::support::{
    Browser, Count, Gate, TestApp, TestLoginStore,
    active_site::{self, Events, User, Users, log_in},
    boxed_app, cookie_session,
};

/// What the pages know: who may do what, and what was done.
#[derive(Clone)]
pub(super) struct Rights {
    pub(super) users: Users,
    pub(super) tokens: Arc<Mutex<BTreeMap<String, u64>>>,
    pub(super) acted: Count,
    /// Where `/log-in-beside` waits before it logs in.
    pub(super) beside: Gate,
}

fn act(rights: &Rights, body: &[u8]) -> String {
    rights.acted.add();
    String::from_utf8(body.to_vec()).unwrap()
}

#[login_required]
async fn attribute(body: Bytes, rights: Data<Rights>) -> impl Responder {
    act(&rights, &body)
}

#[login_required]
async fn optional(body: Option<Bytes>, rights: Data<Rights>) -> impl Responder {
    act(&rights, &body.unwrap_or_default())
}

#[login_required(User, check = |user| user.is_admin)]
async fn checked(body: Bytes, rights: Data<Rights>) -> impl Responder {
    act(&rights, &body)
}

#[login_required(User, check = |user| user.is_admin)]
#[login_required(User)]
async fn checked_outside(body: Bytes, rights: Data<Rights>) -> impl Responder {
    act(&rights, &body)
}

async fn unguarded(body: Bytes, rights: Data<Rights>) -> impl Responder {
    act(&rights, &body)
}

async fn extractor(
    _: AuthenticatedUser<User>,
    body: Bytes,
    rights: Data<Rights>,
) -> impl Responder {
    act(&rights, &body)
}

/// Asks who is logged in, and then reads the body itself.
async fn reader(
    req: HttpRequest,
    mut body: Payload,
    rights: Data<Rights>,
) -> Result<impl Responder> {
    if current_user::<User>(&req).await?.is_anonymous() {
        return Ok(HttpResponse::Unauthorized().finish());
    }
    let mut received = Vec::new();
    while let Some(part) = body.next().await {
        received.extend(part?);
    }
    Ok(HttpResponse::Ok().body(act(&rights, &received)))
}

/// Responds at once, and reads the body while its own body is sent.
async fn streamed(
    _: AuthenticatedUser<User>,
    mut body: Payload,
    rights: Data<Rights>,
) -> impl Responder {
    HttpResponse::Ok().streaming(Box::pin(stream::once(async move {
        let mut received = Vec::new();
        while let Some(part) = body.next().await {
            received.extend(part?);
        }
        Ok::<_, actix_web::Error>(Bytes::from(act(&rights, &received)))
    })))
}

/// The same, but it goes on after an error, and asks who is logged in at the end, too.
async fn stubborn_reader(
    req: HttpRequest,
    mut body: Payload,
    rights: Data<Rights>,
) -> Result<impl Responder> {
    current_user::<User>(&req).await?;
    let mut received = Vec::new();
    while let Some(part) = body.next().await {
        received.extend(part.unwrap_or_default());
    }
    if current_user::<User>(&req).await?.is_anonymous() {
        return Ok(HttpResponse::Unauthorized().finish());
    }
    Ok(HttpResponse::Ok().body(act(&rights, &received)))
}

/// Says whether the user is an administrator, before and after the body.
async fn is_admin(req: HttpRequest, body: Payload) -> Result<impl Responder> {
    let is_admin = async || -> Result<Option<bool>> {
        let user = current_user::<User>(&req).await?;
        Ok(user.user().map(|user| user.is_admin))
    };
    let before = is_admin().await?;
    body.to_bytes().await?;
    Ok(format!("{before:?} {:?}", is_admin().await?))
}

/// Logs in as user 2 while it waits for the last part of the body.
async fn log_in_beside(req: HttpRequest, body: Payload, rights: Data<Rights>) -> Result<String> {
    current_user::<User>(&req).await?;
    let log_in = async {
        rights.beside.pass().await;
        let logged_in = login_user(&req, &rights.users.get(2).unwrap()).await;
        rights.acted.add();
        logged_in
    };
    let (body, logged_in) = join(body.to_bytes(), log_in).await;
    logged_in?;
    Ok(String::from_utf8(body?.to_vec()).unwrap())
}

/// Logs in as user 2, and then reads the body.
async fn log_in_first(req: HttpRequest, body: Payload, rights: Data<Rights>) -> Result<String> {
    current_user::<User>(&req).await?;
    let user = rights.users.get(2).unwrap();
    login_user(&req, &user).await?;
    let body = body.to_bytes().await?;
    Ok(act(&rights, &body))
}

fn pages(config: &mut ServiceConfig) {
    let scope = |path| web::resource(path).route(web::post().to(unguarded));
    config
        .route("/attribute", web::post().to(attribute))
        .route("/optional", web::post().to(optional))
        .route("/checked", web::post().to(checked))
        .route("/checked-outside", web::post().to(checked_outside))
        .route("/extractor", web::post().to(extractor))
        .route("/reader", web::post().to(reader))
        .route("/stubborn-reader", web::post().to(stubborn_reader))
        .route("/is-admin", web::post().to(is_admin))
        .route("/log-in-beside", web::post().to(log_in_beside))
        .route("/log-in-first", web::post().to(log_in_first))
        .route("/streamed", web::post().to(streamed))
        .route("/public", web::post().to(unguarded))
        .service(scope("/scope").wrap(LoginScope::new().login_required()))
        .service(
            scope("/checked-scope").wrap(LoginScope::new().check(|user: &User| user.is_admin)),
        );
}

/// The pages that need a login.
pub(super) const PAGES: [&str; 9] = [
    "/attribute",
    "/optional",
    "/checked",
    "/checked-outside",
    "/extractor",
    "/reader",
    "/stubborn-reader",
    "/scope",
    "/checked-scope",
];

pub(super) struct Site {
    pub(super) app: TestApp,
    pub(super) manager: LoginManager<User>,
    pub(super) store: TestLoginStore,
    pub(super) rights: Rights,
    pub(super) events: Events,
}

impl Site {
    pub(super) fn new() -> Self {
        Self::built(|manager, store| manager.active_logins(ActiveLogins::in_store(store)))
    }

    pub(super) fn built(
        settings: impl FnOnce(LoginManagerBuilder<User>, TestLoginStore) -> LoginManagerBuilder<User>,
    ) -> Self {
        let store = TestLoginStore::new(MemoryLoginStore::new());
        let rights = Rights {
            users: Users::new(),
            tokens: Arc::default(),
            acted: Count::default(),
            beside: Gate::default(),
        };
        let (by_token, events) = (rights.clone(), Events::default());
        let manager = active_site::builder(&rights.users)
            .login_view("/login")
            .header_loader(async move |value: &str| {
                let Some(Authorization::Bearer(token)) = Authorization::parse(value) else {
                    return None;
                };
                let id = by_token.tokens.lock().unwrap().get(token).copied()?;
                by_token.users.get(id)
            })
            .on_event(events.observer());
        let manager = settings(manager, store.clone()).build().unwrap();
        let (served, data) = (manager.clone(), Data::new(rights.clone()));
        let users = rights.users.clone();
        let app = TestApp::serve_http_2(move || {
            let app = App::new()
                .app_data(data.clone())
                .configure(pages)
                .configure(active_site::pages(&users));
            boxed_app(app.wrap(served.clone()).wrap(cookie_session()))
        });
        Self {
            app,
            manager,
            store,
            rights,
            events,
        }
    }

    pub(super) fn logged_in(&self, id: u64) -> Browser {
        let mut browser = self.app.browser();
        assert_eq!(log_in(&mut browser, id).status, 200);
        browser
    }

    /// The requests whose handler has acted.
    pub(super) fn acted(&self) -> usize {
        self.rights.acted.get()
    }
}
