//! What a protected page is spent on: one thing after another is added to the session alone, until it is
//! actix-login by its defaults.

use actix_login::{LoginManager, SessionProtection};
use actix_session::Session;
use actix_web::{
    App, Result as HttpResult,
    cookie::Key,
    error::ErrorUnauthorized,
    get, post,
    test::init_service,
    web::{Data, ServiceConfig},
};
use apps::{User, Users, greeting, login, session};

use crate::{
    Result,
    allocator::Allocated,
    requests::{Case, Step, answer_all},
};

pub(crate) async fn run(
    step: Step,
    case: &Case,
    users: Data<Users>,
    count: usize,
) -> Result<Allocated> {
    let key = Key::from(&[7; 64]);
    let session = session::middleware(key.clone());
    let app = App::new().app_data(users.clone());
    let builder = login::builder(&key, &users);
    match step {
        Step::LongValue => {
            let app = app.configure(configure).wrap(session);
            answer_all(case, &init_service(app).await, count).await
        }
        Step::Middleware => {
            let app = app.configure(configure).wrap(session);
            let app = app.wrap(builder.build()?);
            answer_all(case, &init_service(app).await, count).await
        }
        Step::Extractor => {
            let builder = builder.session_protection(SessionProtection::Off);
            let app = app.configure(login::configure_unguarded).wrap(session);
            let app = app.wrap(builder.build()?);
            answer_all(case, &init_service(app).await, count).await
        }
        Step::Protection => {
            let app = app.configure(login::configure_unguarded).wrap(session);
            let app = app.wrap(builder.build()?);
            answer_all(case, &init_service(app).await, count).await
        }
        Step::NewUser => {
            let manager = LoginManager::<User>::builder(key.master())
                .user_loader(async move |id: u64| users.find(id).await.map(|user| (**user).clone()))
                .build()?;
            let app = app.configure(login::configure).wrap(session);
            answer_all(case, &init_service(app.wrap(manager)).await, count).await
        }
    }
}

const KEY: &str = "record";
/// As many characters as a record has before the id.
const PADDING: &str = "AAAAAAAAAAAAAAAAA";

fn configure(services: &mut ServiceConfig) {
    services.service(log_in).service(protected);
}

#[post("/login")]
async fn log_in(session: Session) -> HttpResult<&'static str> {
    session.renew();
    session.insert(KEY, format!("{PADDING}1"))?;
    Ok("Logged in")
}

#[get("/protected")]
async fn protected(session: Session, users: Data<Users>) -> HttpResult<String> {
    if let Some(value) = session.get::<String>(KEY)?
        && let Some(id) = value.strip_prefix(PADDING)
        && let Ok(id) = id.parse()
        && let Some(user) = users.find(id).await
    {
        return Ok(greeting(user));
    }
    Err(ErrorUnauthorized("not logged in"))
}
