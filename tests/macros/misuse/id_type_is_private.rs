mod users {
    use std::{fmt, num::ParseIntError, str::FromStr};

    #[derive(Clone)]
    struct Key(u32);

    impl fmt::Display for Key {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fmt(formatter)
        }
    }

    impl FromStr for Key {
        type Err = ParseIntError;

        fn from_str(text: &str) -> Result<Self, ParseIntError> {
            text.parse().map(Key)
        }
    }

    #[derive(Clone, actix_login::UserMixin)]
    pub struct User {
        id: Key,
    }
}

fn main() {}
