//! The app of the worlds: its pages, each of which reports in a header what the library says.

use std::rc::Rc;

use actix_http::Request;
use actix_login::{
    AuthenticatedUser, LoginError, LoginId, LoginManager, LoginOptions, LoginSource, PendingUser,
    UserMixin, begin_login, complete_login, confirm_login, current_user, end_login,
    end_other_logins, fresh_login_required, login_required, login_user_with, logout_user,
    refresh_session_auth,
};
use actix_session::{
    SessionMiddleware,
    storage::{CookieSessionStore, SessionStore},
};
use actix_web::{
    App, Error, HttpRequest, HttpResponse, Responder, ResponseError, Result,
    body::MessageBody,
    cookie::Key,
    dev::{Service, ServiceResponse},
    error::ErrorUnauthorized,
    http::{
        StatusCode,
        header::{HeaderMap, SET_COOKIE},
    },
    test::init_service,
    web::{Data, Query, ServiceConfig, get, post},
};
use serde::Deserialize;

use crate::{
    scheduler::{LocalFuture, current},
    session_store::SimulatedSessions,
    settings::Settings,
    users::Users,
};

/// The header with the report.
const REPORT: &str = "x-report";

#[derive(Clone, UserMixin)]
pub struct User {
    pub id: u64,
    #[user(session_auth_hash)]
    pub password: String,
    #[user(active)]
    pub is_active: bool,
}

/// What a page says of its user at the end of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The user of the login, who may be inactive.
    pub user: Option<u64>,
    pub is_authenticated: bool,
    pub is_fresh: bool,
    pub is_restored: bool,
    /// The active login. Its text is only compared.
    pub login: Option<String>,
}

pub struct Response {
    pub status: u16,
    pub report: Option<Report>,
    pub set_cookies: Vec<String>,
}

/// The app, ready for requests.
pub type Served = Box<dyn Fn(Request) -> LocalFuture<Response>>;

pub async fn serve(
    settings: &Settings,
    manager: LoginManager<User>,
    users: &Users,
    sessions: &SimulatedSessions,
) -> Served {
    if settings.server_sessions {
        serve_with(settings, manager, users, sessions.clone()).await
    } else {
        serve_with(settings, manager, users, CookieSessionStore::default()).await
    }
}

async fn serve_with<S: SessionStore + 'static>(
    settings: &Settings,
    manager: LoginManager<User>,
    users: &Users,
    store: S,
) -> Served {
    let session = SessionMiddleware::new(store, Key::from(&[7; 64]));
    let app = App::new().configure(|config| pages(config, users));
    if settings.manager_outside {
        served(init_service(app.wrap(session).wrap(manager)).await)
    } else {
        served(init_service(app.wrap(manager).wrap(session)).await)
    }
}

fn served<S, B>(service: S) -> Served
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    let service = Rc::new(service);
    Box::new(move |request| {
        let handling = service.call(request);
        Box::pin(async move {
            match handling.await {
                Ok(res) => read_response(res.status().as_u16(), res.headers()),
                Err(error) => {
                    let res = error.error_response();
                    read_response(res.status().as_u16(), res.headers())
                }
            }
        })
    })
}

fn read_response(status: u16, headers: &HeaderMap) -> Response {
    let set_cookies = headers.get_all(SET_COOKIE);
    let report = headers.get(REPORT).and_then(|value| value.to_str().ok());
    Response {
        status,
        report: report.and_then(Report::parse),
        set_cookies: set_cookies
            .filter_map(|value| value.to_str().ok().map(str::to_owned))
            .collect(),
    }
}

impl Report {
    pub async fn of(req: &HttpRequest, status: StatusCode) -> Result<HttpResponse> {
        let user = current_user::<User>(req).await?;
        let text = format!(
            "{} {} {} {} {}",
            user.get_id().unwrap_or(0),
            user.is_authenticated(),
            user.is_fresh(),
            user.source() == Some(LoginSource::RememberCookie),
            user.login_id().map(|id| id.to_string()).unwrap_or_default(),
        );
        Ok(HttpResponse::build(status)
            .insert_header((REPORT, text))
            .finish())
    }

    /// The report after a call, with the status of its error, if that is the visitor's fault.
    async fn after(req: &HttpRequest, result: Result<(), LoginError>) -> Result<HttpResponse> {
        let status = match result {
            Ok(()) => StatusCode::OK,
            Err(error) if error.status_code().is_server_error() => return Err(error.into()),
            Err(error) => error.status_code(),
        };
        Self::of(req, status).await
    }

    /// The response of the guards.
    pub async fn refusal(req: &HttpRequest) -> Result<HttpResponse> {
        Self::of(req, StatusCode::UNAUTHORIZED).await
    }

    fn parse(text: &str) -> Option<Self> {
        let mut fields = text.split(' ');
        Some(Self {
            user: fields.next()?.parse().ok().filter(|id| *id != 0),
            is_authenticated: fields.next()? == "true",
            is_fresh: fields.next()? == "true",
            is_restored: fields.next()? == "true",
            login: fields.next().filter(|id| !id.is_empty()).map(str::to_owned),
        })
    }
}

fn pages(config: &mut ServiceConfig, users: &Users) {
    config
        .app_data(Data::new(users.clone()))
        .route("/public", get().to(async || "public"))
        .route(
            "/who",
            get().to(async |req: HttpRequest| Report::of(&req, StatusCode::OK).await),
        )
        .service(page)
        .service(fresh)
        .service(confirm)
        .service(password)
        .service(end_others)
        .service(end_one)
        .route("/login", post().to(login))
        .route("/logout", post().to(logout))
        .route("/begin", post().to(begin))
        .route("/code", post().to(code))
        .route("/complete", post().to(complete))
        .route("/end-all", post().to(end_all));
}

#[derive(Deserialize)]
struct Credentials {
    user: u64,
    remember: bool,
}

#[derive(Deserialize)]
struct Code {
    right: bool,
}

#[derive(Deserialize)]
struct NewPassword {
    others: bool,
}

#[derive(Deserialize)]
struct Ended {
    login: LoginId,
}

#[derive(Deserialize)]
struct OfUser {
    user: u64,
}

#[actix_web::get("/page")]
#[login_required]
async fn page(req: HttpRequest, _: AuthenticatedUser<User>) -> Result<HttpResponse> {
    Report::after(&req, Ok(())).await
}

#[actix_web::get("/fresh")]
#[fresh_login_required]
async fn fresh(req: HttpRequest) -> Result<HttpResponse> {
    Report::after(&req, Ok(())).await
}

async fn login(
    req: HttpRequest,
    credentials: Query<Credentials>,
    users: Data<Users>,
) -> Result<HttpResponse> {
    let user = users.get(credentials.user).ok_or(ErrorUnauthorized(""))?;
    let options = LoginOptions::new().remember(credentials.remember);
    let result = login_user_with(&req, &user, options).await;
    Report::after(&req, result).await
}

async fn logout(req: HttpRequest) -> Result<HttpResponse> {
    let result = logout_user(&req).await;
    Report::after(&req, result).await
}

async fn begin(
    req: HttpRequest,
    credentials: Query<Credentials>,
    users: Data<Users>,
) -> Result<HttpResponse> {
    let user = users.get(credentials.user).ok_or(ErrorUnauthorized(""))?;
    let options = LoginOptions::new().remember(credentials.remember);
    let result = begin_login(&req, &user, options).await;
    // Which password the pending login is bound to, and not the one of the current user.
    let version = current(|flight| flight.password);
    let response = Report::after(&req, result).await;
    current(|flight| flight.password = version);
    response
}

async fn code(
    req: HttpRequest,
    user: PendingUser<User>,
    code: Query<Code>,
    users: Data<Users>,
) -> Result<HttpResponse> {
    let is_right = async |user: &User| {
        users.note_code(user.id, code.right);
        code.right
    };
    match user.check_code(&req, is_right).await {
        Ok(true) => Report::after(&req, Ok(())).await,
        Ok(false) => Report::refusal(&req).await,
        Err(error) => Report::after(&req, Err(error)).await,
    }
}

async fn complete(req: HttpRequest) -> Result<HttpResponse> {
    let result = complete_login(&req).await;
    Report::after(&req, result).await
}

#[actix_web::post("/confirm")]
#[login_required]
async fn confirm(req: HttpRequest) -> Result<HttpResponse> {
    let result = confirm_login(&req).await;
    Report::after(&req, result).await
}

#[actix_web::post("/password")]
#[login_required]
async fn password(
    req: HttpRequest,
    user: AuthenticatedUser<User>,
    form: Query<NewPassword>,
    users: Data<Users>,
) -> Result<HttpResponse> {
    users.change_password(user.id);
    let changed = users.get(user.id).ok_or(ErrorUnauthorized(""))?;
    let mut result = refresh_session_auth(&req, &changed).await;
    if form.others && result.is_ok() {
        result = end_other_logins(&req).await;
    }
    Report::after(&req, result).await
}

#[actix_web::post("/end-others")]
#[login_required]
async fn end_others(req: HttpRequest) -> Result<HttpResponse> {
    let result = end_other_logins(&req).await;
    Report::after(&req, result).await
}

#[actix_web::post("/end-one")]
#[login_required]
async fn end_one(req: HttpRequest, ended: Query<Ended>) -> Result<HttpResponse> {
    let result = end_login(&req, ended.login).await;
    Report::after(&req, result).await
}

/// The page of an administrator.
async fn end_all(req: HttpRequest, of: Query<OfUser>) -> Result<impl Responder> {
    LoginManager::<User>::of(&req)?
        .end_all_logins_of(&of.user)
        .await?;
    Ok(HttpResponse::Ok())
}
