//! Starting a server on a core of its own, and asking it whether all is well.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use crate::{Result, client::send};

/// The core of the server. The load has [`LOAD_CORE`].
const SERVER_CORE: &str = "0";
/// See [`SERVER_CORE`].
pub(crate) const LOAD_CORE: &str = "1";

/// How many files, and so connections, a server and its load may have open.
const OPEN_FILES: &str = "4096";

pub(crate) struct Server {
    name: &'static str,
    process: Child,
    pub(crate) address: SocketAddr,
}

/// Builds the servers of a package, so that none is older than the sources.
pub(crate) fn build(package: &str) -> Result<()> {
    let cargo = env::var_os("CARGO").unwrap_or("cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--locked", "-p", package])
        .current_dir(report::folder())
        .status()?;
    if !status.success() {
        return Err("the servers could not be built".into());
    }
    Ok(())
}

/// A command on a core of its own, with room for many connections.
pub(crate) fn pinned(core: &str) -> Command {
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "ulimit -n \"$0\" && exec taskset -c \"$@\"",
        OPEN_FILES,
        core,
    ]);
    command
}

impl Server {
    /// Starts the server with so many users, each found after so many milliseconds.
    pub(crate) fn start(name: &'static str, users: u64, milliseconds: u64) -> Result<Self> {
        Self::start_with(name, &[users.to_string(), milliseconds.to_string()], &[])
    }

    /// Starts the server with these arguments and environment variables.
    pub(crate) fn start_with(
        name: &'static str,
        arguments: &[String],
        variables: &[(&str, String)],
    ) -> Result<Self> {
        let program = env::current_exe()?.with_file_name(name);
        let mut process = pinned(SERVER_CORE)
            .arg(program)
            .args(arguments)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let Ok(address) = line.trim().parse() else {
            process.kill()?;
            process.wait()?;
            return Err(format!("{name} did not start").into());
        };
        Ok(Self {
            name,
            process,
            address,
        })
    }

    /// Logs the user in: the cookies to send back.
    pub(crate) fn log_in(&self, id: u64) -> Result<String> {
        let answer = send(self.address, "POST", &format!("/login?id={id}"), "")?;
        let cookies = answer.cookies();
        if answer.status != 200 || cookies.is_empty() {
            return Err(format!("{}: no login, but {}", self.name, answer.status).into());
        }
        Ok(cookies)
    }

    /// Fails unless both pages answer as they should, and the protected one only whom it should.
    pub(crate) fn check(&self, cookies: &str, id: u64) -> Result<()> {
        let public = send(self.address, "GET", "/public", "")?;
        let protected = send(self.address, "GET", "/protected", cookies)?;
        let refused = send(self.address, "GET", "/protected", "")?;
        // A cookie that is set anew each time would mean that a session is written each time.
        let is_settled = public.cookies().is_empty() && protected.cookies().is_empty();
        let greeting = format!("Logged in as: leafstorm {id}");
        if (public.status, public.body.as_str()) != (200, "Hello!")
            || (protected.status, protected.body) != (200, greeting)
            || !matches!(refused.status, 302 | 303 | 307 | 401)
            || refused.body.contains("leafstorm")
            || !is_settled
        {
            return Err(format!("{} does not answer as it should", self.name).into());
        }
        Ok(())
    }

    /// The most memory that it had at any time, in MiB.
    pub(crate) fn peak_memory(&self) -> Result<f64> {
        self.memory_of("VmHWM:")
    }

    /// The memory that it has now, in MiB.
    pub(crate) fn memory(&self) -> Result<f64> {
        self.memory_of("VmRSS:")
    }

    fn memory_of(&self, name: &str) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let kibibytes = status.lines().find_map(|line| {
            let value = line.strip_prefix(name)?;
            value.trim().strip_suffix(" kB")?.parse::<f64>().ok()
        });
        Ok(kibibytes.ok_or("the system does not tell how much memory was used")? / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended by itself where these fail.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
