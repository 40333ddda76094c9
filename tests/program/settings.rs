//! Settings and policies: what is refused, and how that is said.

use crate::house::House;

#[test]
fn a_missing_file_of_settings_names_init() {
    let house = House::new();
    let error = house.duly(&["--config", "nowhere/duly.toml", "plan"]).failed(2);
    assert!(error.contains("nowhere/duly.toml: there is no such file; `duly init` writes one"), "{error}");
}

#[test]
fn a_date_says_how_it_is_written() {
    let house = House::new();
    for command in
        [&["plan", "--as-of", "yesterday"][..], &["tasks", "--as-of", "1.2.2026"], &["sweep", "--as-of", "x"]]
    {
        let error = house.duly(command).failed(2);
        assert!(error.contains("YYYY-MM-DD"), "{error}");
    }
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let cases = [
        (r#"code = "EXAMPLE""#, r#"code = """#, "`company.code` is empty"),
        (r#"name = "Example Ltd""#, r#"name = " ""#, "`company.name` is empty"),
        (r#"phone = "+44 20 7946 0000""#, r#"phone = """#, "`company.phone` is empty"),
        (r#"country = "GB""#, r#"country = "gb""#, "two capital letters"),
        (r#"from = "accounts@example.test""#, r#"from = "Us <accounts@example.test>""#, "`delivery.from`"),
    ];
    for (from, to, expected) in cases {
        let house = House::new();
        house.edit("duly.toml", from, to);
        let error = house.duly(&["check"]).failed(2);
        assert!(error.contains("duly.toml") && error.contains(expected), "{error}");
    }
}

#[test]
fn word_lists_for_replies_are_checked_and_may_be_left_out() {
    let house = House::new();
    assert!(house.duly(&["check"]).ended(0).contains("Replies are read in: de, en, es, fr, it, nl"));
    house.edit("wording/replies/fr.toml", "\"défectueu*\"", "\"défectueu*\", \"nous\"");
    let error = house.duly(&["check"]).failed(2);
    assert!(error.contains("replies/fr.toml") && error.contains("`nous`"), "{error}");
    house.edit("wording/replies/fr.toml", "[calendar]", "[calender]");
    let error = house.duly(&["plan"]).failed(2);
    assert!(error.contains("replies/fr.toml:") && error.contains("calender"), "{error}");
    std::fs::remove_dir_all(house.path("config/wording/replies")).unwrap();
    assert!(house.duly(&["check"]).ended(0).contains("Replies are read in: de, en, es, fr, it, nl"));
}

#[test]
fn keys_of_the_mail_server_are_hinted_at_and_a_password_is_not_shown() {
    let house = House::new();
    let section = |key: &str| {
        format!(
            "[delivery.smtp]\nhost = \"h\"\nport = 25\ntls = \"none\"\n{key} = \"in the open\"\n\n# [delivery.dkim]"
        )
    };
    house.edit("duly.toml", "# [delivery.dkim]", &section("helo"));
    let error = house.duly(&["check"]).failed(2);
    assert!(error.contains("Did you mean `hello`?"), "{error}");
    house.edit("duly.toml", "helo = ", "password = ");
    let error = house.duly(&["check"]).failed(2);
    assert!(error.contains("`password_env`") && error.contains("`password_file`"), "{error}");
    assert!(!error.contains("in the open"), "{error}");
    house.edit("duly.toml", "password = ", "passwort_env = ");
    let error = house.duly(&["check"]).failed(2);
    assert!(error.contains("Did you mean `password_env`?") && !error.contains("in the open"), "{error}");
}

#[test]
fn the_mailbox_is_checked_like_the_mail_server() {
    let house = House::new();
    let imap = |lines: &str| {
        format!(
            "[inbox.imap]\nhost = \"h\"\nport = 993\ntls = \"required\"\nuser = \"desk\"\n{lines}\n\n# [delivery.dkim]"
        )
    };
    let secret = "password_env = \"DESK\"";
    let mut before = "# [delivery.dkim]".to_owned();
    for (lines, expected) in [
        (String::new(), "`inbox.imap.user` needs `password_env` or `password_file`"),
        ("password = \"in the open\"".to_owned(), "`password_env`"),
        (format!("{secret}\npoll_second = 5"), "Did you mean `poll_seconds`?"),
        (format!("{secret}\npoll_seconds = 0"), "`inbox.imap.poll_seconds` must be at least 1"),
        (format!("{secret}\nfolder = \"Rückläufer\""), "`inbox.imap.folder`: `Rückläufer`"),
        (format!("{secret}\nfolder = \"a\\r\\nb\""), "`inbox.imap.folder`"),
    ] {
        house.edit("duly.toml", &before, &imap(&lines));
        before = imap(&lines);
        let error = house.duly(&["check"]).failed(2);
        assert!(error.contains(expected) && !error.contains("in the open"), "{error}");
    }
}

#[tokio::test]
async fn policies_that_cannot_be_meant_are_refused_and_not_published() {
    let cases = [
        (r#"name = "standard""#, r#"name = "our standard""#, "`name`"),
        (r#"sweep = "0 7 * * Mon-Fri""#, r#"sweep = "at seven""#, "`schedule.sweep`: `at seven` is not a schedule"),
        ("share_percent = 0", "share_percent = 101", "`minimum.share_percent`"),
        ("days = 14                           # the", "days = 0 # the", "`offer.days`"),
        ("every_months = 12", "every_months = 0", "`offer.every_months`"),
        ("oldest_ready_hours = 4", "oldest_ready_hours = 0", "`alarm.oldest_ready_hours`"),
        ("oldest_ready_hours = 4", "oldest_ready_hours = 169", "`alarm.oldest_ready_hours`"),
        ("waiting_percent = 8", "waiting_percent = -1", "`costs.waiting_percent`"),
        ("first_response_hours = 2", "first_response_hours = 0", "`cases.first_response_hours`"),
        ("first_response_hours = 2", "first_response_hours = 17", "`cases.resolve_hours`"),
        ("follow_up_days = 7", "follow_up_days = 0", "`cases.follow_up_days`"),
        ("until = \"17:00:00\"", "until = \"09:30:00\"", "`cases.from`"),
        ("until = \"17:00:00\"", "until = \"08:00:00\"", "`cases.from`"),
        ("follow_up_days = 7", "follow_up_day = 7", "Did you mean `follow_up_days`?"),
        ("# [[staff]]", "[[staff]]\nname = \"Ben\"\nkinds = [\"protests\"]", "did you mean `protest`?"),
        ("# [[staff]]", "[[staff]]\nname = \" \"", "`staff.name`"),
        ("# [[staff]]", "[[staff]]\nname = \"Ben\"\n[[staff]]\nname = \"ben \"", "named 2 times"),
        ("# [[staff]]", "[[staff]]\nname = \"Ben\"\nlimit = { EUR = \"-1\" }", "`limit.EUR` must not be negative"),
        ("# [[staff]]", "[[staff]]\nname = \"Ben\"\nlimit = { EUR = \"1,5\" }", "`1,5` is not a plain amount"),
        (
            "# [[staff]]",
            "[[staff]]\nname = \"A\"\naccounts = [\"C1\"]\n[[staff]]\nname = \"B\"\naccounts = [\"C1\"]",
            "give it to one",
        ),
    ];
    for (from, to, expected) in cases {
        let house = House::new();
        house.duly(&["check"]).ended(0);
        house.edit("policy.toml", from, to);
        let error = house.duly(&["check"]).failed(2);
        assert!(error.contains("policy.toml") && error.contains(expected), "{error}");
        let versions: u32 = house.rows("SELECT COUNT(*) FROM policy_version").await[0].parse().unwrap();
        assert!(versions <= 1, "{versions}");
    }
}

#[test]
fn two_policies_of_one_name_are_refused() {
    let house = House::new();
    std::fs::create_dir_all(house.path("config/policies")).unwrap();
    std::fs::copy(house.path("config/policy.toml"), house.path("config/policies/vip.toml")).unwrap();
    let error = house.duly(&["check"]).failed(2);
    assert!(error.contains("vip.toml") && error.contains("another policy is named `standard` already"), "{error}");
}

#[test]
fn everything_that_is_set_is_told() {
    let house = House::new();
    house.edit("policy.toml", r#"# cutover = "2026-01-01""#, r#"cutover = "2026-01-01""#);
    let said = house.duly(&["check"]).ended(0);
    for expected in [
        "10.00 EUR, 10.00 GBP, 10.00 USD",
        "from the date of issue, of the gross amount, tax follows, 0 days of grace, not for part payments",
        "what names no invoice stays apart",
        "invoices due before 2026-01-01 are left alone",
        "14 days after they were asked for",
        "waiting 8%, penalty 10% a year",
        "2 independent signs within 30 days make a possible protest",
        "5 business days without payment data",
        "ready for more than 4 hours",
    ] {
        assert!(said.contains(expected), "{expected} is not in\n{said}");
    }
}

#[tokio::test]
async fn looking_makes_no_version_of_a_policy() {
    let house = House::new();
    assert!(house.duly(&["check"]).ended(0).contains("Policy standard (not yet used)"));
    assert_eq!(house.rows("SELECT COUNT(*) FROM policy_version").await, ["0"]);
    house.no_payments();
    assert!(house.duly(&["check"]).ended(0).contains("Policy standard-1\n"));
    house.edit("policy.toml", "min_gap_days = 7", "min_gap_days = 8");
    for command in [&["plan"][..], &["tasks"], &["check"]] {
        house.duly(command).ended(0);
    }
    assert_eq!(house.rows("SELECT MAX(version) FROM policy_version").await, ["1"]);
    house.no_payments();
    assert!(house.duly(&["check"]).ended(0).contains("Policy standard-2\n"));
}

#[test]
fn playbooks_are_checked_like_letters() {
    let house = House::new();
    let said = house.duly(&["check"]).ended(0);
    assert!(said.contains("Playbooks: your own for protest, billing,") && said.contains("replies in de, en"), "{said}");
    let cases = [
        ("Thank you for the close look", "You failed to look closely", "billing.toml:55: “fail*” blames"),
        ("code = \"wish\"", "code = \"wishes\"", "billing.toml:3: the step `wish` is missing"),
        ("optional = true", "optinal = true", "Did you mean `optional`?"),
    ];
    for (from, to, expected) in cases {
        let house = House::new();
        house.edit("playbooks/billing.toml", from, to);
        let error = house.duly(&["check"]).failed(2);
        assert!(error.contains(expected), "{error}");
    }
    std::fs::remove_dir_all(house.path("config/playbooks")).unwrap();
    let said = house.duly(&["check"]).ended(0);
    assert!(said.contains("Playbooks: none of your own; replies in de, en"), "{said}");
}

#[test]
fn staff_and_their_limits_are_shown() {
    let house = House::new();
    let said = house.duly(&["check"]).ended(0);
    assert!(said.contains("answered within 2 hours, resolved within 16 of 09:00–17:00"), "{said}");
    assert!(said.contains("nobody is named"), "{said}");
    let staff = "[[staff]]\nname = \"Ada\"\nlimit = { EUR = \"250.00\" }\n[[staff]]\nname = \"Ben\"\napproves = true";
    house.edit("policy.toml", "# [[staff]]", staff);
    let said = house.duly(&["check"]).ended(0);
    let expected = "Ada (settles up to 250.00 EUR alone); Ben (settles nothing alone, approves)";
    assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(expected), "{said}");
}
