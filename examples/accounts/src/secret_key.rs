//! The key of the cookies, in a file that only this user can read.

use std::{
    error::Error,
    fs::{self, DirBuilder, OpenOptions},
    io::{ErrorKind, Write},
    path::Path,
};

use actix_web::cookie::Key;

pub fn read_or_create(folder: &Path) -> Result<Key, Box<dyn Error>> {
    let mut private_folder = DirBuilder::new();
    private_folder.recursive(true);
    let mut new_file = OpenOptions::new();
    new_file.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        private_folder.mode(0o700);
        new_file.mode(0o600);
    }
    private_folder.create(folder)?;

    let file = folder.join("secret.key");
    match fs::read(&file) {
        Ok(bytes) => return Ok(Key::try_from(&bytes[..])?),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let key = Key::try_generate().ok_or("the system has no random numbers")?;
    new_file.open(&file)?.write_all(key.master())?;
    Ok(key)
}
