//! Accounts by what stands in their names and addresses, kept in memory.
//!
//! A text *within* another one has no index that both engines have, and a look at each account takes too long. What is
//! kept are small letters, about as many bytes as the names and addresses have; whoever asks reads only what came since.

use std::collections::HashMap;

use memchr::memmem::Finder;
use tokio::sync::Mutex;

use crate::store::{Result, Store, search::Found};

/// Accounts read at a time.
const PAGE: i64 = 1_000;

/// Names and addresses of all accounts.
#[derive(Debug, Default)]
pub struct Directory(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// A line for each account.
    lines: String,
    /// Where each line begins, and whose it is; nobody's any more after a newer one was read.
    starts: Vec<(usize, Option<i64>)>,
    /// Place of an account in `starts`.
    places: HashMap<i64, usize>,
    last: i64,
}

impl Directory {
    /// Accounts whose number begins with `text`, then those with such an invoice, then those with it in their name or in
    /// an address: `limit` at most, each once.
    pub async fn search(&self, store: &Store, text: &str, limit: usize) -> Result<Vec<Found>> {
        let mut found = store.search(text, limit).await?;
        if found.len() < limit {
            let accounts = self.within(store, text, limit).await?;
            for one in store.found(&accounts).await? {
                if found.len() < limit && !found.iter().any(|known| known.number == one.number) {
                    found.push(one);
                }
            }
        }
        Ok(found)
    }

    /// Reads what came since it was asked last.
    pub async fn refresh(&self, store: &Store) -> Result<()> {
        self.0.lock().await.read(store).await
    }

    async fn within(&self, store: &Store, text: &str, limit: usize) -> Result<Vec<i64>> {
        let mut kept = self.0.lock().await;
        kept.read(store).await?;
        Ok(kept.find(text, limit))
    }
}

impl Kept {
    async fn read(&mut self, store: &Store) -> Result<()> {
        loop {
            let page = store.names_after(self.last, PAGE).await?;
            for (id, account, name) in &page {
                self.add(*account, name);
                self.last = *id;
            }
            if (page.len() as i64) < PAGE {
                return Ok(());
            }
        }
    }

    fn add(&mut self, account: i64, name: &str) {
        if let Some(place) = self.places.insert(account, self.starts.len()) {
            self.starts[place].1 = None;
        }
        self.starts.push((self.lines.len(), Some(account)));
        self.lines += &small(name);
        self.lines.push('\n');
        if self.starts.len() > 1_000 && self.starts.len() > 2 * self.places.len() {
            self.tidy();
        }
    }

    /// Leaves out the lines that are nobody's.
    fn tidy(&mut self) {
        let old = std::mem::take(self);
        self.last = old.last;
        let ends = old.starts.iter().skip(1).map(|(start, _)| *start).chain([old.lines.len()]);
        for ((start, account), end) in old.starts.iter().zip(ends) {
            if let Some(account) = account {
                self.add(*account, old.lines[*start..end].trim_end_matches('\n'));
            }
        }
    }

    fn find(&self, text: &str, limit: usize) -> Vec<i64> {
        let (text, mut found, mut from) = (small(text), Vec::new(), 0);
        let finder = Finder::new(&text);
        while found.len() < limit
            && !text.is_empty()
            && let Some(at) = finder.find(&self.lines.as_bytes()[from..])
        {
            let next = self.starts.partition_point(|(start, _)| *start <= from + at);
            found.extend(self.starts[next - 1].1);
            let Some((start, _)) = self.starts.get(next) else { break };
            from = *start;
        }
        found
    }
}

/// In small letters, on one line.
fn small(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(lines: &[(i64, &str)]) -> Kept {
        let mut kept = Kept::default();
        lines.iter().for_each(|(account, name)| kept.add(*account, name));
        kept
    }

    #[test]
    fn accounts_are_found_by_any_part_each_once() {
        let kept = kept(&[
            (1, "MÜLLER & Söhne office@mueller.example"),
            (2, "100%_Cotton\n c@cotton.example"),
            (3, "Ltd Ltd x@y.example"),
            (4, ""),
        ]);
        for (text, expected) in [
            ("müller", &[1][..]),
            ("SÖHNE OFF", &[1]),
            ("%", &[2]),
            ("cotton  c@", &[2]),
            ("example", &[1, 2, 3]),
            ("ltd", &[3]),
            ("example ltd", &[]),
            ("nobody", &[]),
            ("\n", &[]),
            ("", &[]),
        ] {
            assert_eq!(kept.find(text, 9), expected, "{text}");
        }
        assert_eq!(kept.find("example", 2), [1, 2]);
    }

    #[test]
    fn the_newest_line_of_an_account_counts_and_old_ones_go() {
        let mut kept = kept(&[(1, "Alder"), (2, "Birch"), (1, "Ash")]);
        assert_eq!((kept.find("alder", 9), kept.find("ash", 9)), (vec![], vec![1]));
        (0..5_000).for_each(|n| kept.add(1, &format!("name {n}")));
        assert!(kept.starts.len() < 1_100, "{}", kept.starts.len());
        assert_eq!(
            (kept.find("name 4999", 9), kept.find("name 4998", 9), kept.find("birch", 9)),
            (vec![1], vec![], vec![2])
        );
    }
}
