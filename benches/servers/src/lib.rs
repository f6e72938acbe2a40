//! What the servers have in common: `<server> [users] [milliseconds that finding one takes]`.

use std::{env, io::Write as _, net::SocketAddr, str::FromStr, time::Duration};

use apps::Users;

/// Any free port.
pub const ADDRESS: (&str, u16) = ("127.0.0.1", 0);

/// The users that the arguments ask for.
pub fn users() -> Users {
    let count = argument(1).unwrap_or(10);
    let delay = argument(2).unwrap_or(0);
    Users::new(count, Duration::from_millis(delay))
}

fn argument<T: FromStr>(position: usize) -> Option<T> {
    env::args().nth(position)?.parse().ok()
}

/// Tells whoever started the server where it listens.
pub fn announce(addresses: &[SocketAddr]) -> std::io::Result<()> {
    for address in addresses {
        println!("{address}");
    }
    std::io::stdout().flush()
}
