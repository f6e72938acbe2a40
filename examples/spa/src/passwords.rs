//! Password hashes: Argon2id with the parameters that OWASP recommends, the default of the crate.

use std::{sync::Arc, thread::available_parallelism};

use actix_web::web;
use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash};
use tokio::sync::Semaphore;

use crate::{failure::Failure, users::User};

const MIN_CHARS: usize = 12;
const MAX_CHARS: usize = 128;

pub struct Passwords {
    /// A hash takes 19 MiB and a processor for a while. More at a time would only need more memory.
    slots: Arc<Semaphore>,
    /// The hash of no password: unknown users take the same time as wrong passwords.
    decoy: String,
}

impl Passwords {
    pub async fn new() -> Result<Self, Failure> {
        let processors = available_parallelism().map_or(1, usize::from);
        let mut passwords = Self {
            slots: Arc::new(Semaphore::new(processors)),
            decoy: String::new(),
        };
        let mut random = [0; 32];
        getrandom::fill(&mut random)?;
        passwords.decoy = passwords.hash(format!("{random:?}")).await?;
        Ok(passwords)
    }

    pub async fn hash(&self, password: String) -> Result<String, Failure> {
        self.run(move || Argon2::default().hash_password(password.as_bytes()))
            .await?
            .map(|hash| hash.to_string())
            .map_err(Failure::from)
    }

    /// Returns the user if the password is theirs.
    pub async fn check(
        &self,
        user: Option<User>,
        password: String,
    ) -> Result<Option<User>, Failure> {
        let hash = user
            .as_ref()
            .map_or(&self.decoy, |user| &user.password_hash);
        let hash = hash.clone();
        let result = self
            .run(move || Argon2::default().verify_password(password.as_bytes(), &*hash))
            .await?;
        match result {
            Ok(()) => Ok(user),
            Err(password_hash::Error::PasswordInvalid) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Runs it on a thread for blocking work: on a worker it would hold up all other requests.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let slot = Arc::clone(&self.slots).acquire_owned().await?;
        let result = web::block(move || {
            // The work goes on if the client leaves, and so does the use of the slot.
            let _slot = slot;
            work()
        });
        Ok(result.await?)
    }
}

/// What is wrong with a new password, for its owner. Length is what counts (NIST SP 800-63B, 3.1.1).
pub fn objection(password: &str) -> Option<&'static str> {
    match password.chars().count() {
        0..MIN_CHARS => Some("A password has at least 12 characters."),
        MIN_CHARS..=MAX_CHARS => None,
        _ => Some("A password has at most 128 characters."),
    }
}
