//! A daemon that serves the customer's page, with notices that were really sent.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use chrono::NaiveDate;
use mail_parser::MessageParser;

use crate::{
    house::{House, PLAIN, days_ago},
    running::Running,
    smtp::{Received, Script, Server},
};

/// A daemon that serves the page, and notices that were really sent.
pub struct Site {
    pub house: House,
    pub server: Server,
    pub daemon: Running,
    address: String,
    /// What stands before the links of its mails.
    url: String,
}

/// The page as a proxy shows it to customers.
const URL: &str = "https://pay.example.com/duly";

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answered {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The number of the form on a page.
    pub fn form(&self) -> String {
        let text = self.text();
        let from = text.find("name=\"form\" value=\"").unwrap_or_else(|| panic!("{text}")) + 19;
        text[from..].split('"').next().unwrap().to_owned()
    }
}

/// A house with the page, before anything was sent.
pub fn with_page(house: &House, further: &str) {
    with_page_at(house, "127.0.0.1:0", URL, further);
}

/// The same, heard there and shown at this address.
pub fn with_page_at(house: &House, listen: &str, url: &str, further: &str) {
    house.file("config/page.secret", "a secret of the company");
    let page =
        format!("[page]\nlisten = \"{listen}\"\nurl = \"{url}\"\nsecret_file = \"page.secret\"\n{further}\n\n# [ops]");
    house.edit("duly.toml", "# [ops]", &page);
}

/// Accounts with two invoices each that are 65 days overdue today; their notices are sent.
pub async fn noticed(rows: &[(&str, &str)], further: &str) -> Site {
    let (house, server) = with_dues(rows).await;
    with_page(&house, further);
    site(house, server, rows.len())
}

/// The accounts of [`noticed`], and a relay, before anything was sent.
pub async fn with_dues(rows: &[(&str, &str)]) -> (House, Server) {
    let server = Server::start(Script::default()).await;
    let house = House::new();
    let (issued, due) = (days_ago(95), days_ago(65));
    let account = |(number, currency): &(&str, &str)| {
        let locale = if *currency == "EUR" { "de-DE" } else { "en-GB" };
        format!("{number},Customer {number},{}@buyer.example,{locale}\n", number.to_lowercase())
    };
    let accounts: String = rows.iter().map(account).collect();
    house.import_file("accounts", format!("account,name,email,locale\n{accounts}"), &[]).ended(0);
    let invoices: String = rows
        .iter()
        .flat_map(|(number, currency)| {
            [1, 2].map(|n| format!("INV-{number}-{n},{number},{issued},{due},{currency},100.00,{number}-{n}.pdf\n"))
        })
        .collect();
    for (number, n) in rows.iter().flat_map(|(number, _)| [(number, 1), (number, 2)]) {
        house.file(&format!("config/documents/{number}-{n}.pdf"), format!("%PDF-1.7 {number} {n}"));
    }
    let header = "invoice,account,issued,due,currency,amount,document\n";
    house.import_file("invoices", format!("{header}{invoices}"), &[]).ended(0);
    house.no_payments();
    house.send_to(&server, PLAIN);
    (house, server)
}

/// Sends what is due today, and starts the daemon.
pub fn site(house: House, server: Server, mails: usize) -> Site {
    site_at(house, server, mails, URL)
}

/// The same, with the page at this address.
pub fn site_at(house: House, server: Server, mails: usize, url: &str) -> Site {
    house.duly(&["sweep", "--release"]).ended(0);
    assert_eq!(server.accepted().len(), mails);
    started(house, server, url)
}

/// The daemon, with the page at this address.
pub fn started(house: House, server: Server, url: &str) -> Site {
    let daemon = Running::start(&house);
    let address = daemon.address("page is served");
    Site { house, server, daemon, address, url: url.to_owned() }
}

impl Site {
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The path of the link in the mail to an account, as a proxy passes it on.
    pub fn link(&self, account: &str) -> String {
        let to = format!("{}@buyer.example", account.to_lowercase());
        let mail = self.server.accepted().into_iter().find(|mail| mail.to == to).unwrap();
        let link = link_in(&mail, &self.url);
        link.strip_prefix(&self.url).unwrap().to_owned()
    }

    /// Sends a request as it is.
    pub fn raw(&self, request: &[u8]) -> Answered {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        // A server that has heard enough may hang up.
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer");
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        // A proxy's address would differ; the day differs by itself.
        let head = head.lines().filter(|line| !line.starts_with("date:")).collect::<Vec<_>>().join("\n");
        Answered { status, head, body: answer[end + 4..].to_vec() }
    }

    pub fn ask(&self, method: &str, path: &str) -> Answered {
        self.raw(format!("{method} {path} HTTP/1.1\r\nHost: duly\r\nConnection: close\r\n\r\n").as_bytes())
    }

    pub fn get(&self, path: &str) -> Answered {
        self.ask("GET", path)
    }

    pub fn post(&self, path: &str, body: &str) -> Answered {
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: duly\r\nConnection: close\r\nContent-Length: {length}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        );
        self.raw(format!("{head}{body}").as_bytes())
    }

    /// Fills in the page of an account, and says what the page shows then.
    #[track_caller]
    pub fn answer(&self, account: &str, fields: &str) -> String {
        let link = self.link(account);
        let form = self.get(&link).form();
        let noted = self.post(&link, &format!("form={form}&{fields}"));
        assert_eq!(noted.status, 303, "{}", noted.text());
        let prefix = self.url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default();
        assert_eq!(noted.header("location"), Some(&*format!("{prefix}{link}?noted")));
        self.get(&format!("{link}?noted")).text()
    }

    /// What a sweep of today or of a day in the future would come to, by account.
    pub fn planned(&self, as_of: NaiveDate) -> String {
        self.house.no_payments();
        self.house.duly(&["plan", "--as-of", &as_of.to_string()]).ended(0)
    }
}

/// The link in a mail: the same in its text and in its HTML.
fn link_in(mail: &Received, url: &str) -> String {
    let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
    let (text, html) = (parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap());
    let link = text.lines().map(str::trim).find(|line| line.starts_with(url)).unwrap();
    assert!(html.contains(&format!("href=\"{link}\"")), "{html}");
    link.to_owned()
}
