//! Active logins, and the calls that end or supersede them.

use std::collections::HashMap;

use super::{Exchange, Model, Party};
use crate::clock::Moment;

/// An active login.
#[derive(Debug)]
pub struct Login {
    pub user: u64,
    pub id: String,
    /// The step at which the request ended that started it.
    pub started: u64,
    pub ends: Vec<End>,
    /// When each id of the login, in their order, was superseded.
    pub superseded: HashMap<usize, Vec<Superseding>>,
    /// Who has sent its cookies.
    pub parties: Vec<Party>,
    pub is_remembered: bool,
    /// When it was last seen, at the earliest.
    pub seen: u64,
    /// Whether a browser that behaves may have been left with an old cookie: see `known.rs`.
    pub is_strained: bool,
    /// Until when it lasts for certain, if that is less than promised: see `known.rs`.
    pub lasts_until: Option<u64>,
    /// Whether a response of it got lost or a request of it was dropped.
    pub has_losses: bool,
}

/// A call that ended a login, or may have.
#[derive(Debug, Clone, Copy)]
pub struct End {
    pub start: u64,
    pub end: u64,
    pub is_done: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Superseding {
    pub start: Moment,
    pub end: Moment,
    pub is_done: bool,
}

impl Model {
    /// The login of this id, which is new if no page has reported it.
    pub(super) fn login_of(&mut self, id: &str, user: u64, exchange: &Exchange) -> usize {
        let known = self.logins.iter().position(|login| login.id == id);
        let ends = self.ends_meanwhile(user, exchange);
        known.unwrap_or_else(|| {
            self.logins.push(Login {
                user,
                id: id.to_owned(),
                started: exchange.end.step,
                ends,
                superseded: HashMap::new(),
                parties: vec![exchange.party],
                is_remembered: false,
                seen: exchange.start.time,
                is_strained: false,
                lasts_until: None,
                has_losses: false,
            });
            self.logins.len() - 1
        })
    }

    /// The calls that may have ended what this request has started.
    pub(super) fn ends_meanwhile(&self, user: u64, exchange: &Exchange) -> Vec<End> {
        let overlaps =
            |end: &End| end.start != exchange.start.step && end.end >= exchange.start.step;
        let ends = self.ends_of_all.iter().filter(|(of, _)| *of == user);
        let ends = ends.map(|(_, end)| *end).filter(overlaps);
        ends.map(|end| End {
            is_done: false,
            ..end
        })
        .collect()
    }
}

impl Login {
    /// How often it has been superseded.
    pub(super) fn epoch(&self) -> usize {
        self.superseded.keys().max().map_or(0, |last| last + 1)
    }
}
