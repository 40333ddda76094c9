//! The table of replies: two thirds to design the lists by, a third held out, and roundabout ones.

use std::{collections::BTreeSet, fs, path::PathBuf};

use super::{kinds, read};

struct Figures {
    all: usize,
    /// The main kind is right.
    main: usize,
    /// Nothing is missing and nothing too much.
    exact: usize,
    /// Nothing was found.
    silent: usize,
}

fn measure(file: &str, chosen: impl Fn(usize) -> bool) -> Figures {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/inbox/words/tests");
    let table = fs::read_to_string(folder.join(file)).unwrap();
    let rows = table.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let mut figures = Figures { all: 0, main: 0, exact: 0, silent: 0 };
    for (_, row) in rows.enumerate().filter(|(index, _)| chosen(*index)) {
        let mut cells = row.splitn(3, " | ");
        let (language, expected, text) = (cells.next().unwrap(), cells.next().unwrap(), cells.next().unwrap());
        let expected: Vec<&str> = expected.split(", ").collect();
        let found = kinds(&read(language, text));
        let set =
            |kinds: &[&'static str]| kinds.iter().copied().filter(|kind| *kind != "thanks").collect::<BTreeSet<&str>>();
        let wanted: BTreeSet<&str> = expected.iter().copied().filter(|kind| *kind != "thanks").collect();
        let (main, exact) = (found[0] == expected[0], set(&found) == wanted);
        figures.all += 1;
        figures.main += usize::from(main);
        figures.silent += usize::from(found[0] == "other");
        figures.exact += usize::from(main && exact);
        if !main || (!exact && std::env::var_os("DULY_SHOW").is_some()) {
            eprintln!("{language} {expected:?} but {found:?}: {text}");
        }
    }
    let Figures { all, main, exact, silent } = figures;
    eprintln!("{file}: {all} replies, main {main}, exact {exact}, nothing found {silent}");
    figures
}

#[test]
fn replies_of_the_design_table() {
    let figures = measure("replies.txt", |index| index % 3 != 2);
    assert!(figures.all >= 100 && figures.main * 100 >= figures.all * 97 && figures.exact * 100 >= figures.all * 85);
}

#[test]
fn what_is_not_understood_is_left_to_a_person() {
    let figures = measure("oblique.txt", |_| true);
    assert!(figures.all >= 40 && figures.main + figures.silent == figures.all);
}

/// Lower than the design table's: that is what holding out is for.
#[test]
fn replies_that_were_held_out() {
    let figures = measure("replies.txt", |index| index % 3 == 2);
    assert!(figures.all >= 50 && figures.main * 100 >= figures.all * 80);
}
