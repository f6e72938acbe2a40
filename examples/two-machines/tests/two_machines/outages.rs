//! Servers that fail under load: responses are right or 5xx, in bounded time, and then all are in again.
//!
//! `cargo test -p two-machines outages -- --nocapture --test-threads=1` prints the table.

use std::{collections::BTreeMap, time::Duration};

use example_support::Browser;

use crate::{
    app::{Machines, Mode, PASSWORD},
    load::{Load, Seen},
};

/// Three operations of 2 seconds each, on a machine that does other things, too.
const LONGEST: Duration = Duration::from_secs(10);

/// What happens to a server, and how it ends.
struct Fault {
    name: &'static str,
    /// Whether a response to a user must have been a failure: otherwise nothing has been tried.
    fails: bool,
    begin: fn(&mut Machines),
    end: fn(&mut Machines),
}

const REDIS_KILLED: Fault = Fault {
    name: "Redis | SIGKILL, start",
    fails: true,
    begin: |machines| machines.redis.as_mut().unwrap().kill(),
    end: |machines| machines.redis.as_mut().unwrap().restart(),
};
const REDIS_HANGS: Fault = Fault {
    name: "Redis | SIGSTOP, SIGCONT",
    fails: true,
    begin: |machines| machines.redis.as_ref().unwrap().signal("STOP"),
    end: |machines| machines.redis.as_ref().unwrap().signal("CONT"),
};
const REDIS_FULL: Fault = Fault {
    name: "Redis | out of memory (`noeviction`), some seconds",
    fails: false,
    begin: |machines| machines.redis.as_ref().unwrap().set_memory("1"),
    end: |machines| machines.redis.as_ref().unwrap().set_memory("0"),
};
const POSTGRES_KILLED: Fault = Fault {
    name: "PostgreSQL | SIGKILL, start",
    fails: true,
    begin: |machines| machines.postgres.kill(),
    end: |machines| machines.postgres.restart(),
};
const POSTGRES_HANGS: Fault = Fault {
    name: "PostgreSQL | SIGSTOP, SIGCONT",
    fails: true,
    begin: |machines| machines.postgres.signal("STOP"),
    end: |machines| machines.postgres.signal("CONT"),
};
const POSTGRES_READ_ONLY: Fault = Fault {
    name: "PostgreSQL | read-only, some seconds",
    fails: false,
    begin: |machines| machines.postgres.set_read_only(true),
    end: |machines| machines.postgres.set_read_only(false),
};
const MACHINE_KILLED: Fault = Fault {
    name: "one of the two processes | SIGKILL, start",
    fails: false,
    begin: |machines| machines.kill_site(0),
    end: |machines| machines.start_site(),
};

macro_rules! outages {
    ($($test:ident: $mode:ident, $fault:ident;)*) => {
        $(#[test] fn $test() { outage(Mode::$mode, &$fault); })*
    };
}

outages! {
    redis_is_killed: Redis, REDIS_KILLED;
    redis_hangs: Redis, REDIS_HANGS;
    redis_is_full: Redis, REDIS_FULL;
    postgres_is_killed_beside_redis: Redis, POSTGRES_KILLED;
    postgres_hangs_beside_redis: Redis, POSTGRES_HANGS;
    postgres_is_read_only_beside_redis: Redis, POSTGRES_READ_ONLY;
    a_machine_is_killed_with_redis: Redis, MACHINE_KILLED;
    postgres_is_killed: PostgresAlone, POSTGRES_KILLED;
    postgres_hangs: PostgresAlone, POSTGRES_HANGS;
    postgres_is_read_only: PostgresAlone, POSTGRES_READ_ONLY;
    a_machine_is_killed: PostgresAlone, MACHINE_KILLED;
}

fn outage(mode: Mode, fault: &Fault) {
    let Some(mut machines) = Machines::start(mode) else {
        return;
    };
    let mut late = machines.browser();
    let mut leaving = machines.signed_up("leaving");
    let load = Load::start(&machines);
    load.await_responses(3);
    load.forget();

    (fault.begin)(&mut machines);
    load.await_responses(3);
    let fields = [("name", "leaving"), ("password", PASSWORD)];
    let login = late.post("/login", &fields).status;
    let logout = leaving.post("/logout", &[]).status;
    (fault.end)(&mut machines);
    let recovery = load.await_recovery();
    let seen = load.stop();
    let entered = is_in(&mut late);
    let left = !is_in(&mut leaving);

    let store = match mode {
        Mode::Redis => "sessions and logins in Redis",
        Mode::PostgresAlone => "PostgreSQL alone",
    };
    let longest = seen.iter().map(|seen| seen.took).max().unwrap();
    println!(
        "| {} | {store} | in: {}; not in: {}; a login {login}, then {}; a logout {logout}, then {} | {:.1} s | all in again after {:.1} s |",
        fault.name,
        statuses(&seen, true),
        statuses(&seen, false),
        if entered { "in" } else { "out" },
        if left { "out" } else { "in" },
        longest.as_secs_f32(),
        recovery.as_secs_f32(),
    );
    let wrong = seen.iter().find(|seen| !seen.is_allowed());
    assert!(wrong.is_none(), "{wrong:?}");
    let failed = seen.iter().any(|seen| seen.is_in() && seen.status >= 500);
    assert!(failed || !fault.fails, "the fault had no effect");
    assert!(longest < LONGEST, "{longest:?}");
    assert!(login == 303 || login >= 500, "{login}");
    assert_eq!(entered, login == 303);
    assert!(logout == 303 || logout >= 500, "{logout}");
    // One whose response is a failure may have happened.
    assert!(left || logout != 303);
}

fn is_in(browser: &mut Browser) -> bool {
    let status = browser.get("/account").status;
    assert!(status == 200 || status == 302, "{status}");
    status == 200
}

/// Such as `200 × 310, 500 × 24`.
fn statuses(seen: &[Seen], is_in: bool) -> String {
    let mut counts = BTreeMap::new();
    for seen in seen.iter().filter(|seen| seen.is_in() == is_in) {
        *counts.entry(seen.status).or_insert(0) += 1;
    }
    let counts = counts
        .iter()
        .map(|(status, count)| format!("{status} × {count}"));
    counts.collect::<Vec<_>>().join(", ")
}
