//! What the operations of a store of active logins take, with few logins in it and with many.
//!
//! `growth <store> <logins>` prints microseconds and bytes. `measure -- growth` starts the databases,
//! runs this for each store and each number of logins, and makes the table.

mod login;
mod memory;

use std::{env, error::Error, time::Instant};

use actix_login::{
    redis::{Client, aio::ConnectionManager, cmd},
    sqlx::{PgPool, query, query_scalar},
    store::{LoginStore, MemoryLoginStore, RedisLoginStore, SqlLoginStore},
};
use futures_util::future::try_join_all;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::{login::login, memory::resident_bytes};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The bound per user of every store, as it is by default.
const MAX_PER_USER: usize = 100;

/// How many operations are timed.
const ROUNDS: usize = 2_000;

/// How many logins begin at once.
const BATCH: usize = 32;

#[actix_web::main]
async fn main() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [store, logins] = words.as_slice() else {
        return Err("usage: growth memory | redis | sqlite | postgres <logins>".into());
    };
    let logins = logins.parse()?;
    match store.as_str() {
        "memory" => {
            let before = resident_bytes()?;
            let store = MemoryLoginStore::new().capacity(logins + MAX_PER_USER);
            fill(&store, logins).await?;
            measure(&store, logins, resident_bytes()?.saturating_sub(before)).await
        }
        "redis" => in_redis(logins).await,
        "sqlite" => in_sqlite(logins).await,
        "postgres" => in_postgres(logins).await,
        _ => Err("an unknown store".into()),
    }
}

async fn in_redis(logins: usize) -> Result<()> {
    let url = env::var("REDIS_URL")?;
    let mut connection = ConnectionManager::new(Client::open(url)?).await?;
    cmd("FLUSHALL").exec_async(&mut connection).await?;
    let before = redis_bytes(&mut connection).await?;
    let store = RedisLoginStore::from_connection(connection.clone());
    fill(&store, logins).await?;
    let bytes = redis_bytes(&mut connection).await? - before;
    measure(&store, logins, bytes).await
}

async fn redis_bytes(connection: &mut ConnectionManager) -> Result<usize> {
    let info: String = cmd("INFO").arg("memory").query_async(connection).await?;
    let bytes = info
        .lines()
        .find_map(|line| line.strip_prefix("used_memory:"));
    Ok(bytes.ok_or("Redis does not tell its memory")?.parse()?)
}

async fn in_sqlite(logins: usize) -> Result<()> {
    let file = env::temp_dir().join(format!("actix-login-growth-{}", std::process::id()));
    let options = SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal);
    // Connections of one SQLite file that write at once wait for each other in their sleep.
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    let store = SqlLoginStore::sqlite(pool.clone());
    store.create_table().await?;
    fill(&store, logins).await?;
    let bytes: i64 =
        query_scalar("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            .fetch_one(&pool)
            .await?;
    let measured = measure(&store, logins, bytes as usize).await;
    pool.close().await;
    std::fs::remove_file(&file)?;
    measured
}

async fn in_postgres(logins: usize) -> Result<()> {
    let pool = PgPool::connect(&env::var("DATABASE_URL")?).await?;
    let store = SqlLoginStore::postgres(pool.clone());
    store.create_table().await?;
    query("TRUNCATE actix_login_logins").execute(&pool).await?;
    fill(&store, logins).await?;
    let bytes: i64 = query_scalar("SELECT pg_total_relation_size('actix_login_logins')")
        .fetch_one(&pool)
        .await?;
    measure(&store, logins, bytes as usize).await
}

/// Two logins for each user.
async fn fill<S: LoginStore>(store: &S, logins: usize) -> Result<()>
where
    S::Error: Error + 'static,
{
    let numbers: Vec<usize> = (0..logins).collect();
    for batch in numbers.chunks(BATCH) {
        let batch: Vec<_> = batch
            .iter()
            .map(|number| login(*number, number / 2))
            .collect::<Result<_>>()?;
        try_join_all(batch.iter().map(|login| store.begin(login))).await?;
    }
    Ok(())
}

async fn measure<S: LoginStore>(store: &S, logins: usize, bytes: usize) -> Result<()>
where
    S::Error: Error + 'static,
{
    // Spread over all logins, as requests are, and made before the clock starts.
    let asked: Vec<_> = (0..ROUNDS)
        .map(|round| login(round.wrapping_mul(7_919) % logins, 0).map(|login| login.id))
        .collect::<Result<_>>()?;
    let start = Instant::now();
    for id in &asked {
        if store.find(*id).await?.is_none() {
            return Err("a login is lost".into());
        }
    }
    let find = start.elapsed() / ROUNDS as u32;

    // One user more, with as many logins as the bound lets in.
    let user = logins;
    for number in 0..MAX_PER_USER + 1 {
        store.begin(&login(logins + number, user)?).await?;
    }
    let name = login(logins, user)?.user;
    let start = Instant::now();
    let mut listed = Vec::new();
    for _ in 0..ROUNDS / MAX_PER_USER {
        listed = store.list(&name).await?;
    }
    let list = start.elapsed() / (ROUNDS / MAX_PER_USER) as u32;
    if listed.len() != MAX_PER_USER {
        return Err(format!("{} logins of one user", listed.len()).into());
    }

    let ids: Vec<_> = listed.iter().map(|login| login.id).collect();
    let start = Instant::now();
    store.end_all(&ids).await?;
    let end_all = start.elapsed();
    if !store.list(&name).await?.is_empty() {
        return Err("not all logins have ended".into());
    }

    println!(
        "{:.1} {:.1} {:.1} {}",
        find.as_secs_f64() * 1e6,
        list.as_secs_f64() * 1e6,
        end_all.as_secs_f64() * 1e6,
        bytes / logins,
    );
    Ok(())
}
