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
const WARM_UP: Duration = Duration::from_secs(1);

#[derive(Default, Clone)]
struct Measured {
    public: Figures,
    protected: Figures,
    memory: Figures,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    server::build_all()?;
    let mut measured = vec![Measured::default(); SERVERS.len()];
    for round in 1..=arguments.rounds {
        for (name, measured) in SERVERS.into_iter().zip(&mut measured) {
            eprintln!("round {round} of {}: {name}", arguments.rounds);
            measure(name, arguments.time, measured)?;
        }
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
        "{}\n\nMedian (least–most) of {} rounds of {:.0} s, {CONNECTIONS} connections, load by {}.",
        table(&header, &rows),
        arguments.rounds,
        arguments.time.as_secs_f64(),
        load::name(),
    );
    publish("compare", &text, arguments.write)?;
    Ok(())
}

/// One round of one server, started anew: where its memory happens to lie is part of the noise.
fn measure(name: &'static str, time: Duration, measured: &mut Measured) -> Result<()> {
    let server = Server::start(name, 10, 0)?;
    let cookies = server.log_in(1)?;
    server.check(&cookies, 1)?;
    let load = |path, cookie: &str, time| {
        let load = Load {
            address: server.address,
            path,
            cookies: &[cookie.to_owned()],
            connections: CONNECTIONS,
        };
        load.run(time)
    };
    load("/protected", &cookies, WARM_UP)?;
    measured.public.add(load("/public", "", time)?);
    measured.protected.add(load("/protected", &cookies, time)?);
    measured.memory.add(server.peak_memory()?);
    server.check(&cookies, 1)
}

fn row(name: &str, measured: &Measured, yardstick: &Measured) -> Vec<String> {
    let ratio = |value: f64| format!("{value:.2}");
    vec![
        format!("`{name}`"),
        measured.public.text(number),
        measured.public.ratios_to(&yardstick.public).text(ratio),
        measured.protected.text(number),
        measured
            .protected
            .ratios_to(&yardstick.protected)
            .text(ratio),
        format!("{:.1}", measured.memory.median()),
    ]
}
