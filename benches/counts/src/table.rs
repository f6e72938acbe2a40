//! The table of README.md.

use report::{number, publish, table};

use crate::{
    Result, instructions,
    requests::{CASES, Case, Which, allocated},
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
    Ok(())
}
