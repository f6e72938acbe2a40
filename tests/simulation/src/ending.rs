//! What is checked beyond a single request: the stores, and the standoff of an owner and a thief.

use actix_login::store::StoredLogin;

use crate::{
    browser::REMEMBER,
    figures::Figure,
    history::{Action, Event, Mishap, Sender, Step},
    invariants::{Invariant, Violation},
    model::{Exchange, Model, Party},
    random::Random,
    settings::{Active, COOKIE_GRACE, DAY},
    world::World,
};

/// No entry lasts longer than ten years.
const LONGEST_ENTRY: u64 = 3_651 * DAY;
/// After so many turns, a thief must have been found out.
const TURNS: usize = 6;

impl World {
    fn require(&mut self, invariant: Invariant, holds: bool, seen: &str) -> Result<(), Violation> {
        self.count(Figure::Invariant(format!("{invariant:?}")));
        if holds {
            return Ok(());
        }
        let seen = seen.to_owned();
        Err(Violation { invariant, seen })
    }

    /// Between two batches no request is in flight.
    pub fn check_stores(&mut self) -> Result<(), Violation> {
        if self.settings.active == Active::Off {
            return Ok(());
        }
        let now = self.clock.now().time;
        let entries = self.store.entries();
        let ends = |entry: &StoredLogin| entry.expires_at.map(|end| end.as_secs());
        let all_end = entries
            .iter()
            .all(|entry| ends(entry).is_some_and(|end| end < now + LONGEST_ENTRY));
        self.require(Invariant::ExpiredGoes, all_end, "an entry has no end")?;
        let Some(max) = self.settings.max_logins else {
            return Ok(());
        };
        for user in 1..=self.settings.users {
            if self.model.has_orphans.contains(&user) {
                continue;
            }
            let key = format!("User:{user}");
            let is_current = |entry: &&StoredLogin| {
                let is_superseded = entry
                    .expires_at
                    .is_some_and(|end| end <= entry.last_seen_at);
                entry.user == key && !is_superseded && ends(entry).is_some_and(|end| end > now)
            };
            let count = entries.iter().filter(is_current).count();
            self.require(Invariant::LoginsAreLimited, count <= max, "too many logins")?;
        }
        Ok(())
    }

    /// At the end of all time, nothing is left.
    pub fn check_end(&mut self) -> Result<(), Violation> {
        if self.settings.active == Active::Off {
            return Ok(());
        }
        self.clock.advance(LONGEST_ENTRY);
        self.store.drop_expired(self.clock.now().time);
        let is_empty = self.store.entries().is_empty();
        self.require(Invariant::ExpiredGoes, is_empty, "an expired entry stays")
    }

    /// A thief copies the remember cookie, and uses it. Then owner and thief take turns, with more than
    /// the grace time between them. The thief hides what may give the copy away.
    pub fn standoff(&mut self, thief: usize, browser: usize, seed: u64) -> Result<(), Violation> {
        let mut random = Random::new(seed);
        let now = self.clock.now().time;
        let token = self.jars[browser].get(REMEMBER, now).map(str::to_owned);
        let token = token.and_then(|value| self.model.tokens.get(&value).cloned());
        let Some(login) = token.and_then(|token| token.login) else {
            return Ok(());
        };
        self.count(Figure::Standoff);
        self.event_alone(Event::Steal {
            thief,
            browser,
            session: random.chance(50),
            remember: true,
        })?;
        if random.chance(50) {
            self.event_alone(Event::Restart { browser })?;
        }
        let hides_token = random.chance(50);
        let imitates = random.chance(70).then_some(browser);
        let by_thief = |session, remember| Sender::Thief {
            thief,
            session,
            remember,
            imitates,
        };
        // An even choice is the latest cookie.
        let first = by_thief(None, Some(0));
        let has_restored = self.visit(first, login)?.is_some_and(|restored| restored);
        if !has_restored {
            return Ok(());
        }
        let mut owner_uses_it = false;
        let mut both = false;
        for turn in 0..TURNS {
            self.event_alone(Event::Tick(
                random.between(COOKIE_GRACE + 1, 2 * COOKIE_GRACE),
            ))?;
            if random.chance(25) {
                self.event_alone(Event::Restart { browser })?;
            }
            let now = self.clock.now().time;
            let has_cookie = self.jars[browser].get(REMEMBER, now).is_some();
            let owner = self.visit(Sender::Browser(browser), login)?;
            // What the last turns bring to light ends nothing before they are over.
            owner_uses_it |= has_cookie && owner.is_some() && turn + 2 < TURNS;
            self.event_alone(Event::Tick(
                random.between(COOKIE_GRACE + 1, 2 * COOKIE_GRACE),
            ))?;
            let sender = match hides_token {
                true => by_thief(Some(0), None),
                false => by_thief(random.chance(50).then_some(0), Some(0)),
            };
            let thief = self.visit(sender, login)?;
            both = owner.is_some() && thief.is_some() && turn + 1 == TURNS;
        }
        if owner_uses_it {
            let seen = "owner and thief go on side by side";
            self.require(Invariant::ThiefIsFound, !both, seen)?;
        }
        Ok(())
    }

    fn event_alone(&mut self, event: Event) -> Result<(), Violation> {
        self.overlap(vec![Step::Event(event)], 0).map(drop)
    }

    /// Visits a page. Returns whether it was answered by this login, and if so, whether the remember
    /// cookie restored it.
    fn visit(&mut self, sender: Sender, login: usize) -> Result<Option<bool>, Violation> {
        let step = Step::Request {
            sender,
            action: Action::Page,
            mishap: Mishap::None,
        };
        let handled = self.overlap(vec![step], 0)?;
        let Some(exchange) = handled.first() else {
            return Ok(None);
        };
        let is_of_login = self.model.reported_login(exchange) == Some(login);
        let response = exchange.response.as_ref().filter(|_| is_of_login);
        let report = response.and_then(|response| response.report.as_ref());
        Ok(report.map(|report| report.is_restored))
    }
}

impl Model {
    /// Once a request was answered by a login, no earlier call has ended it.
    pub fn note_seen(&mut self, exchange: &Exchange) {
        let Some(login) = self.reported_login(exchange) else {
            return;
        };
        let login = &mut self.logins[login];
        login.seen = exchange.start.time.saturating_sub(60).max(login.seen);
        if exchange.party != Party::Administrator {
            login
                .ends
                .retain(|end| end.is_done || end.end >= exchange.start.step);
        }
    }
}
