//! The folder of the key of the cookies, which is for the app's own user alone. All machines have the same key.

use std::{
    error::Error,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Write},
    path::Path,
    process,
};

use actix_web::cookie::Key;

/// Opens the folder, and returns the key in it. The first run makes both.
pub fn open(folder: &Path) -> Result<Key, Box<dyn Error>> {
    let mut private = DirBuilder::new();
    private.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut private, 0o700);
    private.create(folder)?;

    let file = folder.join("secret.key");
    if !file.try_exists()? {
        // Two processes may start at once: a key appears whole, and the first one stays.
        let new = folder.join(format!("secret.key.{}", process::id()));
        let key = Key::try_generate().ok_or("the system has no random numbers")?;
        create_file(&new)?.write_all(key.master())?;
        let linked = fs::hard_link(&new, &file);
        fs::remove_file(new)?;
        match linked {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error.into()),
            _ => {}
        }
    }
    Ok(Key::try_from(&fs::read(file)?[..])?)
}

fn create_file(file: &Path) -> io::Result<File> {
    let mut private = OpenOptions::new();
    private.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut private, 0o600);
    private.open(file)
}
