//! What must hold, each with the set-ups for which it does.

mod cookies;
mod events;
mod failure;
mod freshness;
mod identity;
mod login;
mod pending;
mod status;

use crate::{
    model::{Exchange, Model},
    settings::Active,
    truth::Reason,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invariant {
    /// A request is answered as a user only if it carries a cookie that descends from a login of that
    /// user. In all set-ups.
    OnlyHoldersGetIn,
    /// After a logout, `end_login`, `end_other_logins` or `end_all_logins_of` that was reported as done,
    /// no copy of an earlier cookie opens. With active logins.
    EndedStaysEnded,
    /// Ten seconds after `end_other_logins`, copies of the current login's earlier cookies do not open.
    /// With active logins.
    SupersededExpires,
    /// After a changed password, no earlier cookie opens. In all set-ups.
    PasswordEndsLogins,
    /// No page takes a deactivated user for an authenticated one. In all set-ups.
    DeactivationLocksOut,
    /// No cookie opens after its deadline. In all set-ups.
    DeadlinesHold,
    /// No cookie opens that only a dropped key has signed. In all set-ups.
    DroppedKeysOpenNothing,
    /// A session that another client sends is rejected in the strong mode, and not fresh in the basic
    /// one. In all set-ups with session protection.
    OtherClientsAreNoticed,
    /// A user whose browsers only behave is not logged out before a deadline. In all set-ups.
    BehavingStaysIn,
    /// Nor are they if responses get lost and requests are dropped. With active logins: without,
    /// nothing on the server depends on it.
    LossesLogNobodyOut,
    /// A user whose browsers only behave stays fresh until the deadline. In all set-ups.
    BehavingStaysFresh,
    /// No thief is reported where no copy was used. In all set-ups.
    NobodyIsAccused,
    /// A stolen remember cookie that both sides use is found out, whatever the thief hides. With active
    /// logins.
    ThiefIsFound,
    /// If a call fails, the response is a 5xx that changes no cookie. In all set-ups.
    FailureAdmitsNobody,
    /// A 5xx comes from a failed call alone. In all set-ups.
    OnlyFailuresFail,
    /// A login that is not fresh passes no fresh guard. In all set-ups.
    StaleIsRefused,
    /// A pending login passes no guard. With active logins.
    PendingIsNoLogin,
    /// A pending login is completed once at most, in time, and with the password that began it. With
    /// active logins.
    PendingCompletesOnce,
    /// A right code completes a pending login whose browser only behaves. With active logins.
    RightCodeCompletes,
    /// No more wrong codes of a user are checked than allowed. With active logins.
    CodesAreCounted,
    /// No user has more logins than `max_logins`. With that setting.
    LoginsAreLimited,
    /// Each entry ends, and is gone once it has. With active logins.
    ExpiredGoes,
}

impl Invariant {
    pub const ALL: [Self; 22] = [
        Self::OnlyHoldersGetIn,
        Self::EndedStaysEnded,
        Self::SupersededExpires,
        Self::PasswordEndsLogins,
        Self::DeactivationLocksOut,
        Self::DeadlinesHold,
        Self::DroppedKeysOpenNothing,
        Self::OtherClientsAreNoticed,
        Self::BehavingStaysIn,
        Self::LossesLogNobodyOut,
        Self::BehavingStaysFresh,
        Self::NobodyIsAccused,
        Self::ThiefIsFound,
        Self::FailureAdmitsNobody,
        Self::OnlyFailuresFail,
        Self::StaleIsRefused,
        Self::PendingIsNoLogin,
        Self::PendingCompletesOnce,
        Self::RightCodeCompletes,
        Self::CodesAreCounted,
        Self::LoginsAreLimited,
        Self::ExpiredGoes,
    ];

    /// Whether it holds where logins are kept there.
    pub fn holds_for(self, active: Active) -> bool {
        match self {
            Self::EndedStaysEnded
            | Self::SupersededExpires
            | Self::LossesLogNobodyOut
            | Self::ThiefIsFound
            | Self::PendingIsNoLogin
            | Self::PendingCompletesOnce
            | Self::RightCodeCompletes
            | Self::CodesAreCounted
            | Self::LoginsAreLimited
            | Self::ExpiredGoes => active != Active::Off,
            _ => true,
        }
    }

    /// The invariant that forbids a cookie to open.
    fn against(reason: Reason) -> Self {
        match reason {
            Reason::NoLogin => Self::OnlyHoldersGetIn,
            Reason::Deadline => Self::DeadlinesHold,
            Reason::Password => Self::PasswordEndsLogins,
            Reason::Key => Self::DroppedKeysOpenNothing,
            Reason::Client => Self::OtherClientsAreNoticed,
            Reason::Ended => Self::EndedStaysEnded,
            Reason::Superseded => Self::SupersededExpires,
        }
    }
}

/// An invariant that does not hold, and what was seen.
#[derive(Debug)]
pub struct Violation {
    pub invariant: Invariant,
    pub seen: String,
}

/// Checks one request, and counts what it has put to the test.
pub struct Check<'a> {
    pub model: &'a Model,
    pub exchange: &'a Exchange,
    pub exercised: &'a mut dyn FnMut(Invariant),
}

type Checked = Result<(), Violation>;

impl Check<'_> {
    fn require(&mut self, invariant: Invariant, holds: bool, seen: &str) -> Checked {
        (self.exercised)(invariant);
        if holds {
            return Ok(());
        }
        let seen = seen.to_owned();
        Err(Violation { invariant, seen })
    }

    pub fn all(mut self) -> Checked {
        self.failure()?;
        self.events()?;
        self.pending()?;
        if self.exchange.is_uncertain() {
            return Ok(());
        }
        self.public_page()?;
        self.identity()?;
        self.status()?;
        self.codes()
    }

    /// Which invariant a wrong refusal breaks.
    fn invariant_of_losses(&self) -> Invariant {
        let logins = self.model.carried(self.exchange);
        match logins
            .iter()
            .any(|login| self.model.logins[*login].has_losses)
        {
            true => Invariant::LossesLogNobodyOut,
            false => Invariant::BehavingStaysIn,
        }
    }
}
