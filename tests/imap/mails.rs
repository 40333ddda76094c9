//! What is fetched, and what becomes of the folder.

use duly::inbox::imap::{ImapError, LONGEST, Mailbox};

use crate::dovecot::Dovecot;

fn mail(subject: &str) -> Vec<u8> {
    format!("From: clerk@customer.example\r\nSubject: {subject}\r\n\r\nHello\r\n").into_bytes()
}

#[tokio::test]
async fn mails_come_in_order_and_only_newer_ones() {
    let Some(mut dovecot) = Dovecot::start() else { return };
    let mut mailbox = Mailbox::open(&dovecot.server()).await.unwrap();
    assert_eq!(mailbox.mails_after(0, 10).await.unwrap(), []);
    let sent: Vec<Vec<u8>> = (1..=5).map(|n| mail(&format!("mail {n}"))).collect();
    for mail in &sent {
        dovecot.deliver(mail);
    }
    let found = mailbox.mails_after(0, 10).await.unwrap();
    let bytes: Vec<&[u8]> = found.iter().map(|mail| &mail.bytes[..]).collect();
    assert_eq!(bytes, sent);
    let uids: Vec<u32> = found.iter().map(|mail| mail.uid).collect();
    assert_eq!(uids, [1, 2, 3, 4, 5]);
    assert!(found.iter().zip(&sent).all(|(found, sent)| found.size as usize == sent.len()));
    assert_eq!(mailbox.place(3), format!("{}/3", mailbox.validity()));
    assert!(mailbox.validity() > 0);
    let some = mailbox.mails_after(2, 2).await.unwrap();
    assert_eq!(some, found[2..4]);
    assert_eq!(mailbox.mails_after(4, 10).await.unwrap(), found[4..]);
    // `6:*` would be the last one again.
    assert_eq!(mailbox.mails_after(5, 10).await.unwrap(), []);
    assert_eq!(mailbox.mails_after(u32::MAX, 10).await.unwrap(), []);
    assert_eq!(mailbox.mails_after(0, 0).await.unwrap(), []);
}

#[tokio::test]
async fn a_large_mail_is_cut() {
    let Some(mut dovecot) = Dovecot::start() else { return };
    let mut large = mail("large");
    while large.len() < 5 << 20 {
        large.extend_from_slice(b"{99999999}\r\nzeros and ones and zeros and ones ((((((((((((((\r\n");
    }
    dovecot.deliver(&large);
    dovecot.deliver(&mail("small"));
    let mut mailbox = Mailbox::open(&dovecot.server()).await.unwrap();
    let found = mailbox.mails_after(0, 10).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].size as usize, large.len());
    assert_eq!(found[0].bytes.len(), LONGEST);
    assert_eq!(found[0].bytes, large[..LONGEST]);
    assert_eq!(found[1].bytes, mail("small"));
}

#[tokio::test]
async fn many_large_mails_come_in_several_goes() {
    let Some(mut dovecot) = Dovecot::start() else { return };
    let large = [mail("large"), vec![b'x'; LONGEST]].concat();
    for _ in 0..11 {
        dovecot.deliver(&large);
    }
    let mut mailbox = Mailbox::open(&dovecot.server()).await.unwrap();
    assert_eq!(mailbox.mails_after(0, 100).await.unwrap().len(), 8);
    assert_eq!(mailbox.mails_after(8, 100).await.unwrap().len(), 3);
}

#[tokio::test]
async fn only_what_is_marked_is_seen_and_nothing_else_changes() {
    let Some(mut dovecot) = Dovecot::start() else { return };
    for n in 1..=4 {
        dovecot.deliver(&mail(&n.to_string()));
    }
    let mut mailbox = Mailbox::open(&dovecot.server()).await.unwrap();
    let flags = |files: Vec<String>| -> Vec<String> {
        files.iter().map(|file| file.split_once(":2,").map_or("new", |(_, flags)| flags).to_owned()).collect()
    };
    let before = mailbox.mails_after(0, 10).await.unwrap();
    // Selecting takes them out of `new`; fetching sees none.
    assert_eq!(flags(dovecot.files()), ["", "", "", ""]);
    mailbox.mark_seen(&[2, 4, 77]).await.unwrap();
    mailbox.mark_seen(&[]).await.unwrap();
    assert_eq!(flags(dovecot.files()), ["", "S", "", "S"]);
    assert_eq!(mailbox.mails_after(0, 10).await.unwrap(), before);
}

#[tokio::test]
async fn a_mail_that_was_deleted_meanwhile_is_no_trouble() {
    let Some(mut dovecot) = Dovecot::start() else { return };
    for n in 1..=3 {
        dovecot.deliver(&mail(&n.to_string()));
    }
    let mut mailbox = Mailbox::open(&dovecot.server()).await.unwrap();
    assert_eq!(mailbox.mails_after(0, 10).await.unwrap().len(), 3);
    let second = dovecot.files().remove(1);
    std::fs::remove_file(dovecot.maildir().join("cur").join(second)).unwrap();
    let uids: Vec<u32> = mailbox.mails_after(0, 10).await.unwrap().iter().map(|mail| mail.uid).collect();
    assert_eq!(uids, [1, 3]);
}

#[tokio::test]
async fn a_folder_made_anew_is_noticed() {
    let Some(mut dovecot) = Dovecot::start() else { return };
    dovecot.deliver(&mail("before"));
    let mut mailbox = Mailbox::open(&dovecot.server()).await.unwrap();
    assert_eq!(mailbox.mails_after(0, 10).await.unwrap().len(), 1);
    let was = mailbox.validity();
    // The number is made of seconds.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    dovecot.remove_folder();
    dovecot.deliver(&mail("after"));
    let error = mailbox.mails_after(1, 10).await.unwrap_err();
    assert!(matches!(error, ImapError::Renumbered { was: before, .. } if before == was), "{error}");
    assert!(error.is_final());
    let mut again = Mailbox::open(&dovecot.server()).await.unwrap();
    assert_ne!(again.validity(), was);
    assert_eq!(again.mails_after(0, 10).await.unwrap()[0].bytes, mail("after"));
}
