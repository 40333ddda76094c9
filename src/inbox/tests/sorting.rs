//! What a mail is taken for, kind by kind.

use super::{super::bounce::Reason, *};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn verp() -> Verp {
    Verp::new("bounces@example.test", b"a secret of the company").unwrap()
}

fn kind(mail: &str) -> &'static str {
    match read(mail.as_bytes(), &OURS) {
        Incoming::Bounce(_) => "bounce",
        Incoming::Complaint(_) => "complaint",
        Incoming::Automatic(automatic) if automatic.machine == Machine::Away => "away",
        Incoming::Automatic(_) => "system",
        Incoming::Own(_) => "own",
        Incoming::Reply(_) => "reply",
        Incoming::Ignored(Ignored::Unreadable) => "unreadable",
        Incoming::Ignored(Ignored::Receipt) => "receipt",
        Incoming::Ignored(Ignored::Bulk) => "bulk",
    }
}

#[test]
fn mails_are_sorted() {
    let own =
        format!("From: accounts@example.test\nMessage-ID: <{TOKEN}@example.test>\nAuto-Submitted: auto-generated\n\nx");
    let cases = [
        ("", "unreadable"),
        ("no header at all", "unreadable"),
        ("From: a@b.test\nSubject: Re: Account 10042\n\nWe paid on 3 May.", "reply"),
        // A person may quote a bounce, or forward one.
        ("From: a@b.test\nSubject: Re: Undelivered Mail Returned to Sender\n\n> 550 5.1.1 User unknown", "reply"),
        (
            "From: a@b.test\nSubject: Fwd: Returned mail\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nYours?\n--b\n\
          Content-Type: message/rfc822\n\nFrom: MAILER-DAEMON@x.test\nContent-Type: multipart/report; \
          report-type=delivery-status; boundary=c\n\n--c\nContent-Type: message/delivery-status\n\n\
          Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\n--c--\n--b--\n",
            "reply",
        ),
        ("From: postmaster@b.test\nSubject: Re: Account 10042\n\nI am the postmaster and I paid.", "reply"),
        ("From: a@b.test\nSubject: Re: Out of office forms\n\nPlease send the invoice again.", "reply"),
        ("From: a@b.test\nAuto-Submitted: no\nSubject: Re: x\n\nPaid.", "reply"),
        ("From: a@b.test\nSubject: Automatic reply: Account 10042\n\nI am away.", "away"),
        ("From: a@b.test\nSubject: =?utf-8?q?R=C3=A9ponse_automatique_=3A_x?=\n\nJe suis absente.", "away"),
        ("From: a@b.test\nSubject: Odp\nAuto-Submitted: auto-replied (vacation)\n\nJestem na urlopie.", "away"),
        ("From: a@b.test\nSubject: x\nPrecedence: auto_reply\n\nIch bin im Urlaub.", "away"),
        (
            "From: a@b.test\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: Away\n\nMy answer is delayed.",
            "away",
        ),
        ("From: help@b.test\nAuto-Submitted: auto-generated\nSubject: [#77] received\n\nWe opened a ticket.", "system"),
        ("From: a@b.test\nX-Auto-Response-Suppress: All\nSubject: x\n\nThank you, we received it.", "system"),
        ("From: a@b.test\nX-Auto-Response-Suppress: All\nX-Mailer: Outlook\nSubject: Re: x\n\nPaid.", "reply"),
        ("From: n@b.test\nList-Unsubscribe: <https://b.test>\nSubject: News\n\nBuy.", "bulk"),
        ("From: a@b.test\nPrecedence: bulk\nIn-Reply-To: <1@example.test>\nSubject: Re: x\n\nPaid.", "reply"),
        (
            "From: a@b.test\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b--",
            "receipt",
        ),
        (
            "From: MAILER-DAEMON@b.test\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\
          Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822;a@b.test\nAction: relayed\nStatus: 2.1.5\n--b--",
            "receipt",
        ),
        ("From: MAILER-DAEMON@b.test\nSubject: failure notice\n\n<a@b.test>:\nno mailbox here by that name", "bounce"),
        (
            "From: fbl@b.test\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\
          Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b--",
            "complaint",
        ),
        (&own, "own"),
        // A colleague's mail has our domain, but a person wrote it.
        ("From: accounts@example.test\nMessage-ID: <1@example.test>\n\nx", "reply"),
    ];
    for (mail, expected) in cases {
        assert_eq!(kind(mail), expected, "{mail}");
    }
}

#[test]
fn a_reply_has_all_that_later_readers_need() {
    let mail = "From: =?utf-8?q?J=C3=BCrgen?= <j@b.test>\r\nTo: Reply <reply@example.test>\r\nDelivered-To: box@example.test\r\n\
                Date: Wed, 29 Apr 2026 10:00:00 +0200\r\nSubject: Re:\r\n Account\r\nMessage-ID: <9@b.test>\r\n\
                In-Reply-To: <2@example.test>\r\nReferences: <1@example.test>\r\n <2@example.test>\r\n\
                Content-Type: multipart/alternative; boundary=\"x y\"\r\n\r\nnot this\r\n--x y\r\n\
                Content-Type: text/plain; charset=iso-8859-15\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
                Wir zahlen 5 =A4.\r\n--x y\r\nContent-Type: text/html\r\n\r\n<b>other</b>\r\n--x y--\r\n";
    let Incoming::Reply(letter) = read(mail.as_bytes(), &OURS) else { panic!("no reply") };
    assert_eq!((letter.from.as_deref(), letter.name.as_str()), (Some("j@b.test"), "Jürgen"));
    assert_eq!(letter.date.unwrap().to_rfc3339(), "2026-04-29T08:00:00+00:00");
    assert_eq!((letter.subject.as_str(), letter.message_id.as_deref()), ("Re: Account", Some("9@b.test")));
    assert_eq!(letter.references, ["1@example.test", "2@example.test"]);
    assert_eq!(letter.text, "Wir zahlen 5 €.");
    assert_eq!(letter.clues.recipients, ["box@example.test", "reply@example.test"]);
    assert_eq!(letter.clues.mentioned, ["2@example.test", "1@example.test"]);
    let html = "From: j@b.test\nContent-Type: text/html; charset=utf-8\n\n<p>We <b>paid</b> &euro; 5.</p>";
    let Incoming::Reply(letter) = read(html.as_bytes(), &OURS) else { panic!("no reply") };
    assert_eq!(letter.text.trim(), "We paid € 5.");
}

#[test]
fn a_signed_address_names_the_notice() {
    let (verp, ours) = (verp(), |verp| Ours { verp, ..OURS });
    let address = verp.address(TOKEN);
    let token = |mail: String| match read(mail.as_bytes(), &ours(Some(&verp))) {
        Incoming::Bounce(bounce) => (bounce.failures[0].reason, bounce.letter.clues.token),
        other => panic!("{other:?}"),
    };
    // To a signed address, from nobody: a bounce, whatever it says.
    let words = "Rien ne va plus";
    let by_envelope = format!("Return-Path: <>\nDelivered-To: {address}\nFrom: x@b.test\n\n{words}");
    assert_eq!(token(by_envelope.clone()), (Reason::Unknown, Some(TOKEN.to_owned())));
    // The returned message has it in its return path.
    let returned = format!(
        "From: MAILER-DAEMON@b.test\nSubject: failure notice\nDelivered-To: other@example.test\n\n<a@b.test>:\nno such user\n\n\
         --- Below this line is a copy of the message.\n\nReturn-Path: <{address}>\nMessage-ID: <{TOKEN}@example.test>\n"
    );
    assert_eq!(token(returned), (Reason::UnknownUser, Some(TOKEN.to_owned())));
    let forged = by_envelope.replace(TOKEN, &TOKEN.replace('0', "f"));
    assert!(
        matches!(read(forged.as_bytes(), &ours(Some(&verp))), Incoming::Reply(letter) if letter.clues.token.is_none())
    );
}

#[test]
fn when_somebody_is_back() {
    let mail = |subject: &str, text: &str| {
        let head = "From: a@b.test\nDate: Wed, 29 Apr 2026 10:00:00 +0200\nAuto-Submitted: auto-replied\n";
        match read(format!("{head}Subject: {subject}\n\n{text}").as_bytes(), &OURS) {
            Incoming::Automatic(automatic) => automatic.returns.map(|date| date.to_string()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(mail("Away until May 5", "I return on May 6th.").as_deref(), Some("2026-05-06"));
    assert_eq!(mail("Away until May 5", "I am away.").as_deref(), Some("2026-05-06"));
    assert_eq!(mail("Away", "I am away."), None);
}

/// Reasons, and that no address is given up for a code of 5.x.x alone.
#[test]
fn addresses_are_given_up_for_two_reasons_only() {
    let read_one = |fields: &str, prose: &str| {
        let mail = format!(
            "From: MAILER-DAEMON@b.test\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n\
             {prose}\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; b.test\n\n\
             Final-Recipient: rfc822;a@b.test\n{fields}\n--b--\n"
        );
        let Incoming::Bounce(bounce) = read(mail.as_bytes(), &OURS) else { panic!("no bounce: {mail}") };
        let failure = bounce.failures.into_iter().next().unwrap();
        assert_eq!(failure.recipient.as_deref(), Some("a@b.test"));
        (failure.reason, failure.hard)
    };
    let rcpt = "<a@b.test>: host b.test said: (in reply to RCPT TO command)";
    let data = "<a@b.test>: host b.test said: (in reply to end of DATA command)";
    let cases = [
        ("Action: failed\nStatus: 5.0.0", "", Reason::Unknown, false),
        ("Action: failed\nStatus: 5.1.1", "", Reason::UnknownUser, false),
        ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 no", rcpt, Reason::Unknown, false),
        ("Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no", rcpt, Reason::UnknownUser, true),
        ("Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown", "", Reason::UnknownUser, true),
        ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 User unknown", "", Reason::UnknownUser, false),
        ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 User unknown", rcpt, Reason::UnknownUser, true),
        ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 User unknown", data, Reason::UnknownUser, false),
        (
            "Action: failed\nStatus: 5.2.1\nDiagnostic-Code: smtp; 550 5.2.1 User unknown",
            "",
            Reason::UnknownUser,
            false,
        ),
        (
            "Action: delayed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown",
            rcpt,
            Reason::UnknownUser,
            false,
        ),
        (
            "Action: failed\nStatus: 4.1.1\nDiagnostic-Code: smtp; 450 4.1.1 User unknown",
            rcpt,
            Reason::UnknownUser,
            false,
        ),
        ("Action: failed\nStatus: 5.4.4\nDiagnostic-Code: X-Postfix; Host not found", "", Reason::UnknownHost, true),
        ("Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.7.1 blacklisted", rcpt, Reason::Policy, false),
        (
            "Action: failed\nStatus: 5.1.8\nDiagnostic-Code: smtp; 553 5.1.8 Domain of sender does not exist",
            "",
            Reason::Sender,
            false,
        ),
        (
            "Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 Mailbox full",
            rcpt,
            Reason::MailboxFull,
            false,
        ),
    ];
    for (fields, prose, reason, hard) in cases {
        assert_eq!(read_one(fields, prose), (reason, hard), "{fields}\n{prose}");
    }
}
