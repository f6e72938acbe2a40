//! The site that most tests of logins visit: users that a test can change, and a page for each
//! function of the crate.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_login::{
    CurrentUser, LoginManager, LoginManagerBuilder, LoginOptions, UserMixin, confirm_login,
    fresh_login_required, login_fresh, login_remembered, login_required, login_user_with,
    logout_user, refresh_session_auth,
};
use actix_session::Session;
use actix_web::{
    HttpRequest, HttpResponse, Responder, Result,
    error::ErrorNotFound,
    web::{self, Data, Query, ServiceConfig},
};
use serde::Deserialize;

use super::{
    browser::Browser,
    clock::Clock,
    gate::Gate,
    memory_session_store::MemorySessionStore,
    server::TestApp,
    settings::{REMEMBER, SECRET, cookie_session},
    streams::event_pages,
};
use crate::serve;

#[derive(Debug, Clone, UserMixin)]
pub struct User {
    pub id: String,
    #[user(active)]
    pub active: bool,
    #[user(session_auth_hash)]
    pub hash: Option<String>,
}

pub type Builder = LoginManagerBuilder<User>;

/// The table of users: `1` and `2` from the start, without a hash.
#[derive(Clone)]
pub struct Users(Arc<Mutex<HashMap<String, User>>>);

impl Users {
    fn new() -> Self {
        let users = Self(Arc::default());
        users.add("1");
        users.add("2");
        users
    }

    pub fn add(&self, id: &str) {
        let user = User {
            id: id.to_owned(),
            active: true,
            hash: None,
        };
        self.0.lock().unwrap().insert(id.to_owned(), user);
    }

    pub fn find(&self, id: &str) -> Option<User> {
        self.0.lock().unwrap().get(id).cloned()
    }

    pub fn remove(&self, id: &str) {
        self.0.lock().unwrap().remove(id);
    }

    pub fn deactivate(&self, id: &str) {
        self.0.lock().unwrap().get_mut(id).unwrap().active = false;
    }

    pub fn set_hash(&self, id: &str, hash: impl Into<Option<&'static str>>) -> User {
        let mut users = self.0.lock().unwrap();
        let user = users.get_mut(id).unwrap();
        user.hash = hash.into().map(str::to_owned);
        user.clone()
    }
}

/// What outlives a deployment: the users, the time, and the events reported so far.
#[derive(Clone)]
pub struct World {
    pub users: Users,
    pub clock: Clock,
    /// Holds the pages under `/slow`.
    pub gate: Gate,
    events: Arc<Mutex<Vec<&'static str>>>,
}

impl World {
    pub fn new() -> Self {
        Self {
            users: Users::new(),
            clock: Clock::new(),
            gate: Gate::default(),
            events: Arc::default(),
        }
    }

    /// A manager of these users.
    pub fn manager(
        &self,
        secret: [u8; 64],
        settings: impl FnOnce(Builder) -> Builder,
    ) -> LoginManager<User> {
        let users = self.users.clone();
        let events = Arc::clone(&self.events);
        let builder = LoginManager::<User>::builder(secret)
            .user_loader(async move |id: String| users.find(&id))
            .clock(self.clock.reader())
            .login_view("/login")
            .on_event(move |_, event, _| events.lock().unwrap().push(event.name()));
        settings(builder).build().unwrap()
    }

    /// How often this event was reported.
    pub fn count(&self, event: &str) -> usize {
        let events = self.events.lock().unwrap();
        events.iter().filter(|name| **name == event).count()
    }
}

/// The site on its own server.
pub struct Site {
    pub world: World,
    app: TestApp,
}

impl Site {
    /// With the cookie store and the usual secret.
    pub fn new(settings: impl FnOnce(Builder) -> Builder) -> Self {
        Self::deployed(&World::new(), SECRET, settings)
    }

    /// With the cookie store and this secret, for an existing world.
    pub fn deployed(
        world: &World,
        secret: [u8; 64],
        settings: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        let manager = world.manager(secret, settings);
        let served = world.clone();
        let app = serve!(
            {
                let world = served.clone();
                move |config: &mut ServiceConfig| pages(config, &world)
            },
            manager.clone(),
            cookie_session(),
        );
        Self {
            world: world.clone(),
            app,
        }
    }

    /// With a session store on the server.
    pub fn on_store(store: &MemorySessionStore, settings: impl FnOnce(Builder) -> Builder) -> Self {
        let world = World::new();
        let manager = world.manager(SECRET, settings);
        let served = world.clone();
        let store = store.clone();
        let app = serve!(
            {
                let world = served.clone();
                move |config: &mut ServiceConfig| pages(config, &world)
            },
            manager.clone(),
            store.session(),
        );
        Self { world, app }
    }

    pub fn app(&self) -> &TestApp {
        &self.app
    }

    pub fn browser(&self) -> Browser {
        self.app.browser()
    }

    /// A browser in which user `1` has just logged in.
    pub fn logged_in(&self) -> Browser {
        let mut browser = self.browser();
        assert_eq!(browser.post("/login", "1").status, 200);
        browser
    }

    /// A browser in which user `1` has just logged in and asked to be remembered.
    pub fn remembered(&self) -> Browser {
        let mut browser = self.browser();
        assert_eq!(browser.post("/login?remember=true", "1").status, 200);
        assert!(browser.cookie(REMEMBER).is_some());
        browser
    }

    /// A browser of someone who holds this remember cookie and nothing else.
    pub fn thief(&self, token: &str) -> Browser {
        let mut browser = self.browser();
        browser
            .cookies
            .insert(REMEMBER.to_owned(), token.to_owned());
        browser
    }

    /// The same browser, talking to this site, which has replaced the previous one.
    pub fn returning(&self, browser: &Browser) -> Browser {
        let mut returning = self.browser();
        returning.cookies = browser.cookies.clone();
        returning
    }

    /// Lets time pass.
    pub fn wait(&self, duration: Duration) {
        self.world.clock.advance(duration);
    }
}

#[derive(Deserialize)]
#[serde(default)]
struct LoginQuery {
    remember: bool,
    /// In seconds.
    duration: Option<u64>,
    fresh: bool,
}

impl Default for LoginQuery {
    fn default() -> Self {
        Self {
            remember: false,
            duration: None,
            fresh: true,
        }
    }
}

/// All pages. A `POST` body is a bare user id or a bare new hash.
pub fn pages(config: &mut ServiceConfig, world: &World) {
    async fn login(
        req: HttpRequest,
        query: Query<LoginQuery>,
        id: String,
        users: Data<Users>,
    ) -> Result<impl Responder> {
        let user = users.find(&id).ok_or_else(|| ErrorNotFound("no user"))?;
        let mut options = LoginOptions::new()
            .remember(query.remember)
            .fresh(query.fresh);
        if let Some(seconds) = query.duration {
            options = options.duration(Duration::from_secs(seconds));
        }
        login_user_with(&req, &user, options).await?;
        Ok(format!("remembered: {}", login_remembered(&req).await?))
    }
    /// Logs in once with the options of the query, and once more without.
    async fn login_twice(
        req: HttpRequest,
        query: Query<LoginQuery>,
        id: String,
        users: Data<Users>,
    ) -> Result<impl Responder> {
        let second = users.find(&id).ok_or_else(|| ErrorNotFound("no user"))?;
        login(req.clone(), query, "1".to_owned(), users).await?;
        login_user_with(&req, &second, LoginOptions::new()).await?;
        Ok("logged in")
    }
    async fn logout_and_login(
        req: HttpRequest,
        query: Query<LoginQuery>,
        id: String,
        users: Data<Users>,
    ) -> Result<impl Responder> {
        logout_user(&req).await?;
        login(req, query, id, users).await
    }
    async fn logout(req: HttpRequest) -> Result<impl Responder> {
        logout_user(&req).await?;
        Ok(format!("remembered: {}", login_remembered(&req).await?))
    }
    async fn confirm(req: HttpRequest) -> Result<impl Responder> {
        confirm_login(&req).await?;
        Ok("confirmed")
    }
    async fn who(user: CurrentUser<User>) -> impl Responder {
        let fresh = if user.is_fresh() { "fresh" } else { "stale" };
        match user.user() {
            Some(user) => format!("{} {fresh}", user.id),
            None => "nobody".to_owned(),
        }
    }
    async fn remembered(req: HttpRequest) -> Result<impl Responder> {
        Ok(login_remembered(&req).await?.to_string())
    }
    #[login_required]
    async fn protected() -> impl Responder {
        "protected"
    }
    #[fresh_login_required]
    async fn account() -> impl Responder {
        "account"
    }
    #[fresh_login_required(within = "60s", check = |user: &User| user.id == "1")]
    async fn within() -> impl Responder {
        "within"
    }
    async fn authenticated_at(user: CurrentUser<User>) -> impl Responder {
        match user.authenticated_at() {
            Some(time) => time.as_secs().to_string(),
            None => "never".to_owned(),
        }
    }
    async fn is_login_fresh(req: HttpRequest) -> Result<impl Responder> {
        Ok(login_fresh(&req).await?.to_string())
    }
    async fn change_password(
        req: HttpRequest,
        user: CurrentUser<User>,
        hash: String,
        users: Data<Users>,
    ) -> Result<impl Responder> {
        let id = user.get_id().ok_or_else(|| ErrorNotFound("nobody"))?;
        let changed = users.set_hash(&id, &*hash.leak());
        refresh_session_auth(&req, &changed).await?;
        Ok("changed")
    }
    /// Logs in and then rehashes the password, as after a change of the hash's parameters.
    async fn login_and_rehash(
        req: HttpRequest,
        query: Query<LoginQuery>,
        id: String,
        users: Data<Users>,
    ) -> Result<impl Responder> {
        let user = users.find(&id).ok_or_else(|| ErrorNotFound("no user"))?;
        let options = LoginOptions::new().remember(query.remember);
        login_user_with(&req, &user, options).await?;
        refresh_session_auth(&req, &users.set_hash(&id, "rehashed")).await?;
        Ok("rehashed")
    }
    /// Does not ask for the user: the content alone shows whose session it is.
    async fn cart(session: Session) -> Result<impl Responder> {
        Ok(session.get::<String>("cart")?.unwrap_or_default())
    }
    async fn fill_cart(session: Session, cart: String) -> Result<impl Responder> {
        session.insert("cart", cart)?;
        Ok("filled")
    }
    async fn fill_cart_slowly(
        session: Session,
        gate: Data<Gate>,
        cart: String,
    ) -> Result<impl Responder> {
        gate.pass().await;
        session.insert("cart", cart)?;
        Ok("filled")
    }
    async fn who_slowly(user: CurrentUser<User>, gate: Data<Gate>) -> impl Responder {
        gate.pass().await;
        format!("{:?}", user.get_id())
    }
    async fn write_record(session: Session, record: String) -> Result<impl Responder> {
        session.insert("_login", record)?;
        Ok("written")
    }
    async fn read_record(session: Session) -> Result<impl Responder> {
        Ok(session.get::<String>("_login")?.unwrap_or_default())
    }
    config
        .app_data(Data::new(world.users.clone()))
        .app_data(Data::new(world.gate.clone()))
        .route("/login", web::post().to(login))
        .route("/login/rehash", web::post().to(login_and_rehash))
        .route("/login/twice", web::post().to(login_twice))
        .route("/logout/login", web::post().to(logout_and_login))
        .route("/logout", web::post().to(logout))
        .route("/confirm", web::post().to(confirm))
        .route("/who", web::get().to(who))
        .route("/remembered", web::get().to(remembered))
        .route("/protected", web::get().to(protected))
        .route("/account", web::get().to(account))
        .route("/within", web::get().to(within))
        .route("/authenticated-at", web::get().to(authenticated_at))
        .route("/login-fresh", web::get().to(is_login_fresh))
        .route("/password", web::post().to(change_password))
        .route("/public", web::get().to(HttpResponse::Ok))
        .route("/cart", web::get().to(cart))
        .route("/cart", web::post().to(fill_cart))
        .route("/slow/who", web::get().to(who_slowly))
        .route("/slow/cart", web::post().to(fill_cart_slowly))
        .route("/slow/loader", web::get().to(protected))
        .route("/record", web::get().to(read_record))
        .route("/record", web::post().to(write_record))
        .configure(event_pages::<User>)
        .service(web::resource("/resource").name("login_page"));
}
