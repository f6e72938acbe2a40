//! A PostgreSQL server that belongs to the tests that use it at the time.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio, id},
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use actix_login::sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection, PgPool, postgres::PgConnectOptions,
};

use super::block_on;

/// It stops, and its data is deleted, when this is dropped.
pub struct PostgresServer {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    process: Mutex<Child>,
}

static COUNT: AtomicU64 = AtomicU64::new(0);

impl PostgresServer {
    /// The server that tests share which run at once: it takes a second to create one.
    pub fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<PostgresServer>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap();
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let server = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    /// Prints a line and returns `None` if PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            let required = env::var_os("REQUIRE_POSTGRES").is_some();
            assert!(!required, "PostgreSQL is not installed");
            println!("skipped, since PostgreSQL is not installed");
            return None;
        };
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("actix-login-postgres-{}-{number}", id()));
        let created = as_postgres(&programs.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8"])
            .args(["--no-locale", "--no-sync", "--pgdata"])
            .arg(&folder)
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(created.success(), "initdb failed");
        for _ in 0..5 {
            // Another process may take the port before PostgreSQL does; then PostgreSQL ends at once.
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            drop(listener);
            let server = Self {
                process: Mutex::new(run(&programs, &folder, port)),
                programs: programs.clone(),
                folder: folder.clone(),
                port,
            };
            if server.is_ready() {
                return Some(server);
            }
        }
        panic!("PostgreSQL does not start");
    }

    fn is_ready(&self) -> bool {
        for _ in 0..200 {
            if self.process.lock().unwrap().try_wait().unwrap().is_some() {
                return false;
            }
            let connected = block_on(PgConnection::connect_with(&self.options("postgres")));
            if connected.is_ok() {
                return true;
            }
            thread::sleep(Duration::from_millis(50));
        }
        false
    }

    fn options(&self, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username("postgres")
            .database(database)
    }

    /// A new and empty database.
    pub fn create_database(&self) -> PgConnectOptions {
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let postgres = self.options("postgres");
        block_on(async {
            let mut connection = PgConnection::connect_with(&postgres).await.unwrap();
            let create = format!("CREATE DATABASE {name}");
            connection.execute(AssertSqlSafe(create)).await.unwrap();
        });
        self.options(&name)
    }

    /// Ends all connections and stops.
    pub fn stop(&self) {
        let mut process = self.process.lock().unwrap();
        let interrupted = Command::new("kill")
            .args(["-INT", &process.id().to_string()])
            .status();
        assert!(interrupted.unwrap().success());
        process.wait().unwrap();
    }

    /// Starts again after a [`stop`](Self::stop), with the same data and at the same port.
    pub fn restart(&self) {
        *self.process.lock().unwrap() = run(&self.programs, &self.folder, self.port);
        assert!(self.is_ready(), "PostgreSQL does not start again");
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let process = self.process.get_mut().unwrap();
        if process.try_wait().is_ok_and(|ended| ended.is_none()) {
            // An immediate shutdown, which ends its child processes, too.
            let _ = Command::new("kill")
                .args(["-QUIT", &process.id().to_string()])
                .status();
            let _ = process.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn run(programs: &Path, folder: &Path, port: u16) -> Child {
    as_postgres(&programs.join("postgres"))
        .arg("-D")
        .arg(folder)
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "unix_socket_directories=", "-c", "fsync=off"])
        .args(["-c", "max_connections=200"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// PostgreSQL refuses to run as root: then it runs as its own user.
fn as_postgres(program: &Path) -> Command {
    let user = Command::new("id").arg("-u").output().unwrap().stdout;
    if user.trim_ascii() != b"0" {
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
fn programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let debian = debian.filter_map(|version| Some(version.ok()?.path().join("bin")));
    env::split_paths(&path)
        .chain(debian)
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

/// A pool of a database, which connects when it is first used.
pub fn pool(options: &PgConnectOptions) -> PgPool {
    PgPool::connect_lazy_with(options.clone())
}
