//! The folder that Chromium keeps its cookies in, and the programs.

use std::{
    env,
    ffi::OsString,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process,
    sync::{
        Once,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use super::Chromium;

/// A profile that outlives the browsers. It is removed when this is dropped.
pub struct ChromiumProfile {
    pub(super) chromedriver: PathBuf,
    pub(super) chromium: PathBuf,
    folder: PathBuf,
}

impl ChromiumProfile {
    /// `None`, and a line in the output, if there is no browser. With `REQUIRE_BROWSER=1` it panics instead.
    pub fn new() -> Option<Self> {
        let chromedriver = program(&["chromedriver"]);
        let chromium = program(&[
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
        ]);
        let (Some(chromedriver), Some(chromium)) = (chromedriver, chromium) else {
            let required = env::var_os("REQUIRE_BROWSER").is_some_and(|value| value == "1");
            assert!(!required, "no chromedriver or no Chromium in PATH");
            static ONCE: Once = Once::new();
            // `eprintln!` would be captured while the test passes.
            ONCE.call_once(|| {
                let _ = writeln!(
                    io::stderr(),
                    "skipped: no chromedriver or no Chromium in PATH"
                );
            });
            return None;
        };
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("actix-login-chromium-{}-{count}", process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder");
        Some(Self {
            chromedriver,
            chromium,
            folder,
        })
    }

    /// Starts a browser for the site of this URL, such as `http://127.0.0.1:34567`. A profile has one
    /// browser at a time.
    pub fn start(&self, site: &str) -> Chromium<'_> {
        Chromium::start(self, site)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The id of the process that uses the profile. Chromium puts it into a link `SingletonLock ->
    /// host-id`, and removes the link as its last action.
    pub(super) fn process(&self) -> Option<String> {
        let lock: OsString = fs::read_link(self.folder.join("SingletonLock"))
            .ok()?
            .into();
        let (_, id) = lock.to_str()?.rsplit_once('-')?;
        Some(id.to_owned())
    }
}

impl Drop for ChromiumProfile {
    fn drop(&mut self) {
        // A process of Chromium that ends a bit later may still write to the folder.
        for _ in 0..50 {
            match fs::remove_dir_all(&self.folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    thread::sleep(Duration::from_millis(100));
                }
                _ => break,
            }
        }
    }
}

fn program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names.iter().find_map(|name| {
        let mut files = folders.iter().map(|folder| folder.join(name));
        files.find(|file| file.is_file())
    })
}
