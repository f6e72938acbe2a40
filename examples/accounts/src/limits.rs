//! Brute force: how often a password may be tried, and a mail asked for.
//!
//! They count what is typed, whether or not such an account exists, so a refusal tells nothing. A stranger
//! can use up the tries of an account. One comes back every two minutes, and existing logins stay.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use actix_login::client_address;
use actix_web::HttpRequest;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::email::Email;

/// How many addresses or accounts a limit knows at a time. Above that, it refuses everything, so that an
/// attacker with many addresses cannot fill the memory.
const MAX_KEYS: usize = 100_000;

pub struct Limits {
    passwords: Limit,
    mails: Limit,
}

struct Limit {
    by_address: DefaultKeyedRateLimiter<IpAddr>,
    by_account: DefaultKeyedRateLimiter<String>,
}

/// How long to wait before the next try.
pub struct TooMany(pub Duration);

impl Limits {
    pub fn new() -> Self {
        const TEN: NonZeroU32 = NonZeroU32::new(10).unwrap();
        const THIRTY: NonZeroU32 = NonZeroU32::new(30).unwrap();
        Self {
            passwords: Limit {
                by_address: RateLimiter::keyed(Quota::per_minute(THIRTY)),
                by_account: RateLimiter::keyed(Quota::per_hour(THIRTY).allow_burst(TEN)),
            },
            mails: Limit {
                by_address: RateLimiter::keyed(Quota::per_hour(THIRTY)),
                by_account: RateLimiter::keyed(Quota::per_hour(TEN)),
            },
        }
    }

    /// Counts a try of a password.
    pub fn try_password(&self, req: &HttpRequest, account: &Email) -> Result<(), TooMany> {
        self.passwords.count(req, account)
    }

    /// Counts a mail to this address.
    pub fn send_mail(&self, req: &HttpRequest, to: &Email) -> Result<(), TooMany> {
        self.mails.count(req, to)
    }

    /// Forgets the addresses and accounts that have all their tries again.
    pub fn forget_idle(&self) {
        for limit in [&self.passwords, &self.mails] {
            limit.by_address.retain_recent();
            limit.by_account.retain_recent();
        }
    }
}

impl Limit {
    fn count(&self, req: &HttpRequest, account: &Email) -> Result<(), TooMany> {
        if let Some(address) = client_address(req) {
            check(&self.by_address, &network(address))?;
        }
        check(&self.by_account, &account.to_string())
    }
}

fn check<K: Hash + Eq + Clone>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
) -> Result<(), TooMany> {
    if limiter.len() >= MAX_KEYS {
        limiter.retain_recent();
        if limiter.len() >= MAX_KEYS {
            tracing::warn!("too many addresses or accounts at a time: all are refused");
            return Err(TooMany(Duration::from_secs(60)));
        }
    }
    limiter
        .check_key(key)
        .map_err(|refusal| TooMany(refusal.wait_time_from(DefaultClock::default().now())))
}

/// A home has a whole network of IPv6 addresses.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_of_an_ipv6_network_count_as_one() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:2"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:192.0.2.7"), network("192.0.2.7"));
    }

    #[test]
    fn a_limit_knows_no_more_keys_than_it_may() {
        let limiter = RateLimiter::keyed(Quota::per_hour(NonZeroU32::MIN));
        for key in 0..MAX_KEYS {
            assert!(check(&limiter, &key).is_ok());
        }
        assert!(check(&limiter, &MAX_KEYS).is_err());
        assert_eq!(limiter.len(), MAX_KEYS);
    }
}
