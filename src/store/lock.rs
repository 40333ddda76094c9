//! One working process for each database file: a lock that the system drops when the process dies.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use super::StoreError;

/// Held by whoever sweeps or sends. Imports, reports and previews do not need it.
#[derive(Debug)]
pub struct WorkLock {
    _file: File,
}

impl WorkLock {
    /// Takes the lock beside the database, or says that another process has it.
    pub fn take(database: &Path) -> Result<Self, StoreError> {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let refused = |why: String| StoreError::Refused(format!("{}: {why}", path.display()));
        let file = OpenOptions::new().create(true).write(true).truncate(false).open(&path);
        let file = file.map_err(|error| refused(error.to_string()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(refused(
                "another duly process (the daemon, a sweep or a delivery) is working on this database; \
                 stop it first, or let it do the work"
                    .to_owned(),
            )),
            Err(TryLockError::Error(error)) => Err(refused(error.to_string())),
        }
    }
}
