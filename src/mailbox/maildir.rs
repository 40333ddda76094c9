//! A Maildir: one file a mail. What is in `new` is taken, and moved to `cur` as seen once that is recorded.

use std::{io, path::Path};

use tokio::io::AsyncReadExt;

use super::{Taken, Taker};
use crate::{app::Failure, failpoint};

/// Mails of one look.
const MOST: usize = 1_000;
/// Octets of a mail that are read.
const LONGEST: u64 = 1 << 20;

/// Takes what is there, the oldest first.
pub async fn take(taker: &Taker<'_>, folder: &Path, name: &str) -> Result<Taken, Failure> {
    let mut taken = Taken::default();
    for file in names(folder)? {
        match read(&folder.join("new").join(&file)).await {
            Ok(bytes) => {
                failpoint::hit("mail_read");
                if let Some(kind) = taker.take(name, place(&file), &bytes).await? {
                    *taken.kinds.entry(kind).or_default() += 1;
                }
                if let Err(error) = seen(folder, &file).await {
                    taken.left.push(format!("{file} cannot be moved to cur: {error}"));
                }
            }
            // Another replica was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => taken.left.push(format!("{file}: {error}")),
        }
    }
    Ok(taken)
}

/// Whether it is one.
pub fn check(folder: &Path) -> Result<(), String> {
    match ["new", "cur"].iter().find(|part| !folder.join(part).is_dir()) {
        None => Ok(()),
        Some(part) => {
            Err(format!("`inbox.maildir` {}: it has no folder `{part}`, so it is no Maildir", folder.display()))
        }
    }
}

fn names(folder: &Path) -> Result<Vec<String>, Failure> {
    check(folder).map_err(Failure::Failed)?;
    let new = folder.join("new");
    let unreadable = |error: io::Error| Failure::Failed(format!("{}: {error}", new.display()));
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&new).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // Opening a pipe would never end, and a link may lead anywhere.
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            // A server names its files in plain letters.
            names.extend(entry.file_name().into_string().ok().filter(|name| !name.starts_with('.')));
        }
    }
    // They begin with the second in which they came.
    names.sort_unstable();
    names.truncate(MOST);
    Ok(names)
}

/// The beginning of a file.
async fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    tokio::fs::File::open(path).await?.take(LONGEST).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

/// The name without the flags that a mail program may have added.
fn place(file: &str) -> &str {
    file.split_once(":2,").map_or(file, |(place, _)| place)
}

async fn seen(folder: &Path, file: &str) -> io::Result<()> {
    let to = folder.join("cur").join(format!("{}:2,S", place(file)));
    match tokio::fs::rename(folder.join("new").join(file), to).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
