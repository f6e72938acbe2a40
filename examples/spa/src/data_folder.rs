//! The folder of the app's files, which are for its own user alone: the key of the cookies among them.

use std::{
    error::Error,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Write},
    path::Path,
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
    if let Some(mut file) = create_file(&file)? {
        let key = Key::try_generate().ok_or("the system has no random numbers")?;
        file.write_all(key.master())?;
        return Ok(key);
    }
    Ok(Key::try_from(&fs::read(file)?[..])?)
}

/// Makes an empty file; `None` if there is one already.
pub fn create_file(file: &Path) -> io::Result<Option<File>> {
    let mut private = OpenOptions::new();
    private.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut private, 0o600);
    match private.open(file) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(error),
    }
}
