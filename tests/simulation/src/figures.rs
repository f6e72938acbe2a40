//! How often each operation, mishap and invariant was exercised.

use std::{collections::BTreeMap, fmt};

use crate::{
    history::{Action, Event},
    invariants::Invariant,
    scheduler::Call,
    settings::Active,
};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    World,
    Step,
    Action(&'static str),
    Event(&'static str),
    Overlap,
    Standoff,
    Failure(Call, bool),
    Dropped,
    Lost,
    Invariant(String),
}

#[derive(Debug, Default, Clone)]
pub struct Figures(BTreeMap<(Figure, Active), u64>);

impl Figures {
    pub fn count(&mut self, figure: Figure, active: Active) {
        *self.0.entry((figure, active)).or_default() += 1;
    }

    pub fn add(&mut self, other: &Self) {
        for (key, count) in &other.0 {
            *self.0.entry(key.clone()).or_default() += count;
        }
    }

    pub fn get(&self, figure: &Figure, active: Active) -> u64 {
        self.0.get(&(figure.clone(), active)).copied().unwrap_or(0)
    }

    fn total(&self, figure: &Figure) -> u64 {
        Active::ALL
            .into_iter()
            .map(|active| self.get(figure, active))
            .sum()
    }

    pub fn worlds(&self) -> u64 {
        self.total(&Figure::World)
    }

    /// What was never exercised. In a short run, only what is frequent must be.
    pub fn missing(&self) -> Vec<String> {
        let is_long = self.worlds() >= LONG_RUN;
        let mut missing = Vec::new();
        for (figure, belongs) in rows() {
            let is_rare = matches!(figure, Figure::Failure(..));
            if !is_long && (is_rare || self.total(&figure) > 0) {
                continue;
            }
            let active = Active::ALL.into_iter();
            for active in active.filter(|active| belongs(*active)) {
                if self.get(&figure, active) == 0 {
                    missing.push(format!("{} ({})", Name(&figure), active.name()));
                }
            }
        }
        missing
    }
}

/// How many worlds must exercise everything, in every set-up.
const LONG_RUN: u64 = 20_000;

/// A figure, and whether it must not be 0 where logins are kept there.
type Row = (Figure, Box<dyn Fn(Active) -> bool>);

fn row(figure: Figure, belongs: impl Fn(Active) -> bool + 'static) -> Row {
    (figure, Box::new(belongs))
}

fn rows() -> Vec<Row> {
    let needs_active = [
        "begin",
        "code",
        "complete",
        "end others",
        "end one",
        "end all",
    ];
    let mut rows = vec![
        row(Figure::World, |_| true),
        row(Figure::Step, |_| true),
        row(Figure::Overlap, |_| true),
        row(Figure::Standoff, |active| active != Active::Off),
        row(Figure::Dropped, |_| true),
        row(Figure::Lost, |_| true),
    ];
    rows.extend(Action::NAMES.map(|name| {
        let needs_active = needs_active.contains(&name);
        row(Figure::Action(name), move |active| {
            !needs_active || active != Active::Off
        })
    }));
    rows.extend(Event::NAMES.map(|name| row(Figure::Event(name), |_| true)));
    for call in Call::ALL {
        let is_remote = !call.is_of_session_store() && call != Call::LoadUser;
        for after in [false, true] {
            let belongs = move |active| !is_remote || active == Active::Remote;
            rows.push(row(Figure::Failure(call, after), belongs));
        }
    }
    rows.extend(Invariant::ALL.map(|invariant| {
        let belongs = move |active| invariant.holds_for(active);
        row(Figure::Invariant(format!("{invariant:?}")), belongs)
    }));
    rows
}

struct Name<'a>(&'a Figure);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Figure::World => f.write_str("worlds"),
            Figure::Step => f.write_str("steps"),
            Figure::Action(name) => write!(f, "request: {name}"),
            Figure::Event(name) => write!(f, "event: {name}"),
            Figure::Overlap => f.write_str("overlapping requests"),
            Figure::Standoff => f.write_str("standoffs of owner and thief"),
            Figure::Failure(call, true) => write!(f, "failure: {call:?}, after its effect"),
            Figure::Failure(call, false) => write!(f, "failure: {call:?}, before its effect"),
            Figure::Dropped => f.write_str("requests dropped half-way"),
            Figure::Lost => f.write_str("responses lost"),
            Figure::Invariant(name) => write!(f, "invariant: {name}"),
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| active logins: |")?;
        for active in Active::ALL {
            write!(f, " {} |", active.name())?;
        }
        writeln!(f, "\n| --- | ---: | ---: | ---: |")?;
        for (figure, belongs) in rows() {
            write!(f, "| {} |", Name(&figure))?;
            for active in Active::ALL {
                match (self.get(&figure, active), belongs(active)) {
                    (0, false) => write!(f, " |")?,
                    (count, _) => write!(f, " {count} |")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
