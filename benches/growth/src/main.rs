//! Measures the memory store of active logins: time per operation and memory per login, with ten
//! logins and with a million. Linux only, because it reads the memory from `/proc`.
//!
//! ```sh
//! cargo run --release -p memory-store
//! ```

use std::{error::Error, fs, hint::black_box, time::Instant};

use actix_login::{
    LoginId, Timestamp,
    store::{LoginStore, MemoryLoginStore, StoredLogin},
};

/// How many operations are timed.
const ROUNDS: usize = 200_000;

fn main() -> Result<(), Box<dyn Error>> {
    println!("   logins  find ns  touch ns  begin+end ns  bytes per login");
    actix_web::rt::System::new().block_on(async {
        // All stores are kept, so that no store reuses the memory of an earlier one.
        let mut stores = Vec::new();
        for logins in [10, 1_000, 100_000, 1_000_000] {
            stores.push(measure(logins).await?);
        }
        drop(stores);
        Ok(())
    })
}

async fn measure(logins: usize) -> Result<MemoryLoginStore, Box<dyn Error>> {
    let before = resident_bytes()?;
    let store = MemoryLoginStore::new().capacity(logins + 1);
    for number in 0..logins {
        store.begin(&login(number)?).await?;
    }
    let bytes = resident_bytes()?.saturating_sub(before) / logins;

    // Spread over all logins, as requests are, and made before the clock starts.
    let asked: Vec<StoredLogin> = (0..ROUNDS)
        .map(|round| login(round.wrapping_mul(7_919) % logins))
        .collect::<Result<_, _>>()?;
    let start = Instant::now();
    for login in &asked {
        black_box(store.find(login.id).await?);
    }
    let find = start.elapsed();

    let start = Instant::now();
    for login in &asked {
        store
            .touch(login.id, time(1_800_000_060), login.expires_at)
            .await?;
    }
    let touch = start.elapsed();

    let new = login(logins)?;
    let start = Instant::now();
    for _ in 0..ROUNDS {
        store.begin(&new).await?;
        store.end(new.id).await?;
    }
    let begin = start.elapsed();

    let nanoseconds = |elapsed: std::time::Duration| elapsed.as_nanos() / ROUNDS as u128;
    println!(
        "{logins:9}  {:7}  {:8}  {:12}  {bytes:15}",
        nanoseconds(find),
        nanoseconds(touch),
        nanoseconds(begin),
    );
    Ok(store)
}

/// Two logins per user, with a user agent of usual length.
fn login(number: usize) -> Result<StoredLogin, Box<dyn Error>> {
    let expires_at = 1_900_000_000 + number as u64;
    Ok(StoredLogin {
        id: id(number)?,
        user: format!("User:{}", number / 2),
        started_at: time(1_800_000_000),
        last_seen_at: time(1_800_000_000),
        expires_at: Some(time(expires_at)),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Chrome/140.0.0.0 Safari/537.36"
            .to_owned(),
        address: "203.0.113.195".to_owned(),
        remembered: false,
        generation: 0,
        last_confirmed_generation: 0,
        issued_at: time(1_800_000_000),
        cookie_confirmed_at: None,
    })
}

fn time(seconds: u64) -> Timestamp {
    Timestamp::from_secs(seconds)
}

fn id(number: usize) -> Result<LoginId, Box<dyn Error>> {
    Ok(format!("{number:021}A").parse()?)
}

/// The resident memory of this process.
fn resident_bytes() -> Result<usize, Box<dyn Error>> {
    let statm = fs::read_to_string("/proc/self/statm")?;
    let pages: usize = statm
        .split(' ')
        .nth(1)
        .ok_or("no resident size in /proc/self/statm")?
        .parse()?;
    Ok(pages * 4096)
}
