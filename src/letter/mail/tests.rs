use mail_parser::{MessageParser, MimeHeaders};

use super::*;

fn rendered() -> Rendered {
    Rendered {
        subject: "Das Kundenkonto 10042 weist einen überfälligen Betrag auf".to_owned(),
        text: "Guten Tag,\n\n€ 1.234,50\n.\nund ein Punkt".to_owned(),
        html: "<!DOCTYPE html><html lang=\"de\"><body><p>€ 1.234,50</p></body></html>".to_owned(),
        language: "de-AT".to_owned(),
    }
}

fn envelope() -> Envelope {
    Envelope {
        from: Correspondent::new("Alder & Finch, Accounts", "accounts@alder-finch.example"),
        reply_to: Correspondent::new("", "reply+k3x@alder-finch.example"),
        to: Correspondent::new("Müller, \"Söhne\" GmbH", "office@mueller.example"),
        date: DateTime::from_timestamp(1_773_043_200, 0).unwrap(),
        message_id: "<n42.k3x@alder-finch.example>".to_owned(),
        thread: Some("<n17.a1b@alder-finch.example>".to_owned()),
        attachments: vec![Attachment { name: "Rechnung Ä 1.pdf".to_owned(), bytes: b"%PDF-1.7 \0\r\n.\r\n".to_vec() }],
        dkim: None,
    }
}

#[test]
fn a_mail_has_its_parts_and_headers() {
    let bytes = build(&rendered(), &envelope()).unwrap();
    let mail = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(mail.subject().unwrap(), rendered().subject);
    assert_eq!(mail.message_id().unwrap(), "n42.k3x@alder-finch.example");
    assert_eq!(mail.in_reply_to().as_text().unwrap(), "n17.a1b@alder-finch.example");
    assert_eq!(mail.references().as_text().unwrap(), "n17.a1b@alder-finch.example");
    let name = |address: Option<&mail_parser::Address<'_>>| {
        address.unwrap().first().unwrap().name().unwrap_or_default().to_owned()
    };
    assert_eq!(name(mail.to()), "Müller, \"Söhne\" GmbH");
    assert_eq!(name(mail.from()), "Alder & Finch, Accounts");
    assert_eq!(mail.reply_to().unwrap().first().unwrap().address().unwrap(), "reply+k3x@alder-finch.example");
    assert_eq!(mail.date().unwrap().to_timestamp(), 1_773_043_200);
    let raw = |name: &str| mail.header_raw(name).map(str::trim).unwrap_or_default().to_owned();
    assert_eq!(raw("Auto-Submitted"), "auto-generated");
    assert_eq!(raw("X-Auto-Response-Suppress"), "OOF, AutoReply");
    assert_eq!(raw("Content-Language"), "de-AT");
    assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), rendered().text);
    // What is not ASCII travels as a character reference.
    assert_eq!(mail.body_html(0).unwrap().trim_end(), rendered().html.replace('€', "&#8364;"));
    let attached = mail.attachment(0).unwrap();
    assert_eq!(
        (attached.attachment_name().unwrap(), attached.contents()),
        ("Rechnung Ä 1.pdf", &envelope().attachments[0].bytes[..])
    );
    let kinds: Vec<String> = mail
        .parts
        .iter()
        .filter_map(|p| p.content_type())
        .map(|t| format!("{}/{}", t.ctype(), t.subtype().unwrap()))
        .collect();
    assert_eq!(kinds, ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf"]);
}

#[test]
fn without_attachments_there_is_no_mixed_part() {
    let bytes = build(&rendered(), &Envelope { attachments: vec![], thread: None, ..envelope() }).unwrap();
    let mail = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(mail.parts[0].content_type().unwrap().subtype(), Some("alternative"));
    assert!(mail.in_reply_to().as_text().is_none() && mail.references().as_text().is_none());
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(build(&rendered(), &envelope()).unwrap(), build(&rendered(), &envelope()).unwrap());
    let other = Envelope { message_id: "<n43.k3x@alder-finch.example>".to_owned(), ..envelope() };
    assert_ne!(boundary("mixed", &envelope().message_id), boundary("mixed", &other.message_id));
}

#[test]
fn hostile_names_cannot_add_headers() {
    let evils = [
        "A\r\nBcc: x@y.example",
        "A\nBcc: x@y.example",
        "A\0B",
        "\"quo\\ted\" <x@y.example>",
        "Ünï\r\n\r\n<script>",
        "\u{202e}txt",
        "a,b;c:d",
    ];
    for evil in evils {
        let mut words = rendered();
        words.subject = evil.to_owned();
        words.text = format!("{evil}\r\n.\r\n");
        words.language = evil.to_owned();
        let mut outside = envelope();
        outside.to.name = DisplayName::new(evil);
        outside.from.name = DisplayName::new(&evil.repeat(50));
        outside.attachments[0].name = format!("../{evil}.pdf");
        let bytes = build(&words, &outside).unwrap();
        let mail = MessageParser::default().parse(&bytes).unwrap();
        assert!(mail.header_raw("Bcc").is_none(), "{evil:?}");
        assert_eq!(mail.parts.len(), 5, "{evil:?}");
        assert_eq!(mail.to().unwrap().first().unwrap().address().unwrap(), "office@mueller.example");
        assert!(
            !bytes.contains(&0) && !mail.attachment(0).unwrap().attachment_name().unwrap().contains(['/', '\r', '\n'])
        );
        for line in bytes.split(|byte| *byte == b'\n') {
            assert!(line.len() <= 998 && (line.is_empty() || line.ends_with(b"\r")), "{evil:?}");
        }
    }
}

#[test]
fn what_cannot_stand_in_a_header_is_refused_with_the_reason() {
    type Spoil = fn(&mut Envelope);
    let breakers: [(&str, Spoil); 9] = [
        ("the recipient", |e| e.to.address = "no address".to_owned()),
        ("xn--", |e| e.to.address = "büro@müller.example".to_owned()),
        ("the sender", |e| e.from.address = "a@b.example\r\nBcc: c@d.example".to_owned()),
        ("the reply address", |e| e.reply_to.address.clear()),
        ("Message-ID", |e| e.message_id = "n42@x.example".to_owned()),
        ("Message-ID", |e| e.message_id = "<n42>\r\nBcc: <a@b.example>".to_owned()),
        ("Message-ID", |e| e.message_id = "<a b@c>".to_owned()),
        ("Message-ID", |e| e.thread = Some("<>".to_owned())),
        ("file name", |e| e.attachments[0].name = "../..".to_owned()),
    ];
    for (reason, spoil) in breakers {
        let mut bad = envelope();
        spoil(&mut bad);
        let error = build(&rendered(), &bad).expect_err(reason).to_string();
        assert!(error.contains(reason), "{reason}: {error}");
    }
}
