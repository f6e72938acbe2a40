//! PostgreSQL and Redis, started in a folder of their own, on the core of the load.

use std::{
    env, fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    Result,
    server::{LOAD_CORE, pinned},
};

/// Both stop, and their data is deleted, when this is dropped.
pub(crate) struct Databases {
    folder: PathBuf,
    postgres: (Child, SocketAddr),
    redis: (Child, SocketAddr),
}

impl Databases {
    /// Installs what is missing by `apt-get`, where that can be.
    pub(crate) fn start() -> Result<Self> {
        install()?;
        let folder = env::temp_dir().join(format!("actix-login-stack-{}", std::process::id()));
        let programs = postgres_programs().ok_or("PostgreSQL is not installed")?;
        let postgres = start_postgres(&programs, &folder)?;
        let address = free_address()?;
        let redis = pinned(LOAD_CORE)
            .args(["redis-server", "--bind", "127.0.0.1", "--save", ""])
            .args(["--port", &address.port().to_string()])
            .stdout(Stdio::null())
            .spawn()?;
        wait_for(address)?;
        Ok(Self {
            folder,
            postgres,
            redis: (redis, address),
        })
    }

    pub(crate) fn postgres(&self) -> SocketAddr {
        self.postgres.1
    }

    pub(crate) fn redis(&self) -> SocketAddr {
        self.redis.1
    }

    /// How many statements PostgreSQL has executed.
    pub(crate) fn statements(&self) -> Result<u64> {
        let output = Command::new("psql")
            .args(["--no-psqlrc", "--tuples-only", "--no-align", "--command"])
            .arg("SELECT sum(calls) FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat%'")
            .arg(database_url(self.postgres()))
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        Ok(text.trim().parse::<f64>().map(|calls| calls as u64)?)
    }

    /// How many commands Redis has executed, those within scripts among them.
    pub(crate) fn commands(&self) -> Result<u64> {
        let output = Command::new("redis-cli")
            .args([
                "-p",
                &self.redis().port().to_string(),
                "info",
                "commandstats",
            ])
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        let calls = text.lines().filter_map(|line| {
            let (name, counts) = line.split_once(':')?;
            let calls = counts.strip_prefix("calls=")?.split(',').next()?;
            (name != "cmdstat_info").then(|| calls.parse::<u64>().ok())?
        });
        Ok(calls.sum())
    }
}

impl Drop for Databases {
    fn drop(&mut self) {
        // An immediate shutdown, which ends PostgreSQL's child processes too.
        let _ = Command::new("kill")
            .args(["-QUIT", &self.postgres.0.id().to_string()])
            .status();
        let _ = self.redis.0.kill();
        let _ = self.postgres.0.wait();
        let _ = self.redis.0.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

pub(crate) fn database_url(address: SocketAddr) -> String {
    format!("postgres://postgres@{address}/postgres?sslmode=disable")
}

pub(crate) fn redis_url(address: SocketAddr) -> String {
    format!("redis://{address}")
}

fn install() -> Result<()> {
    let has = |program: &str| {
        let found = Command::new(program).arg("--version").output();
        found.is_ok_and(|output| output.status.success() || !output.stdout.is_empty())
    };
    let mut missing = Vec::new();
    for program in ["redis-server", "wrk"] {
        if !has(program) {
            missing.push(program);
        }
    }
    if postgres_programs().is_none() {
        missing.push("postgresql");
    }
    if missing.is_empty() {
        return Ok(());
    }
    let installed = Command::new("apt-get")
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(&missing)
        .stdout(Stdio::null())
        .status();
    if installed.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    Err(format!("install {} first", missing.join(", ")).into())
}

fn start_postgres(programs: &Path, folder: &Path) -> Result<(Child, SocketAddr)> {
    let created = as_postgres(&programs.join("initdb"))
        .args(["--auth=trust", "--username=postgres", "--encoding=UTF8"])
        .args(["--no-locale", "--no-sync", "--pgdata"])
        .arg(folder)
        .stdout(Stdio::null())
        .status()?;
    if !created.success() {
        return Err("initdb failed".into());
    }
    let address = free_address()?;
    let process = as_postgres(Path::new("taskset"))
        .args(["-c", LOAD_CORE])
        .arg(programs.join("postgres"))
        .arg("-D")
        .arg(folder)
        .args(["-p", &address.port().to_string()])
        .args(["-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "unix_socket_directories="])
        .args(["-c", "shared_preload_libraries=pg_stat_statements"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    wait_for(address)?;
    let created = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", "--command"])
        .arg("CREATE EXTENSION pg_stat_statements")
        .arg(database_url(address))
        .status()?;
    if !created.success() {
        return Err("PostgreSQL has no pg_stat_statements".into());
    }
    Ok((process, address))
}

/// PostgreSQL refuses to run as root: then it runs as its own user.
fn as_postgres(program: &Path) -> Command {
    let user = Command::new("id").arg("-u").output();
    if !user.is_ok_and(|output| output.stdout.trim_ascii() == b"0") {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
        .arg(program)
        .current_dir("/");
    command
}

/// The folder of PostgreSQL's programs. Debian keeps them outside of the `PATH`.
fn postgres_programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let debian = debian.filter_map(|version| Some(version.ok()?.path().join("bin")));
    env::split_paths(&path)
        .chain(debian)
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Waits until the server accepts connections.
fn wait_for(address: SocketAddr) -> Result<()> {
    for _ in 0..200 {
        if TcpStream::connect(address).is_ok() {
            // PostgreSQL listens a moment before it is ready.
            thread::sleep(Duration::from_millis(500));
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Err("a database does not start".into())
}
