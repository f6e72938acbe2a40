use std::{fmt, str::FromStr};

use actix_login::UserMixin;

struct Key(u32);

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for Key {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Key)
    }
}

#[derive(UserMixin)]
struct User {
    id: Key,
}

impl Clone for User {
    fn clone(&self) -> Self {
        User { id: Key(self.id.0) }
    }
}

fn main() {}
