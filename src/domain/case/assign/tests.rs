//! Who has a case, and who may settle what.

use super::*;

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

fn eur(minor: i64) -> Money {
    Money::new(minor, currency("EUR"))
}

fn staff() -> Vec<Staff> {
    #[derive(serde::Deserialize)]
    struct File {
        staff: Vec<Staff>,
    }
    let text = r#"
        [[staff]]
        name = "Ada"
        kinds = ["billing", "administrative"]
        limit = { EUR = "250.00", USD = "100" }
        [[staff]]
        name = "Ben"
        kinds = ["protest"]
        accounts = ["C7"]
        [[staff]]
        name = "Cleo"
        approves = true
        [[staff]]
        name = "Dan"
        kinds = ["billing"]
        limit = { EUR = "1000" }
    "#;
    toml::from_str::<File>(text).unwrap().staff
}

fn load(open: &[(&str, usize)]) -> BTreeMap<String, usize> {
    open.iter().map(|(name, open)| ((*name).to_owned(), *open)).collect()
}

#[test]
fn the_account_comes_before_the_kind_and_the_kind_before_the_load() {
    use CaseKind::{Billing, NotDebtor, Protest};
    let cases = [
        ("their account", Billing, "C7", load(&[("Ben", 9)]), "Ben"),
        ("first of the kind", Billing, "C1", load(&[]), "Ada"),
        ("least loaded of the kind", Billing, "C1", load(&[("Ada", 2), ("Cleo", 2), ("Dan", 1)]), "Dan"),
        ("ties go by the list", Billing, "C1", load(&[("Ada", 2), ("Cleo", 1), ("Dan", 1)]), "Cleo"),
        ("names are not told apart by capitals", Protest, "C1", load(&[("ben ", 1)]), "Cleo"),
        ("only one takes it", NotDebtor, "C1", load(&[("Cleo", 50)]), "Cleo"),
    ];
    for (name, kind, account, load, expected) in cases {
        assert_eq!(owner(&staff(), kind, account, &load), Some(expected), "{name}");
    }
    let few: Vec<Staff> = staff().into_iter().filter(|person| !person.kinds.is_empty()).collect();
    assert_eq!(owner(&few, NotDebtor, "C1", &load(&[("Ada", 1)])), Some("Ben"), "nobody takes it");
    assert_eq!(owner(&[], Billing, "C1", &load(&[])), None);
}

#[test]
fn below_the_limit_nobody_is_asked() {
    let usd = |minor| Money::new(minor, currency("USD"));
    let cases = [
        ("Ada", vec![], true),
        ("Ada", vec![eur(25_000)], true),
        ("ada ", vec![eur(25_000)], true),
        ("Ada", vec![eur(25_001)], false),
        ("Ada", vec![eur(20_000), eur(5_001)], false),
        ("Ada", vec![eur(26_000), eur(-5_000)], false),
        ("Ada", vec![eur(25_000), usd(10_000)], true),
        ("Ada", vec![eur(1), usd(10_001)], false),
        ("Ada", vec![Money::new(1, currency("GBP"))], false),
        ("Cleo", vec![eur(1)], false),
        ("Nobody", vec![eur(1)], false),
        ("Nobody", vec![], true),
        ("Ada", vec![eur(i64::MAX), eur(i64::MAX)], false),
    ];
    for (person, total, alone) in cases {
        let expected = if alone { Settling::Alone } else { Settling::NeedsApproval };
        assert_eq!(settles(&staff(), person, &total), expected, "{person} {total:?}");
    }
    assert_eq!(settles(&[], "Ada", &[eur(1)]), Settling::NeedsApproval);
}

#[test]
fn a_second_person_with_the_authority_approves() {
    let staff = staff();
    let cases = [
        ("Ada", "Cleo", 900_000, Ok(())),
        ("Ada", "Dan", 100_000, Ok(())),
        ("Ada", "Dan", 100_001, Err(NotApproved::BeyondLimit)),
        ("Ada", "Ben", 1, Err(NotApproved::BeyondLimit)),
        ("Cleo", "Cleo", 1, Err(NotApproved::OwnSettlement)),
        ("Cleo", " CLEO", 1, Err(NotApproved::OwnSettlement)),
        ("Ada", "Zoe", 1, Err(NotApproved::NotOfStaff)),
        ("Ada", " ", 1, Err(NotApproved::Nameless)),
        ("Zoe", "Cleo", 1, Ok(())),
    ];
    for (proposer, approver, minor, expected) in cases {
        assert_eq!(may_approve(&staff, proposer, approver, &[eur(minor)]), expected, "{proposer} {approver} {minor}");
    }
    assert_eq!(may_approve(&[], "Ada", "Anybody", &[eur(1)]), Ok(()));
    assert_eq!(may_approve(&[], "Ada", "ada", &[eur(1)]), Err(NotApproved::OwnSettlement));
}
