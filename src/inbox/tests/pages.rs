//! Answers that are HTML only.

use super::{super::quote, *};

/// What somebody wrote in an answer of HTML.
fn written(page: &str) -> String {
    let mail = format!("From: a@b.test\nSubject: Re: x\nContent-Type: text/html; charset=utf-8\n\n{page}");
    let Incoming::Reply(letter) = read(mail.as_bytes(), &OURS) else { panic!("no reply") };
    quote::trim(&letter.text).written
}

#[test]
fn words_directly_above_a_quote_are_kept() {
    let page = "<div>We already paid all of it last week.</div><div class=\"gmail_quote\">On Sun, 22 Nov 2026 at 13:00, \
                Accounts &lt;accounts@example.test&gt; wrote:<blockquote>The account is overdue.</blockquote></div>";
    assert_eq!(written(page), "We already paid all of it last week.");
}

#[test]
fn a_blockquote_is_nobodys_own_words() {
    let page = "The amount on invoice R-1801 is wrong.<blockquote>The account K-18 has overdue invoices R-1801 \
                R-1802</blockquote><p>Please look.</p>";
    assert_eq!(written(page), "The amount on invoice R-1801 is wrong.\nPlease look.");
}
