//! Octets to text.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode};

/// Takes off a transfer encoding; a body that breaks its rules stays as it is.
pub(super) fn transfer(encoding: Option<&str>, body: &[u8]) -> Vec<u8> {
    let decoded = match encoding.map(|name| name.trim().to_ascii_lowercase()).as_deref() {
        Some("base64") => base64_decode(body),
        Some("quoted-printable") => quoted_printable_decode(body),
        _ => None,
    };
    decoded.unwrap_or_else(|| body.to_vec())
}

/// Text in the named character set; without a name, or with a wrong one, UTF-8 and else Western.
pub(super) fn text(bytes: &[u8], charset: Option<&str>) -> String {
    let named = charset.and_then(|name| Encoding::for_label(name.trim().as_bytes()));
    for encoding in [named, Some(UTF_8)].into_iter().flatten() {
        let (text, _, wrong) = encoding.decode(bytes);
        if !wrong {
            return text.into_owned();
        }
    }
    let lenient = named.filter(|encoding| encoding.is_single_byte()).unwrap_or(WINDOWS_1252);
    lenient.decode(bytes).0.into_owned()
}
