//! Session records: refused, or read as they are written.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};

use super::{setting::NOW, target::Target};
use crate::{
    crypto::digest::{Digest, Fingerprint},
    session::{
        pending::PendingRecord,
        record::{LoginRecord, RecordedLogin},
    },
    timestamp::Timestamp,
};

/// An input is what a session holds, as JSON, and also the text of a record.
pub const RECORD: Target = Target {
    name: "record",
    seeds,
    pieces: &[
        b".",
        b"....",
        b"\"",
        b"\\u0000",
        b"\\ud800",
        b"A",
        b"B",
        b"_",
        b"-",
        b"99999999999999999999",
        b"AAAAAA",
        b"AAAAAAAAAAAAAAAAAAAAAA",
        b"{",
        b"[",
        b"null",
        b",true",
        b"\xff",
    ],
    check,
};

fn seeds() -> Vec<Vec<u8>> {
    let plain = LoginRecord {
        confirmed_at: None,
        fresh: true,
        started_at: NOW,
        last_seen_at: None,
        fingerprint: Some(Fingerprint::from_bits(7)),
        auth_tag: None,
        login: None,
        id: "1".into(),
    };
    let full = LoginRecord {
        confirmed_at: Some(NOW),
        last_seen_at: Some(NOW),
        auth_tag: Some(Digest::new([8; 16])),
        login: Some(RecordedLogin {
            id: "AAAAAAAAAAAAAAAAAAAAAA".parse().unwrap(),
            generation: 3,
        }),
        id: "a.b|\"佐藤\"\n".into(),
        ..plain.clone()
    };
    let pending = PendingRecord {
        login: full.clone(),
        remember: true,
        duration: Some(std::time::Duration::from_secs(60)),
        force: false,
    };
    vec![
        to_json(&plain).into_bytes(),
        to_json(&full).into_bytes(),
        to_json(&pending).into_bytes(),
        plain.to_string().into_bytes(),
        full.to_string().into_bytes(),
        b"{\"user_id\":1,\"fresh\":true}".to_vec(),
        b"[null,[[]],1e999]".to_vec(),
    ]
}

fn check(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else {
        return false;
    };
    let pending = read::<PendingRecord>(text);
    let as_json = read::<LoginRecord>(text);
    let as_text = read::<LoginRecord>(&to_json(&text));
    if let Some(record) = &as_text {
        assert!(record.to_string().len() <= text.len());
        assert!(text.ends_with(&*record.id));
    }
    for record in [&as_json, &as_text].into_iter().flatten() {
        check_times(record);
    }
    pending.is_some() || as_json.is_some() || as_text.is_some()
}

/// Reads a value. It must be the same after it was written and read again.
fn read<T: Serialize + DeserializeOwned + PartialEq + Debug>(json: &str) -> Option<T> {
    let value = serde_json::from_str::<T>(json).ok()?;
    let again = serde_json::from_str::<T>(&to_json(&value)).unwrap();
    assert_eq!(again, value);
    Some(value)
}

fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

fn check_times(record: &LoginRecord) {
    let last = Timestamp::from_secs(u32::MAX.into());
    let times = [
        Some(record.started_at),
        record.confirmed_at,
        record.last_seen_at,
    ];
    assert!(times.into_iter().flatten().all(|time| time <= last));
    assert_eq!(record.authenticated_at().is_some(), record.fresh);
}
