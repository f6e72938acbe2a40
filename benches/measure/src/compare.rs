//! The servers side by side: requests per second, what that is of the session alone, and memory.

use std::time::Duration;

use report::{number, publish, table};

use crate::{
    Result,
    arguments::Arguments,
    figures::Figures,
    load::{self, Load},
    server::{self, Server},
};

const SERVERS: [&str; 5] = [
    "bare",
    "session",
    "actix-login",
    "actix-identity",
    "axum-login",
];
const YARDSTICK: &str = "session";

const CONNECTIONS: usize = 32;
/// How long a server is loaded before it is the next one's turn.
const TURN: Duration = Duration::from_secs(1);

#[derive(Default, Clone)]
struct Measured {
    public: Figures,
    protected: Figures,
    memory: Figures,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    server::build("servers")?;
    let mut measured = vec![Measured::default(); SERVERS.len()];
    for round in 1..=arguments.rounds {
        eprintln!("round {round} of {}", arguments.rounds);
        measure(arguments.time, &mut measured)?;
    }
    let yardstick = SERVERS.iter().position(|name| *name == YARDSTICK);
    let yardstick = yardstick
        .and_then(|at| measured.get(at))
        .ok_or("no yardstick")?;
    let rows: Vec<Vec<String>> = SERVERS
        .iter()
        .zip(&measured)
        .map(|(name, measured)| row(name, measured, yardstick))
        .collect();
    let header = [
        "server",
        "`/public`, requests/s",
        "of `session`",
        "`/protected`, requests/s",
        "of `session`",
        "peak memory, MiB",
    ];
    let text = format!(
        "{}\n\nMedian (quartiles) of {} rounds of {:.0} turns of a second, {CONNECTIONS} connections, load by {}.",
        table(&header, &rows),
        arguments.rounds,
        arguments.time.as_secs_f64(),
        load::name(),
    );
    publish("compare", &text, arguments.write)?;
    Ok(())
}

/// One round, with the servers started anew: where their memory happens to lie is part of the noise.
/// They are loaded in turn for a second each, as the machine is another one after some seconds; one
/// that is not loaded costs nothing.
fn measure(time: Duration, measured: &mut [Measured]) -> Result<()> {
    let mut servers = Vec::new();
    for name in SERVERS {
        let server = Server::start(name, 10, 0)?;
        let cookies = server.log_in(1)?;
        server.check(&cookies, 1)?;
        load(&server, "/protected", &cookies)?;
        servers.push((server, cookies));
    }
    for _ in 0..time.as_secs().max(1) {
        for ((server, cookies), measured) in servers.iter().zip(&mut *measured) {
            let protected = load(server, "/protected", cookies)?;
            measured.protected.add(protected);
        }
        for ((server, _), measured) in servers.iter().zip(&mut *measured) {
            measured.public.add(load(server, "/public", "")?);
        }
    }
    for ((server, cookies), measured) in servers.iter().zip(measured) {
        measured.memory.add(server.peak_memory()?);
        server.check(cookies, 1)?;
    }
    Ok(())
}

fn load(server: &Server, path: &str, cookie: &str) -> Result<f64> {
    let load = Load {
        address: server.address,
        path,
        cookies: &[cookie.to_owned()],
        connections: CONNECTIONS,
    };
    load.run(TURN)
}

fn row(name: &str, measured: &Measured, yardstick: &Measured) -> Vec<String> {
    let ratio = |value: f64| format!("{value:.2}");
    vec![
        format!("`{name}`"),
        measured.public.quartiles(number),
        measured
            .public
            .ratios_to(&yardstick.public)
            .quartiles(ratio),
        measured.protected.quartiles(number),
        measured
            .protected
            .ratios_to(&yardstick.protected)
            .quartiles(ratio),
        format!("{:.1}", measured.memory.median()),
    ]
}
