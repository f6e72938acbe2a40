//! What a request costs with more users, more connections and slower loaders.

use std::{fs, time::Duration};

use report::{folder, number, publish, table};

use crate::{
    Result,
    arguments::Arguments,
    figures::Figures,
    load::Load,
    plot::{self, Chart, Line},
    server::{self, Server},
};

const SERVERS: [&str; 2] = ["session", "actix-login"];

/// How many different users take turns, so that more than one place of the map is read.
const VISITORS: u64 = 256;

/// One thing that grows, and how it is shown.
struct Question {
    title: &'static str,
    /// What grows.
    quantity: &'static str,
    values: [u64; 4],
    setting: fn(u64) -> Setting,
    unit: Unit,
}

#[derive(Debug, Clone, Copy)]
struct Setting {
    users: u64,
    milliseconds: u64,
    connections: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Microseconds,
    RequestsPerSecond,
}

const QUESTIONS: [Question; 3] = [
    Question {
        title: "Users",
        quantity: "users in the map",
        values: [10, 1_000, 100_000, 1_000_000],
        setting: |users| Setting {
            users,
            milliseconds: 0,
            connections: 32,
        },
        unit: Unit::Microseconds,
    },
    Question {
        title: "Connections",
        quantity: "connections at once",
        values: [1, 10, 100, 1_000],
        setting: |connections| Setting {
            users: 1_000,
            milliseconds: 0,
            connections: connections as usize,
        },
        unit: Unit::Microseconds,
    },
    Question {
        title: "A slow loader",
        quantity: "ms to find a user, 500 connections",
        values: [0, 1, 5, 20],
        setting: |milliseconds| Setting {
            users: 1_000,
            milliseconds,
            connections: 500,
        },
        unit: Unit::RequestsPerSecond,
    },
];

impl Unit {
    fn of(self, requests_per_second: f64) -> f64 {
        match self {
            Self::Microseconds => 1e6 / requests_per_second,
            Self::RequestsPerSecond => requests_per_second,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Microseconds => "µs per request",
            Self::RequestsPerSecond => "requests/s",
        }
    }

    fn text(self, value: f64) -> String {
        match self {
            Self::Microseconds => format!("{value:.1}"),
            Self::RequestsPerSecond => number(value),
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    server::build("servers")?;
    let mut texts = Vec::new();
    let mut charts = Vec::new();
    for question in &QUESTIONS {
        let lines = answer(question, arguments)?;
        texts.push(text(question, &lines));
        charts.push(chart(question, &lines));
    }
    let text = format!(
        "{}\n\nMedian (least–most) of {} rounds of {:.0} s of `/protected`.",
        texts.join("\n\n"),
        arguments.rounds,
        arguments.time.as_secs_f64(),
    );
    publish("scaling", &text, arguments.write)?;
    if arguments.write {
        fs::write(folder().join("scaling.svg"), plot::draw(&charts))?;
    }
    Ok(())
}

/// For each server, the requests per second at each of the values.
fn answer(question: &Question, arguments: &Arguments) -> Result<[Vec<Figures>; 2]> {
    let mut lines = SERVERS.map(|_| vec![Figures::default(); question.values.len()]);
    for round in 1..=arguments.rounds {
        for (at, value) in question.values.into_iter().enumerate() {
            eprintln!(
                "round {round} of {}: {} {}",
                arguments.rounds,
                number(value as f64),
                question.quantity
            );
            for (name, line) in SERVERS.into_iter().zip(&mut lines) {
                let figure = measure(name, (question.setting)(value), arguments.time)?;
                if let Some(figures) = line.get_mut(at) {
                    figures.add(figure);
                }
            }
        }
    }
    Ok(lines)
}

fn measure(name: &'static str, setting: Setting, time: Duration) -> Result<f64> {
    let server = Server::start(name, setting.users, setting.milliseconds)?;
    let visitors = setting.users.min(VISITORS);
    let cookies = (0..visitors)
        .map(|number| server.log_in(1 + number * setting.users / visitors))
        .collect::<Result<Vec<String>>>()?;
    let first = cookies.first().ok_or("nobody is logged in")?;
    server.check(first, 1)?;
    let load = Load {
        address: server.address,
        path: "/protected",
        cookies: &cookies,
        connections: setting.connections,
    };
    load.run(Duration::from_secs(1))?;
    let figure = load.run(time)?;
    server.check(first, 1)?;
    Ok(figure)
}

fn text(question: &Question, lines: &[Vec<Figures>; 2]) -> String {
    let unit = question.unit;
    let [session, login] = lines;
    let rows: Vec<Vec<String>> = question
        .values
        .iter()
        .zip(session.iter().zip(login))
        .map(|(value, (session, login))| {
            vec![
                number(*value as f64),
                unit.text(unit.of(session.median())),
                unit.text(unit.of(login.median())),
                login.ratios_to(session).text(|ratio| format!("{ratio:.2}")),
            ]
        })
        .collect();
    let header = [
        question.quantity,
        &format!("`session`, {}", unit.name()),
        &format!("`actix-login`, {}", unit.name()),
        "throughput of `session`",
    ];
    table(&header, &rows)
}

fn chart(question: &Question, lines: &[Vec<Figures>; 2]) -> Chart {
    let unit = question.unit;
    let lines = SERVERS.iter().zip(lines).map(|(name, figures)| Line {
        name,
        values: figures.iter().map(|it| unit.of(it.median())).collect(),
    });
    Chart {
        title: question.title,
        across: question.quantity,
        up: unit.name(),
        places: question
            .values
            .iter()
            .map(|it| number(*it as f64))
            .collect(),
        lines: lines.collect(),
    }
}
