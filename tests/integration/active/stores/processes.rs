//! Two processes over one database.

use std::{
    env,
    process::{Command, Stdio},
};

use actix_login::{
    sqlx::{ConnectOptions, SqlitePool, postgres::PgConnectOptions},
    store::{LoginStore, SqlLoginStore},
};

use super::{Database, PATIENCE, Postgres, Sqlite, id, ids_of, login, test_in, time};
use crate::support::{block_on, postgres_server::pool};

/// Tells the second process which database it is to use.
const URL: &str = "ACTIX_LOGIN_TEST_DATABASE";
const REPLACEMENTS: u64 = 100;
const MAX: usize = 3;

/// Replaces the cookie of a contended login and starts logins of a contended user. Returns how many of
/// the replacements succeeded.
async fn contend(store: SqlLoginStore, first: u64) -> u64 {
    let store = store.max_per_user(MAX);
    let mut replaced = 0;
    for generation in 0..REPLACEMENTS {
        let replace = store.replace_cookie(id(1), generation, 0, time(1));
        replaced += u64::from(replace.await.unwrap());
        let started = login("User:2", first + generation);
        store.begin(&started).await.unwrap();
    }
    replaced
}

/// What the second process runs; a test only because a test's program has no other entry.
#[test]
fn second_process() {
    let Ok(url) = env::var(URL) else {
        return;
    };
    let replaced = block_on(async {
        let store = if url.starts_with("postgres") {
            let options: PgConnectOptions = url.parse().unwrap();
            SqlLoginStore::postgres(pool(&options))
        } else {
            let options = Sqlite::options_of(url.as_ref());
            SqlLoginStore::sqlite(SqlitePool::connect_lazy_with(options))
        };
        contend(store.timeout(PATIENCE), 1_000).await
    });
    println!("replaced={replaced};");
}

async fn share_with_a_second_process<D: Database<Store = SqlLoginStore>>(database: &D, url: &str) {
    let store = database.open().await;
    store.begin(&login("User:1", 1)).await.unwrap();
    let second = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "--nocapture",
            "active::stores::processes::second_process",
        ])
        .env(URL, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let replaced_here = contend(store.clone(), 2_000).await;
    let output = second.wait_with_output().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let (_, replaced) = output.split_once("replaced=").expect(&output);
    let (replaced_there, _) = replaced.split_once(';').unwrap();

    let found = store.find(id(1)).await.unwrap().unwrap();
    let replaced_there: u64 = replaced_there.parse().unwrap();
    assert_eq!(found.generation, replaced_here + replaced_there);
    assert_eq!(ids_of(&store, "User:2").await.len(), MAX);
}

#[test]
fn two_processes_share_a_sqlite_database() {
    test_in(async |database: &Sqlite| {
        let file = database.file();
        share_with_a_second_process(database, file.to_str().unwrap()).await;
    });
}

#[test]
fn two_processes_share_a_postgresql_database() {
    test_in(async |database: &Postgres| {
        let url = database.options.to_url_lossy();
        share_with_a_second_process(database, url.as_str()).await;
    });
}
