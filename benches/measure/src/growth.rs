//! The stores of active logins with more and more in them, and ten minutes of mixed traffic.

use std::{env, fs, process::Command};

use report::{folder, number, publish, table};

use crate::{
    Result,
    arguments::Arguments,
    databases::{Databases, database_url, redis_url},
    plot::{self, Chart, Line},
    server,
    soak::{self, Soak},
};

const STORES: [(&str, &str); 4] = [
    ("memory", "memory"),
    ("redis", "Redis"),
    ("sqlite", "SQLite"),
    ("postgres", "PostgreSQL"),
];
const LOGINS: [u64; 3] = [1_000, 10_000, 100_000];

/// Microseconds, and bytes per login.
struct Measured {
    find: f64,
    list: f64,
    end_all: f64,
    bytes: f64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    server::build("growth")?;
    let databases = Databases::start()?;
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for (store, name) in STORES {
        let mut values = Vec::new();
        for logins in LOGINS {
            eprintln!("{name}: {} logins", number(logins as f64));
            let measured = measure(&databases, store, logins)?;
            values.push(measured.find);
            rows.push(row(name, logins, &measured));
        }
        lines.push(Line { name, values });
    }
    drop(databases);
    eprintln!("mixed traffic for {} s", arguments.time.as_secs());
    let soak = soak::run(arguments.time)?;
    let header = [
        "store",
        "logins",
        "`find`, µs",
        "`list` of 100, µs",
        "`end_all` of 100, µs",
        "bytes per login",
    ];
    let text = format!("{}\n\n{}", table(&header, &rows), sentence(&soak));
    publish("growth", &text, arguments.write)?;
    if arguments.write {
        let charts = [finding(lines), soaking(&soak)];
        fs::write(folder().join("growth.svg"), plot::draw(&charts))?;
    }
    Ok(())
}

fn measure(databases: &Databases, store: &str, logins: u64) -> Result<Measured> {
    let output = Command::new(env::current_exe()?.with_file_name("growth"))
        .args([store, &logins.to_string()])
        .env("DATABASE_URL", database_url(databases.postgres()))
        .env("REDIS_URL", redis_url(databases.redis()))
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let figures: Vec<f64> = text
        .split_whitespace()
        .map_while(|word| word.parse().ok())
        .collect();
    let [find, list, end_all, bytes] = figures[..] else {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    };
    Ok(Measured {
        find,
        list,
        end_all,
        bytes,
    })
}

fn row(name: &str, logins: u64, measured: &Measured) -> Vec<String> {
    let short = |value: f64| {
        if value < 10.0 {
            format!("{value:.1}")
        } else {
            number(value)
        }
    };
    vec![
        name.to_owned(),
        number(logins as f64),
        short(measured.find),
        short(measured.list),
        short(measured.end_all),
        number(measured.bytes),
    ]
}

fn sentence(soak: &Soak) -> String {
    let at = |part: usize| {
        let sample = soak.samples.get(soak.samples.len() * part / 10);
        let sample = sample.or(soak.samples.last());
        sample.map_or(f64::NAN, |(_, memory)| *memory)
    };
    format!(
        "Mixed traffic for {} s: {} requests, {} logins, {} stolen cookies. The server's memory after a tenth, \
         a half and all of it: {:.1}, {:.1} and {:.1} MiB.",
        soak.samples.last().map_or(0, |(second, _)| *second),
        number(soak.requests as f64),
        number(soak.logins as f64),
        number(soak.thefts as f64),
        at(1),
        at(5),
        at(10),
    )
}

fn finding(lines: Vec<Line>) -> Chart {
    Chart {
        title: "Finding a login",
        across: "logins in the store",
        up: "µs",
        places: LOGINS.iter().map(|it| number(*it as f64)).collect(),
        lines,
    }
}

fn soaking(soak: &Soak) -> Chart {
    let tenth = soak.samples.len().div_ceil(10).max(1);
    let samples: Vec<&(u64, f64)> = soak.samples.iter().skip(tenth - 1).step_by(tenth).collect();
    Chart {
        title: "Mixed traffic",
        across: "seconds",
        up: "MiB",
        places: samples
            .iter()
            .map(|(second, _)| second.to_string())
            .collect(),
        lines: vec![Line {
            name: "memory of the server",
            values: samples.iter().map(|(_, memory)| *memory).collect(),
        }],
    }
}
