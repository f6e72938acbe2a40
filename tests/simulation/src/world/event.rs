//! What happens beside the requests: the clock moves, keys are rotated, cookies are stolen.

use std::rc::Rc;

use super::World;
use crate::{
    app::serve,
    browser::{REMEMBER, SESSION},
    figures::Figure,
    history::Event,
    scheduler::run,
};

impl World {
    pub(super) fn event(&mut self, event: Event) {
        self.count(Figure::Event(event.name()));
        self.count(Figure::Step);
        self.log.push(format!("{event:?}"));
        match event {
            Event::Tick(seconds) => self.clock.advance(seconds),
            Event::Restart { browser } => self.jars[browser].restart(),
            Event::ResetPassword { user } => self.users.change_password(user),
            Event::SetActive { user, is_active } => self.users.set_active(user, is_active),
            Event::RotateKey => {
                self.rotations += 1;
                let manager = self.manager();
                let served = serve(&self.settings, manager, &self.users, &self.sessions);
                self.served = Rc::new(run(served));
            }
            Event::Steal {
                thief,
                browser,
                session,
                remember,
            } => {
                let now = self.clock.now().time;
                let jar = &self.jars[browser];
                if let Some(value) = jar.get(SESSION, now).filter(|_| session) {
                    self.thieves[thief].keep_session(value);
                }
                if let Some(value) = jar.get(REMEMBER, now).filter(|_| remember) {
                    self.thieves[thief].keep_token(value);
                }
            }
            Event::DropExpired => self.store.drop_expired(self.clock.now().time),
        }
    }
}
