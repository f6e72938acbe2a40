//! Loaders whose users come from a cache of the app, and are shared by many requests.

use std::sync::Arc;

use actix_login::{
    AuthenticatedUser, Authorization, CurrentUser, LoginManager, LoginManagerBuilder, UserMixin,
    login_required, login_user,
};
use actix_web::{
    HttpRequest, Responder, Result,
    web::{self, Data, ServiceConfig},
};

use crate::{
    serve,
    support::{Browser, Count, SECRET, TestApp, cookie_session},
};

/// A user that counts its clones.
#[derive(UserMixin)]
struct Member {
    id: u64,
    #[user(session_auth_hash)]
    password: Option<String>,
    #[user(active)]
    active: bool,
    clones: Count,
}

impl Clone for Member {
    fn clone(&self) -> Self {
        self.clones.add();
        Self {
            password: self.password.clone(),
            clones: self.clones.clone(),
            ..*self
        }
    }
}

fn member(id: u64, clones: &Count) -> Arc<Member> {
    Arc::new(Member {
        id,
        password: Some("first".to_owned()),
        active: true,
        clones: clones.clone(),
    })
}

#[login_required(Member, check = |member| member.active)]
async fn who(current: CurrentUser<Member>, user: AuthenticatedUser<Member>) -> impl Responder {
    let shared = user.clone().id == user.id;
    format!("{:?} {shared}", current.get_id())
}

async fn login(req: HttpRequest, member: Data<Member>) -> Result<impl Responder> {
    login_user(&req, &**member).await?;
    Ok("logged in")
}

fn serve_with(
    member: &Arc<Member>,
    loaders: impl FnOnce(LoginManagerBuilder<Member>) -> LoginManagerBuilder<Member>,
) -> TestApp {
    let manager = loaders(LoginManager::<Member>::builder(SECRET))
        .build()
        .unwrap();
    let member = Arc::clone(member);
    serve!(
        {
            let member = Data::from(Arc::clone(&member));
            move |config: &mut ServiceConfig| {
                config
                    .app_data(member)
                    .route("/login", web::post().to(login))
                    .route("/who", web::get().to(who));
            }
        },
        manager.clone(),
        cookie_session(),
    )
}

fn logged_in(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    assert_eq!(browser.post("/login", "").status, 200);
    browser
}

#[test]
fn a_shared_user_is_never_cloned() {
    let clones = Count::default();
    let cached = member(7, &clones);
    let found = Arc::clone(&cached);
    let app = serve_with(&cached, |manager| {
        manager.shared_user_loader(async move |_: u64| Some(Arc::clone(&found)))
    });
    let mut browser = logged_in(&app);
    let by_login = clones.get();
    for _ in 0..3 {
        assert_eq!(browser.get("/who").body, "Some(7) true");
    }
    assert_eq!(clones.get(), by_login);
}

#[test]
fn shared_request_and_header_loaders_find_users_without_a_clone() {
    let clones = Count::default();
    let cached = member(7, &clones);
    let [by_request, by_header] = [(); 2].map(|()| Arc::clone(&cached));
    let app = serve_with(&cached, |manager| {
        manager
            .shared_request_loader(async move |req: &HttpRequest| {
                let has_key = req.query_string() == "key=secret";
                has_key.then(|| Arc::clone(&by_request))
            })
            .shared_header_loader(async move |value: &str| {
                let is_token = Authorization::parse(value) == Some(Authorization::Bearer("secret"));
                Ok::<_, String>(is_token.then(|| Arc::clone(&by_header)))
            })
    });
    let mut browser = app.browser();
    assert_eq!(browser.get("/who").status, 401);
    assert_eq!(browser.get("/who?key=secret").body, "Some(7) true");
    let request = browser.request("GET", "/who");
    let response = request.header("Authorization", "Bearer secret").send();
    assert_eq!(response.body, "Some(7) true");
    assert_eq!(clones.get(), 0);
}

#[test]
fn a_shared_loader_that_fails_logs_no_user_out() {
    let clones = Count::default();
    let cached = member(7, &clones);
    let (found, down) = (Arc::clone(&cached), Count::default());
    let is_down = down.clone();
    let app = serve_with(&cached, |manager| {
        manager.shared_user_loader(async move |_: u64| match is_down.get() {
            1 => Err("the cache is down"),
            _ => Ok(Some(Arc::clone(&found))),
        })
    });
    let mut browser = logged_in(&app);
    down.add();
    let failed = browser.get("/who");
    assert_eq!((failed.status, failed.body.as_str()), (500, ""));
    down.add();
    assert_eq!(browser.get("/who").body, "Some(7) true");
}

#[test]
fn an_entry_that_is_replaced_takes_effect_at_the_next_request() {
    let clones = Count::default();
    let cache = Arc::new(std::sync::RwLock::new(member(7, &clones)));
    let read = Arc::clone(&cache);
    let first = Arc::clone(&cache.read().unwrap());
    let app = serve_with(&first, |manager| {
        manager.shared_user_loader(async move |_: u64| Some(Arc::clone(&read.read().unwrap())))
    });
    let mut browser = logged_in(&app);
    assert_eq!(browser.get("/who").body, "Some(7) true");
    *cache.write().unwrap() = Arc::new(Member {
        password: Some("second".to_owned()),
        active: true,
        id: 7,
        clones,
    });
    assert_eq!(browser.get("/who").status, 401);
}
