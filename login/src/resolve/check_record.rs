//! Checks of a login record before its user is loaded: deadlines and session protection.

use std::rc::Rc;

use crate::{
    config::VISITS_PER_DEADLINE, crypto::keyring::KeyMatch, request::visit::Visit,
    session::record::LoginRecord, timestamp::Timestamp, user::UserMixin,
};

/// A record that has passed the checks.
pub(crate) struct CheckedRecord {
    pub(crate) record: LoginRecord,
    /// Whether it differs from the stored one.
    pub(crate) changed: bool,
    /// Whether another client sent it, so that it is no longer fresh.
    pub(crate) mismatch: bool,
}

/// Why a record has not passed.
pub(crate) enum RejectedRecord {
    /// A deadline has passed for the login of this user id.
    Expired(Rc<str>),
    /// Another client sent the record of this user id, and it must be removed.
    Stolen(Rc<str>),
}

/// Checks deadlines and session protection. All code that trusts a record calls it first.
pub(crate) fn check_record<U: UserMixin>(
    visit: &Visit<'_, U>,
    mut record: LoginRecord,
) -> Result<CheckedRecord, RejectedRecord> {
    let settings = visit.settings();
    let session = &settings.session;
    let now = settings.now();
    let last_seen_at = record.last_seen_at.unwrap_or(record.started_at);
    if session.has_expired(record.started_at, last_seen_at, now) {
        return Err(RejectedRecord::Expired(record.id));
    }
    let mut changed = false;
    let mut mismatch = false;
    if session.is_protected() {
        let (client, req, keys) = (&session.client, visit.req, &settings.keys);
        let stored = record.fingerprint;
        match stored.map(|stored| client.match_fingerprint(req, keys, stored)) {
            Some(KeyMatch::Current) => {}
            Some(KeyMatch::None) if session.is_strong() => {
                return Err(RejectedRecord::Stolen(record.id));
            }
            Some(KeyMatch::None) => {
                mismatch = true;
                changed |= record.fresh;
                record.fresh = false;
            }
            None | Some(KeyMatch::Previous) => {
                record.fingerprint = Some(client.fingerprint(req, keys));
                changed = true;
            }
        }
    }
    changed |= note_visit(&mut record, last_seen_at, now, visit);
    Ok(CheckedRecord {
        record,
        changed,
        mismatch,
    })
}

/// Records a visit. It is recorded seldom, since each write is of a whole session.
fn note_visit<U: UserMixin>(
    record: &mut LoginRecord,
    last_seen_at: Timestamp,
    now: Timestamp,
    visit: &Visit<'_, U>,
) -> bool {
    let session = &visit.settings().session;
    let Some(deadline) = session.visit_deadline else {
        return false;
    };
    let interval = deadline.as_secs() / u64::from(VISITS_PER_DEADLINE);
    let is_due = now.since(last_seen_at).as_secs() >= interval;
    if is_due && record.last_seen_at != Some(now) && session.is_visit(visit.req) {
        record.last_seen_at = Some(now);
        return true;
    }
    false
}
