//! The public corpus of replies, where it is at hand.

use std::{collections::BTreeSet, fs, path::PathBuf};

use super::super::trim;

/// These three differ on purpose: the corpus takes what is quoted for written when nothing else is there. Here the quoted text
/// would be our own letter, and its words must never count as the customer's.
const ON_PURPOSE: [&str; 3] = ["embedded_email_16.txt", "embedded_email_18.txt", "quote_only.txt"];

/// Names and texts of a folder of the corpus, or nothing with a word when it is not on this machine.
pub fn corpus(folder: &str) -> Vec<(String, String)> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let root = std::env::var_os("DULY_SHARED").map_or_else(beside, PathBuf::from).join("quotes").join(folder);
    let Ok(entries) = fs::read_dir(&root) else {
        eprintln!("skipped: {} is not there (set DULY_SHARED)", root.display());
        return Vec::new();
    };
    let mut texts: Vec<(String, String)> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap()))
        .collect();
    texts.sort();
    texts
}

/// White space at the ends of lines and blank lines do not count; every other character does.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect()
}

#[test]
fn the_corpus_is_cut_as_people_cut_it() {
    let (mails, wanted) = (corpus("emails"), corpus("trimmed"));
    let differ: BTreeSet<&str> = mails
        .iter()
        .zip(&wanted)
        .inspect(|((mail, _), (wanted, _))| assert_eq!(mail, wanted))
        .filter(|((_, mail), (_, wanted))| lines(&trim(mail).written) != lines(wanted))
        .map(|((name, _), _)| name.as_str())
        .collect();
    if !mails.is_empty() {
        eprintln!("{} of {} cut alike; not: {differ:?}", mails.len() - differ.len(), mails.len());
        assert_eq!(differ, BTreeSet::from(ON_PURPOSE));
        assert!(mails.len() >= 35 && differ.len() * 10 <= mails.len());
    }
}
