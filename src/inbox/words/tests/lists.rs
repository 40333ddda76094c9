//! The lists themselves: sound, complete, and refused when they are not.

use std::{fs, path::PathBuf};

use super::{super::language::Language, *};

const EN: &str = include_str!("../../../../config/wording/replies/en.toml");

/// Each entry said by itself, stems as they are and gaps left out, is found as what it stands for.
#[test]
fn every_shipped_phrase_is_found() {
    let mut lost = Vec::new();
    for language in REPLIES.languages() {
        let file =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("config/wording/replies/{}.toml", language.code));
        let table: toml::Table = toml::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        for (sign, entries) in table["signs"].as_table().unwrap() {
            for entry in entries.as_array().unwrap().iter().map(|entry| entry.as_str().unwrap()) {
                let said: Vec<String> = entry
                    .split_whitespace()
                    .filter(|piece| *piece != "..")
                    .map(|piece| piece.split('|').next().unwrap().replace('*', ""))
                    .collect();
                let said = said.join(" ");
                let spoken = super::super::spoken::Spoken::new(&said);
                let found = (0..spoken.tokens.len()).flat_map(|at| language.signs.at(&spoken, at).collect::<Vec<_>>());
                let whole = spoken.tokens.len();
                let name = |hit: super::super::language::Sign| format!("{hit:?}").to_lowercase();
                if !found.into_iter().any(|hit| hit.words.len() == whole && name(hit.what) == sign.replace('_', "")) {
                    lost.push(format!("{}: {sign}: {entry}", language.code));
                }
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn six_languages_are_shipped() {
    let codes: Vec<&str> = REPLIES.languages().iter().map(|language| language.code.as_str()).collect();
    assert_eq!(codes, ["de", "en", "es", "fr", "it", "nl"]);
}

#[test]
fn broken_lists_are_refused() {
    let broken = [
        (EN.replacen("[signs]", "[sings]", 1), "unknown field"),
        (EN.replacen("service = [", "services = [", 1), "unknown variant"),
        (EN.replacen("\"damaged\"", "\"damaged\", \"the\"", 1), "in `common` too"),
        (EN.replacen("\"damaged\"", "\"overcharg*\"", 1), "stands twice"),
        (EN.replacen("\"damaged\"", "\"dam*aged\"", 1), "end of a word"),
        (EN.replacen("\"damaged\"", "\".. damaged\"", 1), "begin and end with a word"),
        (EN.replacen("\"damaged\"", "\"a .. b .. c .. d\"", 1), "too long"),
        (EN.replacen("\"damaged\"", "\"!\"", 1), "no word"),
        (EN.replacen("\"damaged\"", "\"d*\"", 1), "too short"),
        (EN.replacen("\"damaged\"", "\"a|b-c\"", 1), "must be one word"),
        (EN.replacen("[\"january\", \"jan\"], ", "", 1), "twelve months"),
        (EN.replacen("common = [", "common = [\"the\"]\nold = [", 1), "unknown field"),
        (EN.replacen("thanks = [", "thanks = []\n[old]\nx = [", 1), "unknown field"),
        (EN.replacen("later_reach = 2", "later_reach = 11", 1), "between 1 and 10"),
        (EN.replacen("damaged", "dama\"ged", 1), ""),
    ];
    assert!(Language::parse("en", EN).is_ok());
    for (text, why) in broken {
        let problems = Language::parse("en", &text).unwrap_err();
        assert!(problems.iter().any(|problem| problem.what.contains(why)), "{why}: {problems:?}");
    }
}

#[test]
fn a_company_overrides_a_language_and_adds_others() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("en.toml"), EN.replacen("\"damaged\"", "\"knackered\"", 1)).unwrap();
    fs::write(folder.path().join("sv.toml"), EN).unwrap();
    let replies = Replies::load(folder.path()).unwrap();
    assert_eq!(replies.languages().len(), 7);
    let mail = Mail { date: today(), locale: "en", currency: None };
    assert_eq!(classify("The chair is knackered.", &mail, &replies).main, ReplyKind::ServiceProtest);
    fs::write(folder.path().join("english.toml"), EN).unwrap();
    fs::write(folder.path().join("fr.toml"), "common = [\n").unwrap();
    let problems = Replies::load(folder.path()).unwrap_err().join("\n");
    assert!(
        problems.contains("english.toml: name it after its language") && problems.contains("fr.toml:"),
        "{problems}"
    );
}
