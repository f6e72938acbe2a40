//! A test client that starts logged in: Flask-Login's `FlaskLoginClient`. Behind the feature
//! `test`, for an app's `[dev-dependencies]`:
//!
//! ```toml
//! [dev-dependencies]
//! actix-login = { version = "0.1", features = ["test"] }
//! ```
//!
//! ```
//! use actix_login::{AuthenticatedUser, LoginManager, UserMixin, login_required, test::client};
//! use actix_session::{SessionMiddleware, storage::CookieSessionStore};
//! use actix_web::{App, Responder, cookie::Key, get, test::init_service};
//!
//! #[derive(Clone, UserMixin)]
//! struct User { id: u64 }
//!
//! #[get("/profile")]
//! #[login_required]
//! async fn profile(user: AuthenticatedUser<User>) -> impl Responder {
//!     format!("user {}", user.id)
//! }
//!
//! # actix_web::rt::System::new().block_on(async {
//! let key = Key::generate();
//! let login_manager = LoginManager::<User>::builder(key.master())
//!     .user_loader(async |id: u64| (id == 1).then_some(User { id }))
//!     .build()?;
//! let app = init_service(
//!     App::new()
//!         .service(profile)
//!         .wrap(login_manager)
//!         .wrap(SessionMiddleware::new(CookieSessionStore::default(), key)),
//! )
//! .await;
//!
//! let mut stranger = client(&app);
//! assert_eq!(stranger.get("/profile").await.status(), 401);
//!
//! let mut browser = client(&app).user(&User { id: 1 });
//! assert_eq!(browser.get("/profile").await.text(), "user 1");
//! # Ok::<(), actix_login::ConfigError>(())
//! # }).unwrap();
//! ```

use std::{cell::Cell, collections::BTreeMap, rc::Rc};

use actix_http::Request;
use actix_session::Session;
use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::{self, MessageBody},
    cookie::Cookie,
    dev::{Service, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderMap},
    },
    test::TestRequest,
    web::Bytes,
};
use serde::Serialize;

use crate::{
    active::{Continued, begin_or_continue},
    context::LoginContext,
    error::LoginError,
    record::LoginRecord,
    resolve::{begin_login, new_record},
    user::UserMixin,
};

/// How many redirects in a row are followed.
const REDIRECTS_MAX: usize = 10;

/// A client for an app of [`actix_web::test::init_service`], with a cookie jar of its own.
pub fn client<S>(app: &S) -> LoginClient<'_, S> {
    LoginClient {
        app,
        cookies: BTreeMap::new(),
        logins: Vec::new(),
        fresh_login: true,
        follow_redirects: false,
    }
}

/// A client with a cookie jar, logged in from the start if so wished. Made by [`client`].
///
/// It logs in without any request of its own: the first page that asks who is logged in finds
/// the login in its session, as if it had been there before. So it works with every session
/// store, and with session protection on, unlike Flask-Login's.
#[must_use = "send a request with it"]
pub struct LoginClient<'a, S> {
    app: &'a S,
    cookies: BTreeMap<String, String>,
    logins: Vec<Box<dyn PreparedLogin>>,
    fresh_login: bool,
    follow_redirects: bool,
}

/// A login that the app finds in the request. It can't come over a network: it is no part of the
/// request's bytes.
struct TestLogin<U> {
    user: U,
    fresh: bool,
    done: Rc<Cell<bool>>,
}

/// A user to be logged in, once.
struct Prepared<U> {
    user: U,
    done: Rc<Cell<bool>>,
}

/// A [`Prepared`] login of any user type.
trait PreparedLogin {
    fn put_into(&self, request: &Request, fresh: bool);
}

impl<U: UserMixin> PreparedLogin for Prepared<U> {
    fn put_into(&self, request: &Request, fresh: bool) {
        request.extensions_mut().insert(TestLogin {
            user: self.user.clone(),
            fresh,
            done: Rc::clone(&self.done),
        });
    }
}

/// Whether a test client has put a login into the request.
pub(crate) fn is_prepared<U: UserMixin>(req: &HttpRequest) -> bool {
    req.extensions().contains::<TestLogin<U>>()
}

/// Begins the login that a test client has put into the request, if one has.
pub(crate) async fn begin<U: UserMixin>(
    context: &LoginContext<U>,
    req: &HttpRequest,
    session: &Session,
) -> Result<(), LoginError> {
    let Some(login) = req.extensions_mut().remove::<TestLogin<U>>() else {
        return Ok(());
    };
    if login.done.replace(true) {
        return Ok(());
    }
    let id = login.user.get_id().to_string();
    let active = begin_or_continue(context, req, None, &login.user, &id, None).await?;
    let record = LoginRecord {
        login: active.as_ref().map(Continued::recorded),
        ..new_record(context, req, &id, &login.user, login.fresh)
    };
    begin_login(context, req, session, &record)
}

impl<S> LoginClient<'_, S> {
    /// Starts logged in with this user. The app's user loader must know it: one that it does not find
    /// is nobody.
    ///
    /// Users of several types, each with a manager of its own, are logged in together; of one type
    /// the last is.
    pub fn user<U: UserMixin>(mut self, user: &U) -> Self {
        self.logins.push(Box::new(Prepared {
            user: user.clone(),
            done: Rc::default(),
        }));
        self
    }

    /// Whether those logins are fresh. Default: `true`.
    pub fn fresh_login(mut self, fresh: bool) -> Self {
        self.fresh_login = fresh;
        self
    }

    /// Whether to go where a redirect leads, up to ten times, as long as that is on this site.
    /// Default: `false`.
    pub fn follow_redirects(mut self, follow: bool) -> Self {
        self.follow_redirects = follow;
        self
    }

    /// The value of a cookie that the app has set.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Forgets a cookie: the session's, say, as a browser does at its end.
    pub fn forget_cookie(&mut self, name: &str) {
        self.cookies.remove(name);
    }
}

impl<S, B, E> LoginClient<'_, S>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = E>,
    B: MessageBody + 'static,
    E: Into<Error>,
{
    /// Sends a GET.
    pub async fn get(&mut self, uri: &str) -> TestResponse {
        self.send(TestRequest::get().uri(uri)).await
    }

    /// Sends a POST with a form.
    pub async fn post(&mut self, uri: &str, form: impl Serialize) -> TestResponse {
        self.send(TestRequest::post().uri(uri).set_form(form)).await
    }

    /// Sends any request, with the cookies so far, and keeps those of the answer.
    pub async fn send(&mut self, request: TestRequest) -> TestResponse {
        let mut response = self.send_once(request).await;
        for _ in 0..REDIRECTS_MAX {
            let location = response.location().filter(|location| {
                self.follow_redirects
                    && response.status.is_redirection()
                    && location.starts_with('/')
                    && !location.starts_with("//")
            });
            let Some(location) = location.map(str::to_owned) else {
                break;
            };
            response = self.send_once(TestRequest::get().uri(&location)).await;
        }
        response
    }

    async fn send_once(&mut self, mut request: TestRequest) -> TestResponse {
        for (name, value) in &self.cookies {
            request = request.cookie(Cookie::new(name, value));
        }
        let request = request.to_request();
        for login in &self.logins {
            login.put_into(&request, self.fresh_login);
        }
        let response = match self.app.call(request).await {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => error.into().error_response(),
        };
        let (response, body) = response.into_parts();
        self.keep_cookies(response.headers());
        TestResponse {
            status: response.status(),
            headers: response.headers().clone(),
            // A body that breaks off is as much of it as there was: none.
            body: body::to_bytes(body).await.unwrap_or_default(),
        }
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        let set = headers
            .get_all(header::SET_COOKIE)
            .filter_map(|header| Cookie::parse_encoded(header.to_str().ok()?).ok());
        for cookie in set {
            if cookie.max_age().is_some_and(|age| age.is_zero()) {
                self.cookies.remove(cookie.name());
            } else {
                let (name, value) = (cookie.name().to_owned(), cookie.value().to_owned());
                self.cookies.insert(name, value);
            }
        }
    }
}

/// What the app answered, read to its end.
#[derive(Debug, Clone)]
pub struct TestResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl TestResponse {
    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Where it redirects to.
    pub fn location(&self) -> Option<&str> {
        self.headers.get(header::LOCATION)?.to_str().ok()
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as text; what is not UTF-8 in it is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
