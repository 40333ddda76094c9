//! Which notice and which account a mail is about.

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
#[derive(Debug, Default)]
pub(super) struct Place {
    pub account: Option<i64>,
    pub notice: Option<i64>,
    /// How that is known.
    pub by: &'static str,
}

impl Taker<'_> {
    /// The notice that a mail is about: by the signed address, else by a Message-ID of ours.
    pub(super) async fn about(&self, clues: &Clues) -> Result<Option<About>> {
        let domain = self.app.settings.message_domain();
        let own = |id: &String| {
            let (token, at) = id.rsplit_once('@')?;
            at.eq_ignore_ascii_case(domain).then(|| token.to_ascii_lowercase())
        };
        let tokens: Vec<String> = clues.token.iter().cloned().chain(clues.mentioned.iter().filter_map(own)).collect();
        self.app.store.notice_of(&tokens).await
    }

    /// By the notice, else by the sender, else by the invoices that it names.
    pub(super) async fn place(&self, letter: &Letter, written: &str) -> Result<Place> {
        if let Some(about) = self.about(&letter.clues).await? {
            return Ok(Place { account: Some(about.account), notice: Some(about.notice), by: "it answers a notice" });
        }
        let store = &self.app.store;
        if let Some(from) = &letter.from
            && let [account] = store.accounts_of_address(from).await?[..]
        {
            return Ok(Place { account: Some(account), notice: None, by: "the sender is a contact" });
        }
        let text = format!("{}\n{written}", letter.subject);
        let known = store.accounts_of_invoices(&numbers(&text)).await?;
        let names: Vec<&str> = known.iter().map(|(number, _)| number.as_str()).collect();
        let named = words::mentions(&text, &names);
        let mut accounts: Vec<i64> =
            known.iter().filter(|(number, _)| named.contains(&number.as_str())).map(|(_, account)| *account).collect();
        accounts.dedup();
        Ok(match accounts[..] {
            [account] => Place { account: Some(account), notice: None, by: "it names an invoice" },
            _ => Place::default(),
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
