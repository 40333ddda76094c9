//! Delivery into a folder, for trying things out. A file appears whole or not at all, under a
//! name that derives from the notice, so that a second try changes nothing.

use std::path::Path;

use crate::domain::notice::Attempt;

pub(super) async fn put(folder: &Path, name: &str, bytes: &[u8]) -> Attempt {
    match try_put(folder, name, bytes).await {
        Ok(()) => Attempt::Accepted { reply: format!("written to {name}") },
        Err(error) => Attempt::TryLater { why: format!("{}: {error}", folder.display()) },
    }
}

async fn try_put(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let part = folder.join(format!(".{name}.part"));
    tokio::fs::write(&part, bytes).await?;
    tokio::fs::rename(&part, folder.join(name)).await
}
