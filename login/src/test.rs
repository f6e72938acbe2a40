//! A test client that starts logged in: Flask-Login's `FlaskLoginClient`. It needs the feature `test`,
//! for an app's `[dev-dependencies]`:
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

use std::{any::type_name, cell::Cell, collections::BTreeMap, fmt, rc::Rc};

use actix_http::Request;
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
    request::nearest::SharedManager, resolve::prepared_login::PreparedLogin, user::UserMixin,
};

/// How many redirects in a row a client follows.
const REDIRECTS_MAX: usize = 10;

/// Returns a client for an app of [`actix_web::test::init_service`], with its own cookie jar.
pub fn client<S>(app: &S) -> LoginClient<'_, S> {
    LoginClient {
        app,
        cookies: BTreeMap::new(),
        users: Vec::new(),
        fresh_login: true,
        follow_redirects: false,
    }
}

/// A client with a cookie jar, which can start logged in. Made by [`client`].
///
/// It needs no request to log in: the first page that asks for the user finds the login in its
/// session. Unlike Flask-Login's it works with every session store, and with session protection.
#[must_use = "send a request with it"]
pub struct LoginClient<'a, S> {
    app: &'a S,
    cookies: BTreeMap<String, String>,
    users: Vec<Box<dyn AnyInitialUser>>,
    fresh_login: bool,
    follow_redirects: bool,
}

/// Without the cookies.
impl<S> fmt::Debug for LoginClient<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginClient")
            .field("fresh_login", &self.fresh_login)
            .field("follow_redirects", &self.follow_redirects)
            .finish_non_exhaustive()
    }
}

/// A user to be logged in, once.
struct InitialUser<U> {
    user: U,
    done: Rc<Cell<bool>>,
}

/// An [`InitialUser`] of any type.
trait AnyInitialUser {
    fn put_into(&self, request: &Request, fresh: bool);
    /// Panics if the manager that served the request can't keep this user logged in.
    fn check(&self, req: &HttpRequest);
}

impl<U: UserMixin> AnyInitialUser for InitialUser<U> {
    fn put_into(&self, request: &Request, fresh: bool) {
        request.extensions_mut().insert(PreparedLogin {
            user: self.user.clone(),
            fresh,
            done: Rc::clone(&self.done),
        });
    }

    #[expect(
        clippy::panic,
        reason = "only tests call it: the test fails with the reason"
    )]
    fn check(&self, req: &HttpRequest) {
        if let Some(SharedManager(Ok(manager))) = req.app_data::<SharedManager<U>>()
            && manager.0.loaders.by_id.is_none()
        {
            panic!(
                "a test client can't start with a `{}` logged in: its `LoginManager` has no \
                 `user_loader`, so no session can hold the login. Send what its request or header \
                 loader reads with `client.send(TestRequest::get().insert_header(…))`",
                type_name::<U>()
            );
        }
    }
}

impl<S> LoginClient<'_, S> {
    /// Starts with this user logged in. The app's user loader must find the user; otherwise the request
    /// is anonymous.
    ///
    /// Users of several types, each with its own manager, are logged in together. Of one type the last
    /// one is.
    ///
    /// # Panics
    ///
    /// A request to a page whose manager has no user loader panics, since no session can hold its
    /// users. Send the header that its header or request loader reads.
    pub fn user<U: UserMixin>(mut self, user: &U) -> Self {
        self.users.push(Box::new(InitialUser {
            user: user.clone(),
            done: Rc::default(),
        }));
        self
    }

    /// Whether the logins are fresh. Default: `true`.
    pub fn fresh_login(mut self, fresh: bool) -> Self {
        self.fresh_login = fresh;
        self
    }

    /// Whether to follow redirects on this site by `GET`, at most ten in a row. Default: `false`.
    pub fn follow_redirects(mut self, follow: bool) -> Self {
        self.follow_redirects = follow;
        self
    }

    /// The value of a cookie that the app has set.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Removes a cookie. A browser does that to the session cookie when it is closed.
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

    /// Sends a request with the cookies so far, and keeps those of the response.
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
        for user in &self.users {
            user.put_into(&request, self.fresh_login);
        }
        let response = match self.app.call(request).await {
            Ok(response) => {
                for user in &self.users {
                    user.check(response.request());
                }
                response.into_parts().1.map_into_boxed_body()
            }
            Err(error) => error.into().error_response(),
        };
        let (response, body) = response.into_parts();
        self.keep_cookies(response.headers());
        TestResponse {
            status: response.status(),
            headers: response.headers().clone(),
            // A body that fails counts as empty.
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

/// A response of the app, with its whole body.
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

    /// The URL that it redirects to.
    pub fn location(&self) -> Option<&str> {
        self.headers.get(header::LOCATION)?.to_str().ok()
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as text. Bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
