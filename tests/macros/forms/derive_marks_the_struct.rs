//! The keys on the struct: its name, and equality by id.
#![deny(warnings)]

use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
#[user(name = "staff-member_1", eq)]
struct Staff {
    id: u32,
    name: String,
}

#[derive(Clone, UserMixin)]
#[user(name = "user")]
#[user(eq)]
struct 佐藤 {
    id: String,
}

macro_rules! named {
    ($ident:ident, $name:literal, $id:ty) => {
        #[derive(Clone, UserMixin)]
        #[user(name = $name)]
        struct $ident {
            id: $id,
        }
    };
}

named!(FromMacro, "from-macro", u64);

fn requires_eq<T: Eq>(left: &T, right: &T) -> bool {
    left == right
}

#[test]
fn the_forms_are_accepted() {
    assert_eq!(
        (Staff::NAME, 佐藤::NAME, FromMacro::NAME),
        ("staff-member_1", "user", "from-macro")
    );
    assert_eq!(FromMacro { id: 1 }.get_id(), 1);
    let (first, renamed) = (
        Staff {
            id: 1,
            name: "a".to_owned(),
        },
        Staff {
            id: 1,
            name: "b".to_owned(),
        },
    );
    assert!(first.name != renamed.name && requires_eq(&first, &renamed));
    assert!(
        first
            != Staff {
                id: 2,
                name: "a".to_owned()
            }
    );
    assert!(requires_eq(
        &佐藤 { id: "a".to_owned() },
        &佐藤 { id: "a".to_owned() }
    ));
}
