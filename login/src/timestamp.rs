//! Points in time, in whole seconds.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, in whole seconds since 1970 (UTC).
///
/// It prints and serializes as that number, so that a database column, a template or JSON can hold
/// one.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use actix_login::Timestamp;
///
/// let start = Timestamp::from_secs(1_763_812_345);
/// let end = start.plus(Duration::from_secs(60));
/// assert_eq!(end.as_secs(), 1_763_812_405);
/// assert!(end.has_passed(end) && !end.has_passed(start));
/// assert_eq!(Timestamp::from(UNIX_EPOCH + Duration::from_secs(7)).to_string(), "7");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The point in time so many seconds after 1970.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds)
    }

    /// The seconds since 1970.
    pub const fn as_secs(self) -> u64 {
        self.0
    }

    /// The point in time that is `duration` later, in whole seconds. It saturates: an endless
    /// duration yields the last point in time there is.
    pub const fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.as_secs()))
    }

    /// Whether this point in time is `now` or earlier.
    pub const fn has_passed(self, now: Self) -> bool {
        self.0 <= now.0
    }

    /// The time from `earlier` to this one; zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_secs(self.0.saturating_sub(earlier.0))
    }
}

/// A time before 1970 becomes 0: the clock is broken, and nothing expires.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self(
            time.duration_since(UNIX_EPOCH)
                .map_or(0, |duration| duration.as_secs()),
        )
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(Self)
    }
}
