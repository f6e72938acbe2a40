//! Requests and events that overlap, in an order that a number determines.

use super::{World, request::Running};
use crate::{
    figures::Figure,
    history::{Mishap, Step},
    invariants::Violation,
    model::Exchange,
    random::Random,
};

/// A step of a batch.
enum Slot {
    Waiting(Step),
    Running(Box<Running>),
    Done,
}

impl World {
    /// Runs steps that overlap, and returns their requests in the order of their end.
    pub fn overlap(&mut self, steps: Vec<Step>, schedule: u64) -> Result<Vec<Exchange>, Violation> {
        let mut random = Random::new(schedule);
        let is_request = |step: &&Step| matches!(step, Step::Request { .. });
        if steps.iter().filter(is_request).count() > 1 {
            self.count(Figure::Overlap);
        }
        let mut slots: Vec<Slot> = steps.into_iter().map(Slot::Waiting).collect();
        let mut handled = Vec::new();
        loop {
            let open = slots.iter().enumerate();
            let open = open.filter(|(_, slot)| !matches!(slot, Slot::Done));
            let open: Vec<usize> = open.map(|(index, _)| index).collect();
            if open.is_empty() {
                break;
            }
            let chosen = random.pick(&open);
            self.clock.next_step();
            if self.settings.max_logins.is_some() {
                // Logins that start in one second would be ordered by their random ids.
                self.clock.advance(1);
            }
            let slot = std::mem::replace(&mut slots[chosen], Slot::Done);
            slots[chosen] = self.advance(slot, &mut handled);
        }
        self.model.note_weaknesses(&handled);
        for exchange in &handled {
            self.check(exchange)?;
        }
        self.check_stores()?;
        Ok(handled)
    }

    /// Moves one step on.
    fn advance(&mut self, slot: Slot, handled: &mut Vec<Exchange>) -> Slot {
        match slot {
            Slot::Done | Slot::Waiting(Step::Standoff { .. }) => Slot::Done,
            Slot::Waiting(Step::Event(event)) => {
                self.event(event);
                Slot::Done
            }
            Slot::Waiting(Step::Request {
                sender,
                action,
                mishap,
            }) => match self.start(sender, action, mishap) {
                Some(running) => self.advance(Slot::Running(Box::new(running)), handled),
                None => Slot::Done,
            },
            Slot::Running(mut running) => {
                let response = running.task.poll();
                let waits = running.task.flight.yields;
                let is_dropped =
                    matches!(running.mishap, Mishap::Dropped { wait } if wait <= waits);
                if response.is_none() && !is_dropped {
                    return Slot::Running(running);
                }
                handled.push(self.finish(*running, response));
                Slot::Done
            }
        }
    }
}
