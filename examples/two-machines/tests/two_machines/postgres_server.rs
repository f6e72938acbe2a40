//! A PostgreSQL server that belongs to one test.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use actix_web::rt::System;
use example_support::TempFolder;
use sqlx::{Connection, PgConnection};

/// It stops when this is dropped.
pub struct PostgresServer {
    programs: PathBuf,
    process: Child,
    port: u16,
    folder: TempFolder,
}

impl PostgresServer {
    /// Prints a line and returns `None` if PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            let required = env::var_os("REQUIRE_POSTGRES").is_some();
            assert!(!required, "PostgreSQL is not installed");
            println!("skipped, since PostgreSQL is not installed");
            return None;
        };
        let folder = TempFolder::new();
        if is_root() {
            let owned = Command::new("chown")
                .arg("postgres:postgres")
                .arg(folder.path())
                .status();
            assert!(owned.unwrap().success());
        }
        let created = as_postgres(&programs.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8"])
            .args(["--no-locale", "--no-sync", "--pgdata"])
            .arg(folder.path().join("data"))
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(created.success(), "initdb failed");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let mut server = Self {
            process: run(&programs, &folder, port),
            programs,
            port,
            folder,
        };
        server.await_reply();
        Some(server)
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Kills it with all its processes, at once and without a word.
    pub fn kill(&mut self) {
        self.signal("KILL");
        self.process.wait().unwrap();
    }

    /// Starts again after a [`kill`](Self::kill), with the same data and at the same port.
    pub fn restart(&mut self) {
        self.process = run(&self.programs, &self.folder, self.port);
        self.await_reply();
    }

    /// To it and its processes, each of which serves a connection: `STOP` makes them hang, `CONT`
    /// continue.
    pub fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        let children = children.unwrap_or_default();
        let _ = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(&id)
            .args(children.split_whitespace())
            .status();
    }

    pub fn execute(&self, sql: &'static str) -> Result<(), sqlx::Error> {
        System::new().block_on(async {
            let mut connection = PgConnection::connect(&self.url()).await?;
            sqlx::query(sql).execute(&mut connection).await?;
            connection.close().await
        })
    }

    /// Whether what writes fails.
    pub fn set_read_only(&self, read_only: bool) {
        let setting = match read_only {
            true => "ALTER SYSTEM SET default_transaction_read_only = on",
            false => "ALTER SYSTEM RESET default_transaction_read_only",
        };
        self.execute(setting).unwrap();
        self.execute("SELECT pg_reload_conf()").unwrap();
    }

    fn await_reply(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.execute("SELECT 1").is_err() {
            assert_eq!(self.process.try_wait().unwrap(), None, "it has ended");
            assert!(Instant::now() < deadline, "PostgreSQL does not reply");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.signal("KILL");
        let _ = self.process.wait();
    }
}

fn run(programs: &Path, folder: &TempFolder, port: u16) -> Child {
    as_postgres(&programs.join("postgres"))
        .arg("-D")
        .arg(folder.path().join("data"))
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "unix_socket_directories=", "-c", "fsync=off"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// PostgreSQL refuses to run as root: then it runs as its own user.
fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
        .arg(program)
        .current_dir("/");
    command
}

fn is_root() -> bool {
    let user = Command::new("id").arg("-u").output().unwrap().stdout;
    user.trim_ascii() == b"0"
}

/// The folder of PostgreSQL's programs. Debian keeps them outside of the `PATH`.
fn programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let debian = debian.filter_map(|version| Some(version.ok()?.path().join("bin")));
    env::split_paths(&path)
        .chain(debian)
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}
