//! The derive accepts generic users whose parameters own their data.
#![deny(warnings)]

use std::{fmt, marker::PhantomData, str::FromStr};

use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
struct WithData<T> {
    id: u32,
    data: T,
}

#[derive(Clone, UserMixin)]
#[user(eq)]
struct WithId<I, const LENGTH: usize = 1>
where
    I: Eq,
{
    #[user(id)]
    key: I,
    data: [u8; LENGTH],
}

#[derive(Debug)]
struct TypedId<T>(u32, PhantomData<T>);

impl<T> Clone for TypedId<T> {
    fn clone(&self) -> Self {
        Self(self.0, PhantomData)
    }
}

impl<T> fmt::Display for TypedId<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<T> FromStr for TypedId<T> {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(|number| Self(number, PhantomData))
    }
}

#[derive(Clone, UserMixin)]
struct WithTypedId<T: Default> {
    id: TypedId<T>,
}

#[test]
fn the_forms_are_accepted() {
    assert_eq!(
        WithData {
            id: 5,
            data: "data"
        }
        .get_id(),
        5
    );
    assert_eq!(WithData { id: 5, data: 1_u8 }.clone().data, 1);
    assert_eq!(WithData::<u8>::NAME, "WithData");
    let user = WithId {
        key: "a".to_owned(),
        data: [1],
    };
    assert_eq!((user.get_id(), user.data), ("a".to_owned(), [1]));
    assert!(
        user == WithId {
            key: "a".to_owned(),
            data: [2]
        }
    );
    assert_eq!(
        WithTypedId::<u8> {
            id: TypedId(3, PhantomData)
        }
        .get_id()
        .to_string(),
        "3"
    );
}
