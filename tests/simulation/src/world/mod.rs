//! Lives the history of a world: sends its requests, lets things go wrong, and checks what comes back.

mod event;
mod log;
mod overlap;
mod request;
mod response;

use std::{collections::BTreeMap, rc::Rc};

use actix_login::LoginManager;

use crate::{
    app::{Served, User, serve},
    browser::Jar,
    clock::Clock,
    figures::{Figure, Figures},
    history::{Batch, History, Step},
    invariants::{Check, Invariant, Violation},
    model::{Exchange, Model},
    scheduler::run,
    session_store::SimulatedSessions,
    settings::Settings,
    store::SimulatedStore,
    thief::Thief,
    users::Users,
};

pub struct World {
    pub settings: Settings,
    pub clock: Clock,
    pub users: Users,
    pub store: SimulatedStore,
    sessions: SimulatedSessions,
    rotations: usize,
    served: Rc<Served>,
    pub jars: Vec<Jar>,
    pub thieves: Vec<Thief>,
    pub model: Model,
    pub figures: Figures,
    /// What happened, for the report of a failure.
    pub log: Vec<String>,
}

/// Lives a history to its end, or to the first invariant that does not hold.
pub fn live(history: &History) -> (World, Option<Violation>) {
    let mut world = World::new(history.settings.clone());
    world.count(Figure::World);
    let mut result = Ok(());
    for batch in &history.batches {
        result = world.batch(batch);
        if result.is_err() {
            break;
        }
    }
    let result = result.and_then(|()| world.check_end());
    (world, result.err())
}

impl World {
    fn new(settings: Settings) -> Self {
        let clock = Clock::new();
        let users = Users::new(settings.users, clock.clone());
        let store = settings.store();
        let sessions = SimulatedSessions::default();
        let manager = settings.manager(0, &clock, &users, &store);
        let served = Rc::new(run(serve(&settings, manager, &users, &sessions)));
        Self {
            jars: settings.browsers.iter().map(|_| Jar::default()).collect(),
            thieves: (0..settings.thieves).map(|_| Thief::default()).collect(),
            model: Model::new(settings.clone(), users.clone()),
            rotations: 0,
            figures: Figures::default(),
            log: Vec::new(),
            settings,
            clock,
            users,
            store,
            sessions,
            served,
        }
    }

    fn manager(&self) -> LoginManager<User> {
        self.settings
            .manager(self.rotations, &self.clock, &self.users, &self.store)
    }

    pub fn count(&mut self, figure: Figure) {
        self.figures.count(figure, self.settings.active);
    }

    fn batch(&mut self, batch: &Batch) -> Result<(), Violation> {
        if let [
            Step::Standoff {
                thief,
                browser,
                seed,
            },
        ] = batch.steps[..]
        {
            return self.standoff(thief, browser, seed);
        }
        let steps = batch.steps.iter().cloned();
        self.overlap(steps.collect(), batch.schedule).map(drop)
    }

    fn check(&mut self, exchange: &Exchange) -> Result<(), Violation> {
        let mut exercised: BTreeMap<String, Invariant> = BTreeMap::new();
        let check = Check {
            model: &self.model,
            exchange,
            exercised: &mut |invariant| {
                exercised.insert(format!("{invariant:?}"), invariant);
            },
        };
        let result = check.all();
        for name in exercised.into_keys() {
            self.count(Figure::Invariant(name));
        }
        result?;
        self.model.note_seen(exchange);
        Ok(())
    }
}
