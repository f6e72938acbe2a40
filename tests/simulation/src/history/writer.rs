//! Writes the batches of a history, as a seed determines them.

use super::{Action, Batch, Event, Mishap, Sender, Step};
use crate::{
    random::Random,
    scheduler::PlannedFailure,
    settings::{Active, DAY, HOUR, MINUTE, Settings},
};

/// How far the clock moves at most while requests are in flight, in seconds.
const MAX_WAIT: u64 = 15;

/// Writes the batches of a history.
pub(super) struct Writer<'a> {
    pub(super) settings: &'a Settings,
}

impl Writer<'_> {
    pub(super) fn batch(&self, random: &mut Random) -> Batch {
        let mut steps = Vec::new();
        if self.settings.active != Active::Off && random.chance(3) {
            steps.push(Step::Standoff {
                thief: random.below(self.settings.thieves),
                browser: random.below(self.settings.browsers.len()),
                seed: random.next(),
            });
        } else if random.chance(30) {
            // Two tabs of a browser, and what happens meanwhile.
            let browser = random.below(self.settings.browsers.len());
            for _ in 0..random.between(2, 4) {
                steps.push(match random.chance(70) {
                    true => self.request(random, Some(browser)),
                    false => match self.step(random) {
                        // No request is in flight for longer than the grace times.
                        Step::Event(Event::Tick(seconds)) => {
                            Step::Event(Event::Tick(seconds % MAX_WAIT + 1))
                        }
                        step => step,
                    },
                });
            }
        } else {
            steps.push(self.step(random));
        }
        Batch {
            steps,
            schedule: random.next(),
        }
    }

    fn step(&self, random: &mut Random) -> Step {
        if random.chance(35) {
            Step::Event(self.event(random))
        } else {
            self.request(random, None)
        }
    }

    fn request(&self, random: &mut Random, browser: Option<usize>) -> Step {
        let sender = match browser {
            Some(browser) => Sender::Browser(browser),
            None => self.sender(random),
        };
        let action = match sender {
            Sender::Administrator => Action::EndAll {
                user: random.between(1, self.settings.users),
            },
            Sender::Browser(browser) => self.browsers_action(random, browser),
            Sender::Thief { .. } => self.thiefs_action(random),
        };
        Step::Request {
            sender,
            action,
            mishap: mishap(random),
        }
    }

    fn sender(&self, random: &mut Random) -> Sender {
        match random.below(100) {
            0..75 => Sender::Browser(random.below(self.settings.browsers.len())),
            75..98 => Sender::Thief {
                thief: random.below(self.settings.thieves),
                session: random.chance(60).then(|| random.next()),
                remember: random.chance(60).then(|| random.next()),
                imitates: random
                    .chance(60)
                    .then(|| random.below(self.settings.browsers.len())),
            },
            _ if self.settings.active == Active::Off => Sender::Browser(0),
            _ => Sender::Administrator,
        }
    }

    fn browsers_action(&self, random: &mut Random, browser: usize) -> Action {
        let own = self.settings.browsers[browser];
        let user = match random.chance(90) {
            true => own,
            false => random.between(1, self.settings.users),
        };
        let remember = random.chance(65);
        let is_active = self.settings.active != Active::Off;
        match random.below(100) {
            0..28 => Action::Page,
            28..36 => Action::Fresh,
            36..44 => Action::Who,
            44..48 => Action::Public,
            48..72 => Action::Login { user, remember },
            72..77 => Action::Logout,
            77..80 => Action::Confirm,
            80..82 => Action::Password {
                others: is_active && random.chance(50),
            },
            _ if !is_active => Action::Page,
            82..87 => Action::Begin { user, remember },
            87..92 => Action::Code {
                right: random.chance(60),
            },
            92..94 => Action::Complete,
            94..97 => Action::EndOthers,
            _ => Action::EndOne { nth: random.next() },
        }
    }

    fn thiefs_action(&self, random: &mut Random) -> Action {
        let is_active = self.settings.active != Active::Off;
        match random.below(100) {
            0..50 => Action::Page,
            50..65 => Action::Fresh,
            65..75 => Action::Who,
            75..85 => Action::Public,
            85..90 => Action::Logout,
            _ if !is_active => Action::Page,
            90..94 => Action::Code {
                right: random.chance(20),
            },
            94..97 => Action::EndOthers,
            _ => Action::Complete,
        }
    }

    fn event(&self, random: &mut Random) -> Event {
        let browser = random.below(self.settings.browsers.len());
        let user = random.between(1, self.settings.users);
        match random.below(100) {
            0..50 => Event::Tick(self.jump(random)),
            50..65 => Event::Restart { browser },
            65..68 => Event::ResetPassword { user },
            68..71 => Event::SetActive {
                user,
                is_active: false,
            },
            71..76 => Event::SetActive {
                user,
                is_active: true,
            },
            76..80 => Event::RotateKey,
            80..97 => {
                let what = random.below(3);
                Event::Steal {
                    thief: random.below(self.settings.thieves),
                    browser,
                    session: what != 0,
                    remember: what != 1,
                }
            }
            _ => Event::DropExpired,
        }
    }

    /// From seconds to years, and often just before or after a deadline.
    fn jump(&self, random: &mut Random) -> u64 {
        let settings = self.settings;
        match random.below(100) {
            0..25 => random.between(1, 15),
            25..50 => random.between(50, 130),
            50..65 => random.between(MINUTE, HOUR),
            65..72 => random.between(HOUR, DAY),
            72..78 => random.between(DAY, 40 * DAY),
            78..81 => random.between(40 * DAY, 800 * DAY),
            _ => {
                let deadlines = [
                    Some(settings.remember_duration),
                    settings.login_deadline,
                    settings.visit_deadline,
                    settings.fresh_deadline,
                    Some(10),
                    Some(60),
                    Some(10 * MINUTE),
                ];
                let edge = random.pick(&deadlines).unwrap_or(MINUTE);
                (edge + random.between(0, 2)).saturating_sub(1)
            }
        }
    }
}

fn mishap(random: &mut Random) -> Mishap {
    match random.below(100) {
        0..6 => Mishap::Fails(PlannedFailure {
            call: random.between(1, 9) as u32,
            after: random.chance(50),
        }),
        6..10 => Mishap::Dropped {
            wait: random.between(1, 16) as u32,
        },
        10..15 => Mishap::Lost,
        _ => Mishap::None,
    }
}
