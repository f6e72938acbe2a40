//! The table of README.md.

use report::{number, publish, table};

use crate::{
    Result, instructions,
    requests::{CASES, Case, Step, Which, step_case},
    run::allocated,
};

const HEADER: [&str; 7] = [
    "request",
    "instructions: session alone",
    "actix-login",
    "more",
    "allocations (bytes): session alone",
    "actix-login",
    "more",
];

const STEPS_HEADER: [&str; 5] = [
    "with, above what is before it",
    "instructions",
    "more",
    "allocations (bytes)",
    "more",
];

struct Cost {
    instructions: u64,
    allocations: u64,
    bytes: u64,
}

impl Cost {
    async fn of(case: &Case) -> Result<Self> {
        eprintln!("{}", case.name());
        let allocated = allocated(case).await?;
        Ok(Self {
            instructions: instructions::per_request(case)?,
            allocations: allocated.times,
            bytes: allocated.bytes,
        })
    }

    fn instructions(&self) -> String {
        number(self.instructions as f64)
    }

    fn allocations(&self) -> String {
        format!("{} ({})", self.allocations, number(self.bytes as f64))
    }
}

/// Counts everything; a row for each request to actix-login.
pub(crate) async fn print(write: bool) -> Result<()> {
    let mut rows = Vec::new();
    for case in CASES.iter().filter(|case| case.app == Which::Login) {
        let alone = CASES
            .iter()
            .find(|it| it.app == Which::Session && it.page == case.page);
        let login = Cost::of(case).await?;
        let mut row = vec![case.page.to_owned()];
        match alone {
            Some(alone) => {
                let alone = Cost::of(alone).await?;
                let more = login.instructions as f64 - alone.instructions as f64;
                row.extend([alone.instructions(), login.instructions(), number(more)]);
                let more = login.allocations as f64 - alone.allocations as f64;
                row.extend([alone.allocations(), login.allocations(), number(more)]);
            }
            None => {
                let nothing = || "–".to_owned();
                row.extend([nothing(), login.instructions(), nothing()]);
                row.extend([nothing(), login.allocations(), nothing()]);
            }
        }
        rows.push(row);
    }
    publish("counts", &table(&HEADER, &rows), write)?;
    print_steps(write).await
}

/// A row for each thing that a protected page is spent on.
async fn print_steps(write: bool) -> Result<()> {
    let page = |app| {
        let is_page = |case: &&Case| case.app == app && case.page == "protected, by session";
        CASES.iter().find(is_page).ok_or("no protected page")
    };
    let steps = [
        ("the session alone", page(Which::Session)?),
        ("", &step_case(Step::LongValue)),
        ("", &step_case(Step::Middleware)),
        ("", &step_case(Step::Extractor)),
        ("", &step_case(Step::Protection)),
        ("`#[login_required]`", page(Which::Login)?),
        ("", &step_case(Step::NewUser)),
    ];
    let mut rows = Vec::new();
    let mut before: Option<Cost> = None;
    for (name, case) in steps {
        let cost = Cost::of(case).await?;
        let name = if name.is_empty() { case.page } else { name };
        let more = |all: fn(&Cost) -> u64| match &before {
            Some(before) => number(all(&cost) as f64 - all(before) as f64),
            None => "–".to_owned(),
        };
        rows.push(vec![
            name.to_owned(),
            cost.instructions(),
            more(|it| it.instructions),
            cost.allocations(),
            more(|it| it.allocations),
        ]);
        before = Some(cost);
    }
    publish("steps", &table(&STEPS_HEADER, &rows), write)?;
    Ok(())
}
