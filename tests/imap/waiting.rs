//! IDLE.

use std::time::{Duration, Instant};

use duly::inbox::imap::{ImapError, Mailbox};

use crate::dovecot::Dovecot;

const MAIL: &[u8] = b"Subject: now\r\n\r\nHello\r\n";
const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_delivery_wakes_and_silence_does_not() {
    let Some(mut dovecot) = Dovecot::start() else { return };
    dovecot.deliver(MAIL);
    let mut mailbox = Mailbox::open(&dovecot.server()).await.unwrap();
    assert_eq!(mailbox.mails_after(0, 10).await.unwrap().len(), 1);
    let began = Instant::now();
    assert!(!mailbox.wait(Duration::from_millis(500)).await.unwrap());
    assert!((Duration::from_millis(450)..LONG / 4).contains(&began.elapsed()), "{:?}", began.elapsed());
    let waiting = tokio::spawn(async move {
        let news = mailbox.wait(LONG).await;
        (mailbox, news)
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    dovecot.deliver(MAIL);
    let began = Instant::now();
    let (mut mailbox, news) = waiting.await.unwrap();
    assert!(news.unwrap());
    assert!(began.elapsed() < LONG / 4, "{:?}", began.elapsed());
    assert_eq!(mailbox.mails_after(1, 10).await.unwrap().len(), 1);
    // It is news once.
    assert!(!mailbox.wait(Duration::from_millis(500)).await.unwrap());
}

/// What came between the look and the waiting does not wait for the end of it.
#[tokio::test]
async fn what_came_just_before_wakes_at_once() {
    let Some(mut dovecot) = Dovecot::start() else { return };
    let mut mailbox = Mailbox::open(&dovecot.server()).await.unwrap();
    dovecot.deliver(MAIL);
    assert!(mailbox.wait(LONG).await.unwrap());
    assert_eq!(mailbox.mails_after(0, 10).await.unwrap().len(), 1);
    dovecot.deliver(MAIL);
    // The server tells of it with this answer.
    mailbox.mark_seen(&[1]).await.unwrap();
    let began = Instant::now();
    assert!(mailbox.wait(LONG).await.unwrap());
    assert!(began.elapsed() < LONG / 4);
}

#[tokio::test]
async fn without_idle_the_time_passes() {
    let Some(mut dovecot) = Dovecot::with("imap_capability = IMAP4rev1\n") else { return };
    let mut mailbox = Mailbox::open(&dovecot.server()).await.unwrap();
    dovecot.deliver(MAIL);
    let began = Instant::now();
    mailbox.wait(Duration::from_millis(400)).await.unwrap();
    assert!((Duration::from_millis(400)..LONG / 4).contains(&began.elapsed()), "{:?}", began.elapsed());
    assert_eq!(mailbox.mails_after(0, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_server_that_dies_is_an_error_at_once() {
    let Some(mut dovecot) = Dovecot::start() else { return };
    let mut mailbox = Mailbox::open(&dovecot.server()).await.unwrap();
    let waiting = tokio::spawn(async move { (mailbox.wait(LONG).await, mailbox) });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    dovecot.kill_session();
    let (waited, mut mailbox) = waiting.await.unwrap();
    let error = waited.unwrap_err();
    assert!(began.elapsed() < LONG / 4);
    assert!(matches!(error, ImapError::Cut { at: "IDLE", .. }) && error.is_final(), "{error}");
    assert!(mailbox.mails_after(0, 1).await.unwrap_err().is_final());
    dovecot.kill();
    assert!(matches!(Mailbox::open(&dovecot.server()).await.unwrap_err(), ImapError::Unreachable(_)));
}

/// Who stops waiting midway has a conversation of no more use, and is told so.
#[tokio::test]
async fn waiting_that_was_given_up_is_not_gone_on_with() {
    let Some(dovecot) = Dovecot::start() else { return };
    let mut mailbox = Mailbox::open(&dovecot.server()).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(300), mailbox.wait(LONG)).await.is_err());
    let error = mailbox.mails_after(0, 1).await.unwrap_err();
    assert!(error.is_final() && error.to_string().contains("the command before it has no answer"), "{error}");
}
