//! Reports in the console: picture, table, file.

use crate::{
    console::{opened_on, signed_in},
    console_today::{ledger, shows},
    house::{House, days_ago},
};

const NAMES: [&str; 8] =
    ["ageing", "dso", "effectiveness", "promises", "discounts", "came-back", "causes", "judgement"];

#[tokio::test(flavor = "multi_thread")]
async fn each_report_is_a_picture_a_table_and_a_file() {
    let house = ledger();
    house.duly(&["promise", "add", "A", "--until", &days_ago(0).to_string(), "--by", "ada"]).ended(0);
    let (house, _daemon, address) = opened_on(house);
    let mut browser = signed_in(&house, &address, "Vi", &["viewer"]);
    shows(&mut browser, "/reports/ageing", "As of ");
    let all = browser.get("/reports").body;
    for name in NAMES {
        assert!(all.contains(&format!("<a href=\"/reports/{name}\">")), "{all}");
        let page = browser.get(&format!("/reports/{name}"));
        assert!(page.status == 200 && page.body.contains(&format!("/reports/{name}.csv")), "{page:?}");
        let drawn = matches!(name, "ageing" | "dso" | "effectiveness" | "promises");
        assert_eq!(page.body.contains("<svg class=\"chart\" role=\"img\""), drawn, "{name}: {}", page.body);
        let file = browser.get(&format!("/reports/{name}.csv"));
        assert_eq!(file.status, 200, "{file:?}");
        assert!(file.header("content-type").unwrap().starts_with("text/csv"), "{file:?}");
        let disposition = file.header("content-disposition").unwrap();
        assert!(disposition.starts_with(&format!("attachment; filename=\"{name}-")), "{disposition}");
        assert!(file.body.lines().next().unwrap().contains(','), "{file:?}");
    }
    let file = browser.get("/reports/ageing.csv").body;
    let expected = "currency,not due,0–30,31–60,61–90,91+,total,unmatched money\r\n\
                    EUR,0.00,0.00,0.00,70.00,0.00,70.00,0.00\r\n\
                    GBP,0.00,40.00,0.00,100.00,0.00,140.00,15.00\r\n";
    assert_eq!(file, expected);
    for path in ["/reports/nothing", "/reports/nothing.csv", "/reports/ageing.csv.csv", "/reports/.csv"] {
        assert_eq!(browser.get(path).status, 404, "{path}");
    }
}

#[test]
fn figures_on_the_command_line_are_those_of_the_formulas() {
    let house = House::new();
    house.take("accounts", "A,Alder Ltd,a@alder.example\n");
    house.take(
        "invoices",
        "I-1,A,2025-01-10,2025-02-09,GBP,700.00\nI-2,A,2025-02-10,2025-03-12,GBP,800.00\n\
         I-3,A,2025-03-10,2025-04-09,GBP,900.00\n",
    );
    // What was reversed never came.
    house.take(
        "payments",
        "P-1,A,2025-03-20,GBP,300.00,I-1\nP-2,A,2025-03-21,GBP,9.00,I-2\nP-3,A,2025-04-02,GBP,-9.00,I-2\n",
    );
    house.duly(&["promise", "add", "A", "--until", "2025-03-25", "--by", "ada"]);
    let said = house.duly(&["report", "figures", "--as-of", "2025-04-01", "--json"]).ended(0);
    let value: serde_json::Value = serde_json::from_str(&said).unwrap();
    let of = |part: &str, day: &str| {
        let rows = value[part].as_array().unwrap();
        rows.iter().find(|row| row["up_to"] == day).unwrap_or_else(|| panic!("{said}")).clone()
    };
    // 2,100 open (2,091 as long as nobody knew of the reversal): 31 + 28 + 31 × 400 ÷ 700.
    let march = of("dso", "2025-03-31");
    assert_eq!((&march["open"], &march["sales_of_the_month"]), (&"2091.00".into(), &"900.00".into()), "{said}");
    assert_eq!(march["days"], "76.3", "{said}");
    let said = house.duly(&["report", "figures", "--as-of", "2025-04-03", "--json"]).ended(0);
    let value: serde_json::Value = serde_json::from_str(&said).unwrap();
    let march = value["dso"].as_array().unwrap().iter().find(|row| row["up_to"] == "2025-03-31").unwrap();
    assert_eq!((&march["open"], &march["days"]), (&"2100.00".into(), &"76.7".into()), "{said}");
    // Opening 1,500 and sales 900, closing 2,100 of which 900 are not overdue: 300 ÷ 1,500.
    let march = value["effectiveness"].as_array().unwrap().iter().find(|row| row["up_to"] == "2025-03-31").unwrap();
    assert_eq!((&march["not_overdue"], &march["percent"]), (&"900.00".into(), &"20.0".into()), "{said}");
    let text = house.duly(&["report", "figures", "--as-of", "2025-04-03"]).ended(0);
    assert!(text.contains("Days sales outstanding, by countback") && text.contains("76.7"), "{text}");
}
