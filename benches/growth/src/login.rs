//! The logins that a store is filled with.

use actix_login::{LoginId, Timestamp, store::StoredLogin};

use crate::Result;

/// A login with a user agent of usual length. Each is seen a second after the one before.
pub(crate) fn login(number: usize, user: usize) -> Result<StoredLogin> {
    let seen = Timestamp::from_secs(1_800_000_000 + number as u64);
    Ok(StoredLogin {
        id: id(number)?,
        user: format!("User:{user}"),
        started_at: seen,
        last_seen_at: seen,
        expires_at: Some(Timestamp::from_secs(1_900_000_000 + number as u64)),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Chrome/140.0.0.0 Safari/537.36"
            .to_owned(),
        address: "203.0.113.195".to_owned(),
        remembered: false,
        generation: 0,
        last_confirmed_generation: 0,
        issued_at: seen,
        cookie_confirmed_at: None,
    })
}

fn id(number: usize) -> Result<LoginId> {
    Ok(format!("{number:021}A").parse()?)
}
