//! Who has an account at the provider.

use serde::Serialize;

#[derive(Clone, Copy, Serialize)]
pub struct Person {
    pub subject: &'static str,
    pub name: &'static str,
    pub email: &'static str,
    pub email_verified: bool,
}

pub const PEOPLE: [Person; 4] = [
    Person {
        subject: "1001",
        name: "Ann",
        email: "ann@people.example",
        email_verified: true,
    },
    Person {
        subject: "1002",
        name: "Ben",
        email: "ben@people.example",
        email_verified: true,
    },
    // She claims an address that is not hers.
    Person {
        subject: "1003",
        name: "Mallory",
        email: "ann@people.example",
        email_verified: false,
    },
    // He got the address of somebody who has left.
    Person {
        subject: "1004",
        name: "Benjamin",
        email: "ben@people.example",
        email_verified: true,
    },
];

pub fn find(subject: &str) -> Option<Person> {
    PEOPLE.into_iter().find(|person| person.subject == subject)
}
