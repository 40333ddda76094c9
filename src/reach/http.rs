//! One request over HTTP to a server that the settings name, and its answer.

use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request, Response,
    body::Bytes,
    client::conn::http1,
    header::{HOST, HeaderValue},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use url::Url;

use super::{Encryption, Reach, connect};

/// For each step of the connection, and for the whole of an answer.
const STEP: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(15);
/// The longest answer.
const MOST: usize = 1 << 20;

/// Asks by TLS; in plain text only what is near, when that is `allowed`. No redirection is followed.
pub async fn ask(request: Request<Vec<u8>>, allowed: Reach) -> Result<Response<Vec<u8>>, String> {
    timeout(WHOLE, asked(request, allowed)).await.unwrap_or_else(|_| Err(format!("no answer within {WHOLE:?}")))
}

async fn asked(mut request: Request<Vec<u8>>, allowed: Reach) -> Result<Response<Vec<u8>>, String> {
    let url = Url::parse(&request.uri().to_string()).map_err(|error| error.to_string())?;
    let (host, port) = match (url.host_str(), url.port_or_known_default()) {
        (Some(host), Some(port)) => (host.trim_matches(['[', ']']), port),
        _ => return Err(format!("`{url}` names no host")),
    };
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    request.headers_mut().insert(HOST, HeaderValue::from_str(authority).map_err(|error| error.to_string())?);
    *request.uri_mut() =
        url[url::Position::BeforePath..url::Position::AfterQuery].parse().map_err(|_| "no path".to_owned())?;
    match url.scheme() {
        "https" => {
            let stream = connect(host, port, Reach::Anywhere, STEP).await?;
            talk(Encryption::to(host, &[])?.upon(stream, STEP).await?, request).await
        }
        "http" if allowed == Reach::Near => talk(connect(host, port, Reach::Near, STEP).await?, request).await,
        _ => Err(format!("`{url}` is not reached by TLS")),
    }
}

async fn talk<S>(stream: S, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let failed = |error: hyper::Error| error.to_string();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    // It ends with the sender.
    tokio::spawn(connection);
    let response = sender.send_request(request.map(|body| Full::new(Bytes::from(body)))).await.map_err(failed)?;
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, MOST).collect().await.map_err(|error| error.to_string())?;
    Ok(Response::from_parts(parts, body.to_bytes().to_vec()))
}
