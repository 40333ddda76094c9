//! A file as it comes from a browser: straight to the disk, up to a size and within a time.

use std::{path::Path, time::Duration};

use axum::{
    Extension,
    extract::{Multipart, State, multipart::Field, multipart::MultipartRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

use super::desk::{Kept, New};
use crate::{
    intake::{
        Kind,
        guess::{Guess, guess},
    },
    web::console::{Console, Shared, guard::Actor, secret::Token},
};

/// The largest file: some three million rows, which is more than the ledgers that duly is made for, and few enough that
/// the disk of a small machine holds several. What is larger is taken by the command line.
const MOST: usize = 256 << 20;
/// With what stands around it in a form.
pub const BODY: usize = MOST + (64 << 10);
/// Without a byte for so long, the sender has gone.
const IDLE: Duration = Duration::from_secs(15);
/// The whole of it, at 4 Mbit/s.
const WHOLE: Duration = Duration::from_secs(600);
/// Of the beginning, from which the columns are shown.
const HEAD: u64 = 256 << 10;
/// Letters of its name that are kept.
const NAME: usize = 100;

/// Why it is not taken in.
#[derive(Debug)]
struct Problem(StatusCode, String);

fn wrong(what: impl Into<String>) -> Problem {
    Problem(StatusCode::UNPROCESSABLE_ENTITY, what.into())
}

pub async fn upload(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
    multipart: Result<Multipart, MultipartRejection>,
) -> Response {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let received = match multipart {
        _ if length.is_some_and(|length| length > BODY) => Err(too_large()),
        Ok(multipart) => timeout(WHOLE, console.receive(multipart, &actor)).await.unwrap_or_else(|_| Err(too_slow())),
        Err(_) => Err(wrong("Choose a file first.")),
    };
    match received {
        Ok(token) => Redirect::to(&format!("/import/{token}")).into_response(),
        Err(Problem(status, what)) => (status, console.uploads_shown(&actor, "", Some(what))).into_response(),
    }
}

fn too_slow() -> Problem {
    Problem(StatusCode::REQUEST_TIMEOUT, "The file came too slowly; nothing of it was kept. Try again.".to_owned())
}

impl Console {
    async fn receive(&self, mut multipart: Multipart, actor: &Actor) -> Result<String, Problem> {
        let busy = |what: &str| Problem(StatusCode::SERVICE_UNAVAILABLE, what.to_owned());
        let Ok(_one) = self.desk.receiving.try_acquire() else {
            return Err(busy("Others are uploading at this moment; try again in a minute."));
        };
        const FULL: &str = "Several uploads lie here already; take one or give one up first.";
        if self.desk.is_full() {
            return Err(busy(FULL));
        }
        let token = Token::new(&self.random).map_err(|_| busy("There is no randomness."))?.hash();
        let mut kind = None;
        while let Some(mut field) = next(multipart.next_field()).await? {
            match field.name() {
                Some("kind") => kind = short(&mut field).await?.parse::<Kind>().ok(),
                Some("file") => {
                    let kind = kind.ok_or_else(|| wrong("Say first what the file holds."))?;
                    let name = harmless(field.file_name().unwrap_or_default());
                    let disk = |error: std::io::Error| {
                        tracing::warn!(%error, "an upload could not be kept");
                        busy("There is no room for the file here; whoever runs duly has to look.")
                    };
                    let (kept, mut file) = self.desk.file(&token).await.map_err(disk)?;
                    let size = keep(&mut field, &mut file, MOST).await?;
                    file.flush().await.map_err(disk)?;
                    drop(file);
                    let guess = look(kept.path()).await.map_err(|why| wrong(format!("{name}: {why}.")))?;
                    return self.laid_down(&token, kept, (name, kind, size, guess), actor, FULL);
                }
                _ => {}
            }
        }
        Err(wrong("Choose a file first."))
    }

    fn laid_down(
        &self,
        token: &str,
        kept: Kept,
        (name, kind, size, guess): (String, Kind, u64, Guess),
        actor: &Actor,
        full: &str,
    ) -> Result<String, Problem> {
        let (by, at) = (actor.person.name.clone(), self.app.clock.now());
        tracing::info!(%kind, size, by, "a file was uploaded");
        match self.desk.add(token, kept, New { name, kind, size, by, at, guess }) {
            true => Ok(token.to_owned()),
            false => Err(Problem(StatusCode::SERVICE_UNAVAILABLE, full.to_owned())),
        }
    }
}

/// What comes next, unless nothing does for long.
async fn next<T, E: Into<axum::extract::multipart::MultipartError>>(
    coming: impl Future<Output = Result<Option<T>, E>>,
) -> Result<Option<T>, Problem> {
    match timeout(IDLE, coming).await {
        Ok(Ok(part)) => Ok(part),
        Ok(Err(error)) => Err(match error.into().status() {
            StatusCode::PAYLOAD_TOO_LARGE => too_large(),
            _ => wrong("The file did not come whole; nothing of it was kept. Try again."),
        }),
        Err(_) => Err(too_slow()),
    }
}

fn too_large() -> Problem {
    let what = format!("The file has more than {} MiB; `duly import` takes it on the server.", MOST >> 20);
    Problem(StatusCode::PAYLOAD_TOO_LARGE, what)
}

/// A word of a form.
async fn short(field: &mut Field<'_>) -> Result<String, Problem> {
    let mut text = Vec::new();
    keep(field, &mut text, 64).await?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Writes what comes as it comes.
async fn keep(field: &mut Field<'_>, out: &mut (impl AsyncWrite + Unpin), most: usize) -> Result<u64, Problem> {
    let mut size = 0;
    while let Some(bytes) = next(field.chunk()).await? {
        size += bytes.len();
        if size > most {
            return Err(too_large());
        }
        out.write_all(&bytes).await.map_err(|error| {
            tracing::warn!(%error, "an upload could not be written");
            Problem(StatusCode::INSUFFICIENT_STORAGE, "There is no room for the file here.".to_owned())
        })?;
    }
    Ok(size as u64)
}

/// The beginning of a file, and whether that is all of it.
pub async fn head(path: &Path) -> std::io::Result<(Vec<u8>, bool)> {
    let file = tokio::fs::File::open(path).await?;
    let whole = file.metadata().await?.len() <= HEAD;
    let mut bytes = Vec::new();
    file.take(HEAD).read_to_end(&mut bytes).await?;
    Ok((bytes, whole))
}

async fn look(path: &Path) -> Result<Guess, String> {
    let (bytes, whole) = head(path).await.map_err(|error| error.to_string())?;
    guess(&bytes, whole)
}

/// The last part of a path, without what could steer anything.
fn harmless(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|letter| !letter.is_control()).take(NAME).collect();
    if name.trim_matches(['.', ' ']).is_empty() { "upload.csv".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_harmless() {
        for (name, kept) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\open items.csv", "open items.csv"),
            ("..", "upload.csv"),
            ("", "upload.csv"),
            ("a\r\nb\u{1b}[2J.csv", "ab[2J.csv"),
        ] {
            assert_eq!(harmless(name), kept, "{name}");
        }
        assert_eq!(harmless(&"x".repeat(1_000)).len(), NAME);
    }
}
