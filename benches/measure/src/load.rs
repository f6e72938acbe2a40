//! The load: wrk where it is installed, and else a small generator of our own.

use std::{
    env, fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    Result,
    client::{USER_AGENT, connect, head_of_request},
    server::{LOAD_CORE, pinned},
};

/// What a server is asked, and by how many at once.
pub(crate) struct Load<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) path: &'a str,
    /// Who asks: the `Cookie` header of each, taken in turn. Empty ones are not sent.
    pub(crate) cookies: &'a [String],
    pub(crate) connections: usize,
}

/// What a timed load finds.
pub(crate) struct Timed {
    pub(crate) requests_per_second: f64,
    /// Half of the responses take at most so many milliseconds.
    pub(crate) half: f64,
    /// 99 of 100 responses take at most so many milliseconds.
    pub(crate) slowest: f64,
}

fn requests_per_second(text: &str) -> Result<f64> {
    let figure = text
        .lines()
        .find_map(|line| line.strip_prefix("Requests/sec:")?.trim().parse().ok());
    figure.ok_or_else(|| format!("the load failed: {text}").into())
}

/// Reads a time as wrk prints it: `350.00us`, `1.20ms`, `1.02s`.
fn milliseconds(text: &str) -> Option<f64> {
    let (digits, factor) = if let Some(digits) = text.strip_suffix("us") {
        (digits, 0.001)
    } else if let Some(digits) = text.strip_suffix("ms") {
        (digits, 1.0)
    } else {
        (text.strip_suffix('s')?, 1000.0)
    };
    Some(digits.parse::<f64>().ok()? * factor)
}

/// What the generator is called in the tables.
pub(crate) fn name() -> &'static str {
    if has_wrk() {
        "wrk"
    } else {
        "a generator of its own"
    }
}

fn has_wrk() -> bool {
    let version = Command::new("wrk").arg("--version").output();
    version.is_ok_and(|output| output.stdout.starts_with(b"wrk"))
}

impl Load<'_> {
    /// Requests per second.
    pub(crate) fn run(&self, time: Duration) -> Result<f64> {
        requests_per_second(&self.output(time)?)
    }

    /// As [`run`](Self::run), with how long responses take. It needs wrk.
    pub(crate) fn run_timed(&self, time: Duration) -> Result<Timed> {
        let text = self.output(time)?;
        let at = |percent: &str| {
            let mut lines = text.lines();
            let value = lines.find_map(|line| line.trim().strip_prefix(percent))?;
            milliseconds(value.trim())
        };
        Ok(Timed {
            requests_per_second: requests_per_second(&text)?,
            half: at("50%").ok_or("wrk tells no latency")?,
            slowest: at("99%").ok_or("wrk tells no latency")?,
        })
    }

    /// What the generator prints.
    fn output(&self, time: Duration) -> Result<String> {
        let who = env::current_exe()?.with_file_name("load.cookies");
        let command = if has_wrk() {
            let script = who.with_extension("lua");
            fs::write(&script, self.script())?;
            let mut command = pinned(LOAD_CORE);
            command
                .args(["wrk", "--threads", "1", "--timeout", "10s", "--latency"])
                // It takes whole seconds alone.
                .args(["--duration", &format!("{}s", time.as_secs().max(1))])
                .args(["--connections", &self.connections.to_string()])
                .arg("--script")
                .arg(script)
                .arg(format!("http://{}{}", self.address, self.path))
                .output()?
        } else {
            fs::write(&who, self.cookies.join("\n"))?;
            pinned(LOAD_CORE)
                .arg(env::current_exe()?)
                .args(["load", &self.address.to_string(), self.path])
                .arg(who)
                .args([self.connections.to_string(), time.as_secs_f64().to_string()])
                .output()?
        };
        let text = String::from_utf8_lossy(&command.stdout).into_owned();
        let failed = !command.status.success()
            || text.contains("Non-2xx or 3xx responses")
            || text.contains("Socket errors");
        if failed {
            let errors = String::from_utf8_lossy(&command.stderr);
            return Err(format!("the load failed: {text}{errors}").into());
        }
        Ok(text)
    }

    /// The requests are put together once, so that the script costs next to nothing.
    fn script(&self) -> String {
        let cookies: Vec<String> = self.cookies.iter().map(|it| format!("{it:?}")).collect();
        format!(
            "local cookies = {{ {} }}
local requests, at = {{}}, 0
function init()
  for number, cookie in ipairs(cookies) do
    local headers = {{ [\"User-Agent\"] = {USER_AGENT:?} }}
    if cookie ~= \"\" then headers[\"Cookie\"] = cookie end
    requests[number] = wrk.format(nil, nil, headers)
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
",
            cookies.join(", ")
        )
    }
}

/// Answers as wrk does. All connections have a request under way, and are read in turn by one
/// thread: the answers of the others wait in the sockets meanwhile.
pub(crate) fn generate_from_arguments(words: impl Iterator<Item = String>) -> Result<()> {
    let words: Vec<String> = words.collect();
    let [address, path, cookies, connections, seconds] = words.as_slice() else {
        return Err(crate::USAGE.into());
    };
    let cookies = fs::read_to_string(cookies)?;
    let requests: Vec<String> = cookies
        .split('\n')
        .map(|cookie| head_of_request("GET", path, cookie) + "\r\n")
        .collect();
    let address: SocketAddr = address.parse()?;
    let time = Duration::try_from_secs_f64(seconds.parse()?)?;
    let mut connections = (0..connections.parse::<usize>()?)
        .map(|_| connect(address))
        .collect::<Result<Vec<TcpStream>>>()?;

    let mut requests = requests.iter().cycle();
    let mut next = || {
        requests
            .next()
            .map_or(&b""[..], |request| request.as_bytes())
    };
    for connection in &mut connections {
        connection.write_all(next())?;
    }
    let start = Instant::now();
    let mut answers = 0_u64;
    while start.elapsed() < time {
        for connection in &mut connections {
            read_answer(connection)?;
            answers += 1;
            connection.write_all(next())?;
        }
    }
    println!(
        "Requests/sec: {}",
        answers as f64 / start.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Reads an answer of the length that its head says.
fn read_answer(connection: &mut TcpStream) -> Result<()> {
    let (mut buffer, mut filled) = ([0; 4096], 0);
    loop {
        let room = buffer.get_mut(filled..).ok_or("an answer too long")?;
        let read = connection.read(room)?;
        if read == 0 {
            return Err("a connection was closed".into());
        }
        filled += read;
        let text = std::str::from_utf8(buffer.get(..filled).unwrap_or_default())?;
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        if !head.starts_with("HTTP/1.1 200 ") {
            return Err(format!("not what was asked for: {head}").into());
        }
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.parse().ok())?
        });
        if length == Some(body.len()) {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn times_of_wrk_are_read() {
        assert_eq!(milliseconds("350.00us"), Some(0.35));
        assert_eq!(milliseconds("1.20ms"), Some(1.2));
        assert_eq!(milliseconds("1.50s"), Some(1500.0));
        assert_eq!(milliseconds("?"), None);
    }
}
