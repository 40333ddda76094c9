//! Which notice and which account a mail is about.

use std::fmt;

use super::Taker;
use crate::{
    inbox::{Clues, Letter, words},
    store::{Result, incoming::About},
};

/// Numbers that are looked up.
const NUMBERS: usize = 200;
/// Letters of the longest and the shortest number that tells an invoice by itself.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=40;

/// Whose a mail is.
#[derive(Debug)]
pub(super) struct Place {
    pub account: Option<i64>,
    pub by: By,
}

/// How that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Notice(i64),
    /// Of this case.
    LetterOf(i64),
    Sender,
    Invoice,
    Nothing,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Notice(_) => f.write_str("it answers a notice"),
            Self::LetterOf(case) => write!(f, "it answers the letter of case {case}"),
            Self::Sender => f.write_str("the sender is a contact"),
            Self::Invoice => f.write_str("it names an invoice"),
            Self::Nothing => f.write_str("nobody knows whose it is"),
        }
    }
}

impl Taker<'_> {
    /// The tokens of our mails that a mail is about: that of the signed address, then those of Message-IDs of ours.
    pub(super) fn tokens(&self, clues: &Clues) -> Vec<String> {
        let domain = self.app.settings.message_domain();
        let own = |id: &String| {
            let (token, at) = id.rsplit_once('@')?;
            at.eq_ignore_ascii_case(domain).then(|| token.to_ascii_lowercase())
        };
        clues.token.iter().cloned().chain(clues.mentioned.iter().filter_map(own)).collect()
    }

    /// The notice that a mail is about.
    pub(super) async fn about(&self, clues: &Clues) -> Result<Option<About>> {
        self.app.store.notice_of(&self.tokens(clues)).await
    }

    /// By the notice or the letter that it answers, else by the sender, else by the invoices that it names.
    pub(super) async fn place(&self, letter: &Letter, written: &str) -> Result<Place> {
        let (store, found) = (&self.app.store, |account, by| Place { account: Some(account), by });
        // An answer to a letter may have the notices of the thread among its references, but they are farther.
        let tokens = self.tokens(&letter.clues);
        for token in tokens.chunks(1) {
            if let Some(about) = store.notice_of(token).await? {
                return Ok(found(about.account, By::Notice(about.notice)));
            }
            if let Some(about) = store.letter_of(token).await? {
                return Ok(found(about.account, By::LetterOf(about.case)));
            }
        }
        if let Some(from) = &letter.from
            && let [account] = store.accounts_of_address(from).await?[..]
        {
            return Ok(found(account, By::Sender));
        }
        let text = format!("{}\n{written}", letter.subject);
        let known = store.accounts_of_invoices(&numbers(&text)).await?;
        let names: Vec<&str> = known.iter().map(|(number, _)| number.as_str()).collect();
        let named = words::mentions(&text, &names);
        let mut accounts: Vec<i64> =
            known.iter().filter(|(number, _)| named.contains(&number.as_str())).map(|(_, account)| *account).collect();
        accounts.dedup();
        Ok(match accounts[..] {
            [account] => found(account, By::Invoice),
            _ => Place { account: None, by: By::Nothing },
        })
    }
}

/// What may be the number of an invoice, as it stands there.
fn numbers(text: &str) -> Vec<String> {
    let words = text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let mut found: Vec<String> = words
        .filter(|word| LENGTHS.contains(&word.len()) && word.bytes().any(|byte| byte.is_ascii_digit()))
        .take(NUMBERS)
        .map(str::to_owned)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn numbers_are_words_with_figures() {
        assert_eq!(numbers("Re: (INV-42), no. 7; 2026-0042! inv-42 nothing"), ["2026-0042", "INV-42", "inv-42"]);
        assert!(numbers(&"12345 ".repeat(100_000)).len() == 1);
        assert!(numbers(&"1".repeat(41)).is_empty());
    }
}
