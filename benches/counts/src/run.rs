//! Starts the app of a case, and counts what its requests allocate.

use std::time::Duration;

use actix_web::{App, cookie::Key, test::init_service, web::Data};
use apps::{Users, login, session};

use crate::{
    Result,
    allocator::Allocated,
    requests::{Case, Which, answer_all},
    steps,
};

/// Over how many requests the allocations are averaged.
const COUNTED: usize = 1000;

/// What one request of the case allocates.
pub(crate) async fn allocated(case: &Case) -> Result<Allocated> {
    let all = run(case, COUNTED).await?;
    let average = |total: u64| (total as f64 / COUNTED as f64).round() as u64;
    Ok(Allocated {
        times: average(all.times),
        bytes: average(all.bytes),
    })
}

/// Has the case's app answer `count` requests after the warm-up, and says what they allocated.
pub(crate) async fn run(case: &Case, count: usize) -> Result<Allocated> {
    let users = Data::new(Users::new(10, Duration::ZERO).later(case.later));
    let key = Key::from(&[7; 64]);
    let app = App::new().app_data(users.clone());
    match case.app {
        Which::Session => {
            let app = app.configure(session::configure);
            let app = app.wrap(session::middleware(key));
            answer_all(case, &init_service(app).await, count).await
        }
        Which::Login => {
            let manager = login::manager(&key, &users)?;
            let app = app.configure(login::configure);
            let app = app.wrap(session::middleware(key)).wrap(manager);
            answer_all(case, &init_service(app).await, count).await
        }
        Which::Step(step) => steps::run(step, case, users, count).await,
    }
}
