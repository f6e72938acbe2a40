//! Requests that outlive their responses, in a task or a body: they keep seeing their own user and
//! no other.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_login::{CurrentUser, LoginManager, UserMixin, login_user};
use actix_web::{
    Error, FromRequest, HttpRequest, HttpResponse, Responder, Result,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::{Next, from_fn},
    rt::{self, time::sleep},
    web::{self, Bytes, Data, Query, ServiceConfig},
};
use futures_util::stream;
use serde::Deserialize;

use crate::{
    serve,
    support::{
        Browser, Count, SECRET, TestApp, cookie_session,
        pages::{User, builder, load, pages, who},
    },
};

/// Kept requests wait here and record the user that they see.
#[derive(Default)]
struct Gate {
    is_open: Mutex<bool>,
    seen: Mutex<Vec<String>>,
}

impl Gate {
    async fn passed(&self) {
        while !*self.is_open.lock().unwrap() {
            sleep(Duration::from_millis(5)).await;
        }
    }

    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
    }

    fn seen(&self) -> Vec<String> {
        let mut seen = self.seen.lock().unwrap().clone();
        seen.sort();
        seen
    }
}

#[derive(Deserialize)]
struct When {
    /// Whether to ask for the user before the response as well.
    ask_first: bool,
}

async fn user_of(req: &HttpRequest) -> Result<String> {
    Ok(who(CurrentUser::<User>::extract(req).await?).await)
}

async fn in_a_task(
    req: HttpRequest,
    when: Query<When>,
    gate: Data<Gate>,
) -> Result<impl Responder> {
    if when.ask_first {
        user_of(&req).await?;
    }
    rt::spawn(async move {
        gate.passed().await;
        let user = user_of(&req).await.unwrap();
        gate.seen.lock().unwrap().push(user);
    });
    Ok("later")
}

async fn in_the_body(req: HttpRequest, gate: Data<Gate>) -> Result<HttpResponse> {
    user_of(&req).await?;
    Ok(HttpResponse::Ok().streaming(stream::once(async move {
        gate.passed().await;
        user_of(&req).await.map(Bytes::from)
    })))
}

struct Fixture {
    app: TestApp,
    gate: Arc<Gate>,
    loads: Count,
}

impl Fixture {
    fn new() -> Self {
        let gate = Arc::new(Gate::default());
        let loads = Count::default();
        let (shared, counted) = (Data::from(Arc::clone(&gate)), loads.clone());
        let manager = builder::<User>().user_loader(async move |id: u64| {
            counted.add();
            load(id)
        });
        let manager = manager.build().unwrap();
        let configure = move |config: &mut ServiceConfig| {
            config
                .app_data(shared.clone())
                .route("/in-a-task", web::get().to(in_a_task))
                .route("/in-the-body", web::get().to(in_the_body))
                .configure(pages::<User>);
        };
        Self {
            app: serve!(configure.clone(), manager.clone(), cookie_session()),
            gate,
            loads,
        }
    }

    fn logged_in(&self, id: u64) -> Browser {
        let mut browser = self.app.browser();
        browser.post(&format!("/login/{id}"), "");
        browser
    }

    /// The users that the tasks have seen, once this many have finished.
    fn seen_by(&self, tasks: usize) -> Vec<String> {
        self.gate.open();
        for _ in 0..400 {
            if self.gate.seen().len() == tasks {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.gate.seen()
    }
}

/// The users that five tasks of five users see after other requests have completed.
fn seen_by_tasks(ask_first: bool) -> Vec<String> {
    let fixture = Fixture::new();
    for id in 1..=5 {
        let mut browser = fixture.logged_in(id);
        let page = format!("/in-a-task?ask_first={ask_first}");
        assert_eq!(browser.get(&page).body, "later");
    }
    let mut others = [6, 7].map(|id| (id, fixture.logged_in(id)));
    for _ in 0..20 {
        for (id, browser) in &mut others {
            assert_eq!(browser.get("/who").body, id.to_string());
            assert_eq!(browser.get("/protected").body, format!("user {id}"));
        }
        assert_eq!(fixture.app.browser().get("/who").body, "nobody");
    }
    let seen = fixture.seen_by(5);
    assert_eq!(fixture.app.browser().get("/who").body, "nobody");
    seen
}

#[test]
fn a_task_that_keeps_the_request_still_sees_its_user() {
    assert_eq!(seen_by_tasks(true), ["1", "2", "3", "4", "5"]);
}

/// actix-session empties the session of a request after its response.
#[test]
fn a_task_that_first_asks_after_the_response_sees_no_user() {
    assert_eq!(seen_by_tasks(false), ["nobody"; 5]);
}

#[test]
fn a_streaming_body_sees_its_own_user() {
    let fixture = Fixture::new();
    let bodies: Vec<_> = (1..=5)
        .map(|id| {
            let mut browser = fixture.logged_in(id);
            std::thread::spawn(move || (id, browser.get("/in-the-body").body))
        })
        .collect();
    let mut other = fixture.logged_in(6);
    for _ in 0..20 {
        assert_eq!(other.get("/who").body, "6");
        assert_eq!(fixture.app.browser().get("/who").body, "nobody");
    }
    fixture.gate.open();
    for body in bodies {
        let (id, body) = body.join().unwrap();
        assert_eq!(body, id.to_string());
    }
}

/// Dropped together with the last request that holds it.
#[derive(Clone, UserMixin)]
struct Tracked {
    id: u64,
    #[expect(dead_code, reason = "it is there to be counted")]
    alive: Arc<()>,
}

#[test]
fn no_users_stay_in_memory_after_a_burst() {
    async fn slow(user: CurrentUser<Tracked>) -> String {
        sleep(Duration::from_millis(100)).await;
        format!("{:?}", user.get_id())
    }
    async fn log_in(req: HttpRequest, alive: Data<()>) -> Result<impl Responder> {
        let alive = alive.into_inner();
        login_user(&req, &Tracked { id: 1, alive }).await?;
        Ok("logged in")
    }
    let alive = Arc::new(());
    let (loaded, shared) = (Arc::clone(&alive), Data::from(Arc::clone(&alive)));
    let manager = LoginManager::<Tracked>::builder(SECRET)
        .user_loader(async move |id: u64| {
            let alive = Arc::clone(&loaded);
            Some(Tracked { id, alive })
        })
        .build()
        .unwrap();
    let configure = move |config: &mut ServiceConfig| {
        config
            .app_data(shared.clone())
            .route("/login", web::post().to(log_in))
            .route("/public", web::get().to(async || "public"))
            .route("/slow", web::get().to(slow));
    };
    /// Waits as a slow session store does.
    async fn wait(
        req: ServiceRequest,
        next: Next<impl MessageBody>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        let response = next.call(req).await;
        sleep(Duration::from_millis(100)).await;
        response
    }
    let app = serve!(
        configure.clone(),
        manager.clone(),
        from_fn(wait),
        cookie_session()
    );
    let mut browser = app.browser();
    browser.post("/login", "");
    browser.get("/slow");
    let before = Arc::strong_count(&alive);
    let burst: Vec<_> = (0..50)
        .map(|_| {
            let mut browser = browser.clone();
            std::thread::spawn(move || browser.get("/slow").body)
        })
        .collect();
    for response in burst {
        assert_eq!(response.join().unwrap(), "Some(1)");
    }
    for _ in 0..25 {
        app.browser().get("/public");
    }
    assert!(Arc::strong_count(&alive) <= before);
}

#[test]
fn each_request_loads_its_user_anew() {
    let fixture = Fixture::new();
    let mut browser = fixture.logged_in(1);
    for loads in 1..=5 {
        browser.get("/who");
        assert_eq!(fixture.loads.get(), loads);
    }
}
