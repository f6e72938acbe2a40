//! Points in time, in whole seconds.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_web::cookie::time::OffsetDateTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, in whole seconds since 1970 (UTC).
///
/// It prints as a date of RFC 3339: `2025-11-22T11:52:25Z`. That ends with the year 9999: later points in
/// time print as the last second of that year. It serializes as the number of seconds, so that a database
/// column or JSON can hold one; minijinja-contrib's filter `datetimeformat` prints that number in a
/// template.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use actix_login::Timestamp;
///
/// let start = Timestamp::from_secs(1_763_812_345);
/// let end = start.plus(Duration::from_secs(60));
/// assert_eq!(end.as_secs(), 1_763_812_405);
/// assert!(end.has_passed(end) && !end.has_passed(start));
/// assert_eq!(start.to_string(), "2025-11-22T11:52:25Z");
/// assert_eq!(Timestamp::from(UNIX_EPOCH + Duration::from_secs(7)).as_secs(), 7);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// The last second of the year 9999: RFC 3339 has no later years.
const LAST_PRINTED: i64 = 253_402_300_799;

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
        let seconds = i64::try_from(self.0).unwrap_or(i64::MAX).min(LAST_PRINTED);
        let date = OffsetDateTime::from_unix_timestamp(seconds);
        let date = date.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (year, month, day) = date.to_calendar_date();
        let (hour, minute, second) = date.to_hms();
        let month = u8::from(month);
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
        f.pad(&text)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_prints_as_a_date() {
        for (seconds, date) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_763_812_345, "2025-11-22T11:52:25Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (253_402_300_800, "9999-12-31T23:59:59Z"),
            (u64::MAX, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Timestamp::from_secs(seconds).to_string(), date);
        }
        assert_eq!(
            format!("{:>22}", Timestamp::from_secs(0)),
            "  1970-01-01T00:00:00Z"
        );
    }
}
