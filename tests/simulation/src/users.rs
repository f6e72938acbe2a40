//! The app's users, and when each of them changed.

use std::sync::{Arc, Mutex};

use crate::{
    app::User,
    clock::Clock,
    scheduler::{Call, Failed, call, current},
};

/// Clones are the same users.
#[derive(Clone)]
pub struct Users {
    clock: Clock,
    accounts: Arc<Mutex<Vec<Account>>>,
}

#[derive(Clone)]
struct Account {
    /// Each version of the password, with the step at which it was set.
    passwords: Vec<(u64, u64)>,
    /// The same for whether the account is active.
    active: Vec<(u64, bool)>,
    /// When a wrong code was checked, since the last right one.
    wrong_codes: Vec<u64>,
}

impl Users {
    pub fn new(count: u64, clock: Clock) -> Self {
        let account = Account {
            passwords: vec![(0, 1)],
            active: vec![(0, true)],
            wrong_codes: Vec::new(),
        };
        Self {
            clock,
            accounts: Arc::new(Mutex::new(vec![account; count as usize])),
        }
    }

    fn account<T>(&self, id: u64, access: impl FnOnce(&mut Account) -> T) -> Option<T> {
        let index = usize::try_from(id).ok()?.checked_sub(1)?;
        self.accounts.lock().unwrap().get_mut(index).map(access)
    }

    pub fn get(&self, id: u64) -> Option<User> {
        self.account(id, |account| {
            let password = account.passwords.last().map_or(0, |last| last.1);
            current(|flight| flight.password = Some(password));
            User {
                id,
                password: format!("password {password}"),
                is_active: account.active.last().is_some_and(|last| last.1),
            }
        })
    }

    /// For the user loader.
    pub async fn load(&self, id: u64) -> Result<Option<User>, Failed> {
        call(Call::LoadUser, async { self.get(id) }).await
    }

    pub fn change_password(&self, id: u64) {
        let step = self.clock.now().step;
        self.account(id, |account| {
            let next = account.passwords.last().map_or(0, |last| last.1) + 1;
            account.passwords.push((step, next));
        });
    }

    pub fn set_active(&self, id: u64, is_active: bool) {
        let step = self.clock.now().step;
        self.account(id, |account| account.active.push((step, is_active)));
    }

    pub fn note_code(&self, id: u64, is_right: bool) {
        let time = self.clock.now().time;
        self.account(id, |account| {
            if is_right {
                account.wrong_codes.clear();
            } else {
                account.wrong_codes.push(time);
            }
        });
    }

    /// How many wrong codes of the user were checked since that time.
    pub fn wrong_codes_since(&self, id: u64, time: u64) -> usize {
        let codes = self.account(id, |account| {
            account.wrong_codes.iter().filter(|at| **at >= time).count()
        });
        codes.unwrap_or_default()
    }

    /// The versions of the password between two steps.
    pub fn passwords_between(&self, id: u64, first: u64, last: u64) -> Vec<u64> {
        let passwords = self.account(id, |account| between(&account.passwords, first, last));
        passwords.unwrap_or_default()
    }

    /// Whether the account was active: `true`, `false` or both.
    pub fn active_between(&self, id: u64, first: u64, last: u64) -> Vec<bool> {
        let active = self.account(id, |account| between(&account.active, first, last));
        active.unwrap_or_default()
    }
}

/// The values that held at any step from `first` to `last`.
fn between<T: Copy>(changes: &[(u64, T)], first: u64, last: u64) -> Vec<T> {
    let before = changes.iter().rev().find(|(step, _)| *step < first);
    let within = changes
        .iter()
        .filter(|(step, _)| (first..=last).contains(step));
    before
        .into_iter()
        .chain(within)
        .map(|(_, value)| *value)
        .collect()
}
