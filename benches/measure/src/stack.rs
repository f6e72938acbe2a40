//! Servers as they run in production: users in PostgreSQL, sessions and logins in a database.

use std::time::Duration;

use report::{number, publish, table};

use crate::{
    Result,
    arguments::Arguments,
    client::send,
    databases::{Databases, database_url, redis_url},
    figures::Figures,
    load::Load,
    proxy::Proxy,
    server::{self, Server},
};

/// A program, its storage, and the row of the table.
const SERVERS: [(&str, &str, &str); 8] = [
    ("stack-actix-login", "cookie", "encrypted cookie"),
    ("stack-actix-login", "redis-sessions", "sessions in Redis"),
    (
        "stack-actix-login",
        "redis-sessions-per-worker",
        "sessions in Redis, a connection for each worker",
    ),
    (
        "stack-actix-login",
        "redis-logins",
        "cookie, active logins in Redis",
    ),
    (
        "stack-actix-login",
        "postgres-logins",
        "cookie, active logins in PostgreSQL",
    ),
    (
        "stack-actix-identity",
        "redis-sessions",
        "sessions in Redis",
    ),
    ("stack-axum-login", "redis-sessions", "sessions in Redis"),
    (
        "stack-axum-login",
        "postgres-sessions",
        "sessions in PostgreSQL",
    ),
];

const CONNECTIONS: usize = 64;

/// How many different users take turns.
const VISITORS: u64 = 64;

/// How many pages are asked for to count round trips.
const COUNTED: u64 = 200;

#[derive(Default, Clone)]
struct Measured {
    requests: Figures,
    half: Figures,
    slowest: Figures,
    queries: f64,
    round_trips: f64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let databases = Databases::start()?;
    server::build("stack")?;
    let mut measured = vec![Measured::default(); SERVERS.len()];
    for ((program, storage, _), measured) in SERVERS.into_iter().zip(&mut measured) {
        count(&databases, program, storage, measured)?;
    }
    for round in 1..=arguments.rounds {
        eprintln!("round {round} of {}", arguments.rounds);
        for ((program, storage, _), measured) in SERVERS.into_iter().zip(&mut measured) {
            load(&databases, program, storage, arguments.time, measured)?;
        }
    }
    let header = [
        "server",
        "where sessions and logins are",
        "requests/s",
        "p50, ms",
        "p99, ms",
        "queries",
        "round trips",
    ];
    let rows: Vec<Vec<String>> = SERVERS
        .iter()
        .zip(&measured)
        .map(|((program, _, storage), measured)| row(program, storage, measured))
        .collect();
    let text = format!(
        "{}\n\nMedian (quartiles) of {} rounds of {:.0} s of `/protected`, {CONNECTIONS} connections of \
         {VISITORS} users.",
        table(&header, &rows),
        arguments.rounds,
        arguments.time.as_secs_f64(),
    );
    publish("stack", &text, arguments.write)?;
    Ok(())
}

fn start(
    program: &'static str,
    storage: &str,
    postgres: std::net::SocketAddr,
    redis: std::net::SocketAddr,
) -> Result<Server> {
    let urls = [
        ("DATABASE_URL", database_url(postgres)),
        ("REDIS_URL", redis_url(redis)),
    ];
    Server::start_with(program, &[storage.to_owned()], &urls)
}

/// The queries and the round trips of a protected page, one after the other.
fn count(
    databases: &Databases,
    program: &'static str,
    storage: &str,
    measured: &mut Measured,
) -> Result<()> {
    let postgres = Proxy::start(databases.postgres())?;
    let redis = Proxy::start(databases.redis())?;
    let server = start(program, storage, postgres.address, redis.address)?;
    let cookies = server.log_in(1)?;
    server.check(&cookies, 1)?;
    let queries = || -> Result<u64> { Ok(databases.statements()? + databases.commands()?) };
    let (queries_before, trips_before) = (queries()?, postgres.round_trips() + redis.round_trips());
    for _ in 0..COUNTED {
        send(server.address, "GET", "/protected", &cookies)?;
    }
    let trips = postgres.round_trips() + redis.round_trips() - trips_before;
    measured.round_trips = trips as f64 / COUNTED as f64;
    measured.queries = (queries()? - queries_before) as f64 / COUNTED as f64;
    Ok(())
}

fn load(
    databases: &Databases,
    program: &'static str,
    storage: &str,
    time: Duration,
    measured: &mut Measured,
) -> Result<()> {
    let server = start(program, storage, databases.postgres(), databases.redis())?;
    let cookies = (1..=VISITORS)
        .map(|id| server.log_in(id))
        .collect::<Result<Vec<String>>>()?;
    let first = cookies.first().ok_or("nobody is logged in")?;
    server.check(first, 1)?;
    let load = Load {
        address: server.address,
        path: "/protected",
        cookies: &cookies,
        connections: CONNECTIONS,
    };
    load.run(Duration::from_secs(1))?;
    let figures = load.run_timed(time)?;
    measured.requests.add(figures.requests_per_second);
    measured.half.add(figures.half);
    measured.slowest.add(figures.slowest);
    server.check(first, 1)
}

fn row(program: &str, storage: &str, measured: &Measured) -> Vec<String> {
    let milliseconds = |value: f64| format!("{value:.1}");
    vec![
        format!("`{}`", program.trim_start_matches("stack-")),
        storage.to_owned(),
        measured.requests.quartiles(number),
        measured.half.quartiles(milliseconds),
        measured.slowest.quartiles(milliseconds),
        format!("{:.1}", measured.queries),
        format!("{:.1}", measured.round_trips),
    ]
}
