//! The derive finds the id by name or by key, and the other fields by key.
#![deny(warnings)]

use actix_login::UserMixin;

#[derive(Clone, UserMixin)]
struct ByName {
    id: String,
}

#[derive(Clone, UserMixin)]
struct ByMark {
    id: Vec<u8>,
    #[user(id)]
    email: String,
    #[user(active)]
    enabled: bool,
    #[user(session_auth_hash)]
    password: Option<String>,
}

type Flag = bool;

#[derive(Clone, UserMixin)]
struct SeveralKeys {
    #[user(id, session_auth_hash)]
    token: String,
    #[user(active)]
    active: Flag,
}

#[derive(Clone, UserMixin)]
struct RawIdentifiers {
    #[user(id)]
    r#type: u64,
    #[user(active)]
    r#in: bool,
    #[user(session_auth_hash)]
    r#match: [u8; 4],
}

#[derive(Clone, UserMixin)]
struct r#Raw {
    r#id: u8,
}

#[test]
fn the_forms_are_accepted() {
    let user = ByName { id: "5".to_owned() };
    assert_eq!((ByName::NAME, user.get_id().as_str()), ("ByName", "5"));
    assert!(user.is_active() && user.session_auth_hash().is_none());

    let user = ByMark {
        id: vec![1],
        email: "a@b".to_owned(),
        enabled: false,
        password: Some("hash".to_owned()),
    };
    assert_eq!(user.get_id(), "a@b");
    assert!(!user.is_active() && !user.is_authenticated() && user.id == [1]);
    assert_eq!(
        user.session_auth_hash().as_deref(),
        Some(b"hash".as_slice())
    );

    let user = SeveralKeys {
        token: "t".to_owned(),
        active: true,
    };
    assert_eq!((user.get_id(), user.is_active()), ("t".to_owned(), true));
    assert_eq!(user.session_auth_hash().as_deref(), Some(b"t".as_slice()));

    let user = RawIdentifiers {
        r#type: 7,
        r#in: true,
        r#match: [0; 4],
    };
    assert_eq!((user.get_id(), user.is_active()), (7, true));
    assert_eq!(user.session_auth_hash().as_deref(), Some([0; 4].as_slice()));
    assert_eq!((r#Raw::NAME, r#Raw { id: 1 }.get_id()), ("Raw", 1));
}
