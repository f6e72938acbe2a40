//! The wrong codes of a user, counted in the store: a note about the user, one per user.
//!
//! `generation` counts all codes, `last_confirmed_generation` is where the current count starts, and
//! `issued_at` is when it started. So one atomic change of the cookie counts a code and, if the time has
//! passed, starts the count anew: nothing is ever reset by removing it.

use super::user_notes::{note, note_user};
use crate::{
    error::LoginError,
    manager::settings::Settings,
    store::{
        entry::{LoginId, StoredLogin},
        settings::ActiveLogins,
    },
    timestamp::Timestamp,
};

const ATTEMPTS: &str = "attempts";

/// How often a count is tried that concurrent counts of the same user prevent.
const COUNT_RETRIES: usize = 32;

/// Whether the user has sent as many wrong codes as there may be.
pub(crate) async fn is_locked(
    active: &ActiveLogins,
    settings: &Settings,
    user_id: &str,
) -> Result<bool, LoginError> {
    let counter = find_counter(active, settings, user_id).await?;
    let now = settings.now();
    Ok(counter.is_some_and(|counter| failed(active, &counter, now) >= active.pending_tries))
}

/// Counts a code of a user, and returns how many there are. However many requests overlap, each gets
/// another number, and none a number above the limit: that is [`LoginError::TooManyAttempts`].
pub(crate) async fn count_attempt(
    active: &ActiveLogins,
    settings: &Settings,
    user_id: &str,
) -> Result<u64, LoginError> {
    let lifetime = active.pending_lifetime;
    for _ in 0..COUNT_RETRIES {
        let now = settings.now();
        // Whatever is counted until the first half has passed ends before the entry does.
        let end = now.plus(lifetime).plus(lifetime);
        let Some(counter) = find_counter(active, settings, user_id).await? else {
            let user = note_user(ATTEMPTS, &settings.name, user_id);
            let id = LoginId::derived(&settings.keys, ATTEMPTS, user_id);
            active.store.begin(&note(id, user, now, end)).await?;
            continue;
        };
        let failed = failed(active, &counter, now);
        if failed >= active.pending_tries {
            return Err(LoginError::TooManyAttempts);
        }
        let (start, started_at) = if failed == 0 {
            // The entry must outlast the count that starts.
            let is_short = counter.expires_at < Some(now.plus(lifetime));
            if is_short && !active.store.touch(counter.id, now, Some(end)).await? {
                continue;
            }
            (counter.generation, now)
        } else {
            (counter.last_confirmed_generation, counter.issued_at)
        };
        let counting =
            active
                .store
                .replace_cookie(counter.id, counter.generation, start, started_at);
        if counting.await? {
            return Ok(failed + 1);
        }
    }
    Err(LoginError::TooManyAttempts)
}

/// Takes back a code that [`count_attempt`] counted, since it could not be checked. A count that has
/// ended meanwhile stays as it is.
pub(crate) async fn take_back_attempt(
    active: &ActiveLogins,
    settings: &Settings,
    user_id: &str,
) -> Result<(), LoginError> {
    for _ in 0..COUNT_RETRIES {
        let Some(counter) = find_counter(active, settings, user_id).await? else {
            break;
        };
        if failed(active, &counter, settings.now()) == 0 {
            break;
        }
        // Each change adds one to `generation`, so the start moves by two.
        let start = counter.last_confirmed_generation.saturating_add(2);
        let taking_back =
            active
                .store
                .replace_cookie(counter.id, counter.generation, start, counter.issued_at);
        if taking_back.await? {
            break;
        }
    }
    Ok(())
}

/// The counter of a user. It is found by the user and not by its id, so that a rotation of keys does
/// not start it anew.
pub(super) async fn find_counter(
    active: &ActiveLogins,
    settings: &Settings,
    user_id: &str,
) -> Result<Option<StoredLogin>, LoginError> {
    let user = note_user(ATTEMPTS, &settings.name, user_id);
    let counters = active.store.list(&user).await?.into_iter();
    let counters = counters.filter(|counter| counter.user == user);
    Ok(counters.min_by_key(|counter| (counter.started_at, counter.id)))
}

/// How many codes count at this time.
pub(super) fn failed(active: &ActiveLogins, counter: &StoredLogin, now: Timestamp) -> u64 {
    if counter
        .issued_at
        .plus(active.pending_lifetime)
        .has_passed(now)
    {
        return 0;
    }
    let start = counter.last_confirmed_generation;
    counter.generation.saturating_sub(start)
}
