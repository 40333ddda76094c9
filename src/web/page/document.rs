//! Copies of the invoices of a notice.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use tokio::fs::File;
use tokio_util::io::ReaderStream;

use super::find::Found;
use crate::{app::App, delivery::compose, store::outbox::Notice};

/// The documents of a notice, each once, in the order of its lines.
pub fn names(notice: &Notice) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for name in notice.lines.iter().filter_map(|line| line.document.as_deref()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The document with this number, counted from 1, as a download; `None` when there is none.
pub async fn send(app: &App, found: &Found, number: &str) -> Option<Response> {
    let place = Some(number).filter(|number| number.len() <= 4 && number.bytes().all(|byte| byte.is_ascii_digit()))?;
    let name = *names(&found.notice).get(place.parse::<usize>().ok()?.checked_sub(1)?)?;
    let folder = app.settings.path(&app.settings.files.documents);
    let path = compose::document(&folder, name).ok()?;
    let file = File::open(path).await.ok()?;
    let length = file.metadata().await.ok().filter(std::fs::Metadata::is_file)?.len();
    let mut response = Response::new(Body::from_stream(ReaderStream::new(file)));
    let headers = response.headers_mut();
    let is_pdf = name.to_ascii_lowercase().ends_with(".pdf");
    let kind = if is_pdf { "application/pdf" } else { "application/octet-stream" };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LENGTH, length.into());
    headers.insert(header::CONTENT_DISPOSITION, disposition(name)?);
    *response.status_mut() = StatusCode::OK;
    Some(response)
}

/// The name without its folders.
pub fn bare(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// `attachment`, with the name as browsers take it (RFC 6266).
fn disposition(name: &str) -> Option<HeaderValue> {
    let bare = bare(name);
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let ascii: String = bare.chars().map(plain).collect();
    let encoded: String = url::form_urlencoded::byte_serialize(bare.as_bytes()).collect();
    let encoded = encoded.replace('+', "%20").replace('*', "%2A");
    HeaderValue::from_str(&format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")).ok()
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_name_stays_a_name() {
        let cases = [
            ("2025/INV-1.pdf", "INV-1.pdf", "INV-1.pdf"),
            ("a \"b\"\r\nX: y.pdf", "a__b___X__y.pdf", "a%20%22b%22%0D%0AX%3A%20y.pdf"),
            ("..\\..\\<script>.pdf", "_script_.pdf", "%3Cscript%3E.pdf"),
            ("Müller*.pdf", "M_ller_.pdf", "M%C3%BCller%2A.pdf"),
        ];
        for (name, ascii, encoded) in cases {
            let expected = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}");
            assert_eq!(disposition(name).unwrap().to_str().unwrap(), expected);
        }
    }
}
