use base64::engine::general_purpose::STANDARD;
use lettre::message::{
    DkimConfig, Message,
    dkim::{DkimCanonicalization, DkimCanonicalizationType, DkimSigningAlgorithm, DkimSigningKey},
    header::HeaderName,
};
use rustls_pki_types::pem::PemObject;

use super::*;

/// For tests only; it signs nothing else.
const RSA_PEM: &str = include_str!("test-key.pem");

fn message() -> Message {
    Message::builder()
        .from("Alder & Finch <accounts@alder-finch.example>".parse().unwrap())
        .reply_to("reply@alder-finch.example".parse().unwrap())
        .to("Müller <office@mueller.example>".parse().unwrap())
        .subject("Ein überfälliger Betrag, in einem Betreff, der so lang ist, dass er gefaltet werden muss: 10042")
        .date(std::time::SystemTime::UNIX_EPOCH)
        .message_id(Some("<n42@alder-finch.example>".to_owned()))
        .body("Guten  Tag, \t\r\n\r\n Betrag:  € 12 \r\n\r\n\r\n".to_owned())
        .unwrap()
}

/// Reads `name=` of the signature without its folding.
fn tag(mail: &str, name: &str) -> String {
    let flat = mail.split("\r\n").take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("").replace('\t', " ");
    let (_, rest) = flat.split_once(&format!(" {name}=")).expect(name);
    let value = rest.split([';', ':']).next().unwrap_or_default();
    let value = if name == "b" { rest.split("From").next().unwrap_or_default() } else { value };
    value.replace(' ', "")
}

/// lettre signs the same mail with the same key; for the same second both must agree to the last bit.
fn agrees_with_lettre(pem: &str, key: &str, algorithm: DkimSigningAlgorithm) {
    let dkim = Dkim::new("alder-finch.example", "s1", pem).unwrap();
    let mut theirs = message();
    let relaxed =
        DkimCanonicalization { header: DkimCanonicalizationType::Relaxed, body: DkimCanonicalizationType::Relaxed };
    let names = SIGNED.iter().map(|name| HeaderName::new_from_ascii((*name).to_owned()).unwrap()).collect();
    let key = DkimSigningKey::new(key, algorithm).unwrap();
    theirs.sign(&DkimConfig::new("s1".to_owned(), "alder-finch.example".to_owned(), key, names, relaxed));
    let theirs = String::from_utf8(theirs.formatted()).unwrap();
    let (_, header) = theirs.split_once("DKIM-Signature:").unwrap();
    let flat = header.split("\r\n\r\n").next().unwrap().replace(['\r', '\n', '\t', ' '], "");
    let part = |name: &str| {
        let found = flat.split(';').find_map(|part| part.strip_prefix(&format!("{name}=")));
        found.unwrap_or_else(|| panic!("{name} in {flat}")).to_owned()
    };
    let at = DateTime::from_timestamp(part("t").parse().unwrap(), 0).unwrap();
    let ours = String::from_utf8(dkim.sign(&message().formatted(), at).unwrap()).unwrap();
    for name in ["a", "d", "s", "c", "t", "bh", "b"] {
        let ours = if name == "t" { at.timestamp().to_string() } else { tag(&ours, name) };
        assert_eq!(ours, part(name), "{name}");
    }
}

#[test]
fn rsa_agrees_with_another_implementation() {
    agrees_with_lettre(RSA_PEM, RSA_PEM, DkimSigningAlgorithm::Rsa);
}

#[test]
fn ed25519_agrees_with_another_implementation() {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let pem = pair.serialize_pem();
    let PrivateKeyDer::Pkcs8(der) = PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap() else {
        panic!("not PKCS#8")
    };
    let seed = STANDARD.encode(&der.secret_pkcs8_der()[16..48]);
    agrees_with_lettre(&pem, &seed, DkimSigningAlgorithm::Ed25519);
}

#[test]
fn signing_twice_gives_the_same_bytes_and_leaves_the_mail_as_it_was() {
    let dkim = Dkim::new("alder-finch.example", "s1", RSA_PEM).unwrap();
    let (mail, at) = (message().formatted(), DateTime::from_timestamp(1_773_043_200, 0).unwrap());
    let signed = dkim.sign(&mail, at).unwrap();
    assert_eq!(signed, dkim.sign(&mail, at).unwrap());
    assert!(signed.ends_with(&mail) && signed.starts_with(b"DKIM-Signature: v=1; a=rsa-sha256;"));
    assert!(signed.split(|byte| *byte == b'\n').all(|line| line.len() <= 180));
}

#[test]
fn bodies_are_canonical() {
    // RFC 6376, 3.4.5, and the empty body.
    for (body, canonical) in
        [(" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"), ("", ""), ("\r\n \r\n", ""), ("a", "a\r\n")]
    {
        assert_eq!(String::from_utf8(relaxed_body(body.as_bytes())).unwrap(), canonical, "{body:?}");
    }
    assert_eq!(relaxed_header("SubjeCt: a \r\n\t b  c\r\n"), "subject:a b c\r\n");
}

#[test]
fn a_key_that_cannot_sign_is_refused_without_showing_it() {
    let weak = "-----BEGIN PRIVATE KEY-----\nMAAA\n-----END PRIVATE KEY-----\n";
    for (domain, pem, reason) in [("a.example", "secret", "PEM"), ("a.example", weak, "RSA"), ("a;b", RSA_PEM, "DNS")] {
        let error = Dkim::new(domain, "s1", pem).expect_err(reason).to_string();
        assert!(error.contains(reason) && !error.contains("secret"), "{error}");
    }
    assert_eq!(format!("{:?}", Dkim::new("a.example", "s1", RSA_PEM).unwrap()), "Dkim(s1._domainkey.a.example)");
}
