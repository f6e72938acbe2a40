//! `SqlLoginStore` behind an app, and what happens while its database is locked, stopped or empty.

use std::{
    cell::RefCell,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use actix_login::{
    ActiveLogins,
    sqlx::{
        Connection, Executor, PgConnection, SqliteConnection, SqlitePool,
        postgres::{PgConnectOptions, PgPoolOptions},
        raw_sql,
        sqlite::{SqliteConnectOptions, SqliteJournalMode},
    },
    store::{LoginStore, SqlLoginStore},
};
use futures_util::future::join_all;

use super::{Database, Postgres, Sqlite, id, login, test_in};
use crate::{
    serve,
    support::{
        Browser, TempFolder, TestApp,
        active_site::{Users, builder, log_in, log_in_remembered, logins, pages, who},
        block_on, cookie_session, on_runtime,
        postgres_server::{PostgresServer, pool},
    },
};

/// The time-out of stores whose database is to fail.
const SHORT: Duration = Duration::from_millis(500);

fn serve_with(store: SqlLoginStore) -> TestApp {
    let manager = builder(&Users::new())
        .active_logins(ActiveLogins::in_store(store))
        .build()
        .unwrap();
    serve!(pages(&Users::new()), manager.clone(), cookie_session())
}

/// A pool needs a runtime that stays.
fn lasting(open: impl FnOnce() -> SqlLoginStore + Send + 'static) -> SqlLoginStore {
    on_runtime(async move || open())
}

fn in_postgres(options: &PgConnectOptions) -> SqlLoginStore {
    let options = options.clone();
    lasting(move || SqlLoginStore::postgres(pool(&options)))
}

fn in_sqlite(options: &SqliteConnectOptions) -> SqlLoginStore {
    let options = options.clone();
    lasting(move || SqlLoginStore::sqlite(SqlitePool::connect_lazy_with(options)))
}

/// An app with the cookie session: it lists logins, ends others, and its logout reaches copies of the
/// cookie, at either server.
fn use_every_page([one, other]: [TestApp; 2]) {
    let mut browser = one.browser();
    log_in_remembered(&mut browser, 1);
    let mut phone = other.browser();
    log_in(&mut phone, 1);
    log_in(&mut other.browser(), 2);
    assert_eq!(logins(&mut browser).len(), 2);
    assert_eq!(logins(&mut phone).len(), 2);

    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(browser.post("/end-others", "").status, 200);
    assert_eq!(who(&mut phone), "None");
    assert_eq!(logins(&mut browser).len(), 1);

    let mut copy = other.browser();
    copy.cookies.clone_from(&browser.cookies);
    assert_eq!(who(&mut copy), "Some(1)");
    assert_eq!(browser.post("/logout", "").status, 200);
    assert_eq!(who(&mut copy), "None");
    copy.restart();
    assert_eq!(who(&mut copy), "None");
}

#[test]
fn the_cookie_session_has_a_server_side_logout_with_sqlite() {
    let database = Sqlite::start().unwrap();
    block_on(database.open());
    let stores = [(), ()].map(|()| in_sqlite(&database.options()));
    use_every_page(stores.map(serve_with));
}

#[test]
fn the_cookie_session_has_a_server_side_logout_with_postgresql() {
    let Some(database) = Postgres::start() else {
        return;
    };
    block_on(database.open());
    let stores = [(), ()].map(|()| in_postgres(&database.options));
    use_every_page(stores.map(serve_with));
}

#[test]
fn concurrent_processes_create_the_table_once() {
    async fn create(stores: Vec<SqlLoginStore>) {
        let created = join_all(stores.iter().map(SqlLoginStore::create_table)).await;
        created.into_iter().for_each(|created| created.unwrap());
        stores[0].begin(&login("User:1", 1)).await.unwrap();
    }
    test_in(async |database: &Sqlite| {
        create(
            (0..6)
                .map(|_| SqlLoginStore::sqlite(database.pool()))
                .collect(),
        )
        .await;
    });
    test_in(async |database: &Postgres| {
        let open = |_| SqlLoginStore::postgres(pool(&database.options));
        create((0..6).map(open).collect()).await;
    });
}

#[test]
fn the_printed_migration_is_all_that_the_store_needs() {
    test_in(async |database: &Sqlite| {
        let migration = SqlLoginStore::SQLITE_MIGRATION;
        database.pool().execute(migration).await.unwrap();
        let store = SqlLoginStore::sqlite(database.pool());
        store.begin(&login("User:1", 1)).await.unwrap();
    });
    test_in(async |database: &Postgres| {
        let mut connection = PgConnection::connect_with(&database.options).await.unwrap();
        let migration = raw_sql(SqlLoginStore::POSTGRES_MIGRATION);
        connection.execute(migration).await.unwrap();
        let store = SqlLoginStore::postgres(pool(&database.options));
        store.begin(&login("User:1", 1)).await.unwrap();
    });
}

#[test]
fn without_its_table_the_store_says_how_to_create_it() {
    async fn complain(store: SqlLoginStore) {
        let error = store.find(id(1)).await.unwrap_err().to_string();
        assert!(error.contains("`SqlLoginStore::create_table`"), "{error}");
    }
    test_in(async |database: &Sqlite| complain(SqlLoginStore::sqlite(database.pool())).await);
    test_in(async |database: &Postgres| {
        complain(SqlLoginStore::postgres(pool(&database.options))).await;
    });
}

/// Repeats a request until told to stop, and returns each status and body.
fn ask(browser: &Browser, stop: &Arc<AtomicBool>) -> thread::JoinHandle<Vec<(u16, String)>> {
    let (browser, stop) = (browser.clone(), Arc::clone(stop));
    thread::spawn(move || {
        let mut responses = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            // Each time with the same cookies, as many browsers would send them.
            let response = browser.clone().get("/who");
            assert!(response.status != 500 || response.set_cookies().is_empty());
            responses.push((response.status, response.body));
            thread::sleep(Duration::from_millis(5));
        }
        responses
    })
}

/// While the database is down, under load, no user is logged in or out. Once it is up, every browser is
/// logged in as before.
fn survive_an_outage(app: &TestApp, stop_database: impl FnOnce(), start_database: impl FnOnce()) {
    let mut by_session = app.browser();
    log_in(&mut by_session, 1);
    let mut by_cookie = app.browser();
    log_in_remembered(&mut by_cookie, 2);
    by_cookie.restart();
    let mut gone = app.browser();
    log_in_remembered(&mut gone, 3);
    let mut copy = gone.clone();
    assert_eq!(gone.post("/logout", "").status, 200);

    let stop = Arc::default();
    let crowd = [&by_session, &by_cookie, &copy].map(|browser| ask(browser, &stop));
    thread::sleep(Duration::from_millis(200));
    stop_database();
    let mut stranger = app.browser();
    let start = Instant::now();
    let refused = log_in_remembered(&mut stranger, 1);
    assert!(start.elapsed() < 10 * SHORT, "{:?}", start.elapsed());
    assert_eq!((refused.status, refused.set_cookies()), (500, vec![]));
    assert_eq!(app.browser().get("/public").status, 200);
    let kept = by_session.post("/logout", "");
    assert_eq!((kept.status, kept.set_cookies()), (500, vec![]));
    start_database();
    // The first requests may still meet what the outage left behind.
    let recovered = Instant::now();
    while by_session.get("/who").status != 200 {
        assert!(recovered.elapsed() < Duration::from_secs(20));
    }
    let _ = by_cookie.clone().get("/who");
    thread::sleep(SHORT);
    stop.store(true, Ordering::Relaxed);

    let [sessions, cookies, copies] = crowd.map(|thread| thread.join().unwrap());
    for (responses, in_again) in [
        (sessions, "Some(1)"),
        (cookies, "Some(2)"),
        (copies, "None"),
    ] {
        let failed = (500, String::new());
        let expected = (200, in_again.to_owned());
        assert!(responses.contains(&failed), "{in_again}");
        assert!(
            responses
                .iter()
                .all(|response| *response == failed || *response == expected),
            "{responses:?}"
        );
        assert_eq!(responses.last(), Some(&expected));
    }
    assert_eq!(who(&mut by_session), "Some(1)");
    assert_eq!(who(&mut by_cookie), "Some(2)");
    assert_eq!(who(&mut by_cookie), "Some(2)");
    assert_eq!(who(&mut copy), "None");
    assert_eq!(who(&mut stranger), "None");
    assert_eq!(
        logins(&mut by_session).len(),
        1,
        "the refused login left nothing"
    );
}

#[test]
fn a_restart_of_postgresql_starts_no_login_and_loses_none() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let options = server.create_database();
    block_on(in_postgres(&options).create_table()).unwrap();
    let app = serve_with(in_postgres(&options).timeout(SHORT));
    survive_an_outage(&app, || server.stop(), || server.restart());
}

#[test]
fn a_locked_postgresql_table_starts_no_login_and_loses_none() {
    let Some(database) = Postgres::start() else {
        return;
    };
    block_on(database.open());
    let app = serve_with(in_postgres(&database.options).timeout(SHORT));
    let options = database.options.clone();
    let lock = on_runtime(async move || PgConnection::connect_with(&options).await.unwrap());
    let lock = RefCell::new(lock);
    let hold = || raw_sql("BEGIN; LOCK TABLE actix_login_logins");
    survive_an_outage(
        &app,
        || {
            block_on(lock.borrow_mut().execute(hold())).unwrap();
        },
        || {
            block_on(lock.borrow_mut().execute("ROLLBACK")).unwrap();
        },
    );
}

/// Without a write-ahead log, so that the lock keeps out readers, too.
#[test]
fn a_locked_sqlite_database_starts_no_login_and_loses_none() {
    let folder = TempFolder::new();
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("test.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Delete)
        .busy_timeout(Duration::from_millis(100));
    block_on(in_sqlite(&options).create_table()).unwrap();
    let app = serve_with(in_sqlite(&options).timeout(SHORT));
    let lock = block_on(SqliteConnection::connect_with(&options)).unwrap();
    let lock = RefCell::new(lock);
    survive_an_outage(
        &app,
        || {
            block_on(lock.borrow_mut().execute("BEGIN EXCLUSIVE")).unwrap();
        },
        || {
            block_on(lock.borrow_mut().execute("ROLLBACK")).unwrap();
        },
    );
}

#[test]
fn the_wait_for_a_connection_of_the_pool_is_bounded() {
    let Some(database) = Postgres::start() else {
        return;
    };
    block_on(database.open());
    block_on(async {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect_lazy_with(database.options.clone());
        let store = SqlLoginStore::postgres(pool.clone()).timeout(Duration::from_millis(50));
        let taken = pool.acquire().await.unwrap();
        let error = store.find(id(1)).await.unwrap_err().to_string();
        assert!(error.contains("in time"), "{error}");
        drop(taken);
        let store = store.timeout(Duration::from_secs(20));
        assert_eq!(store.find(id(1)).await.unwrap(), None);
    });
}
