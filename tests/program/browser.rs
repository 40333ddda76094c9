//! A browser as far as a server sees it: it keeps cookies and says where its forms come from.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
};

pub struct Browser {
    address: String,
    pub cookies: BTreeMap<String, String>,
    /// What it says of a form; as browsers do for a page's own forms.
    pub site: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Page {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Browser {
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), cookies: BTreeMap::new(), site: "same-origin" }
    }

    pub fn get(&mut self, path: &str) -> Page {
        self.ask("GET", path, None)
    }

    pub fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        let pairs: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.ask("POST", path, Some(&pairs.join("&")))
    }

    pub fn ask(&mut self, method: &str, path: &str, body: Option<&str>) -> Page {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        if !self.cookies.is_empty() {
            let all: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request += &format!("Cookie: {}\r\n", all.join("; "));
        }
        if let Some(body) = body {
            let site = match self.site {
                "" => String::new(),
                site => format!("Sec-Fetch-Site: {site}\r\n"),
            };
            let kind = "application/x-www-form-urlencoded";
            request += &format!("{site}Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
        }
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "{request}\r\n{}", body.unwrap_or_default()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{method} {path}: {answer}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let page = Page { status, head: head.to_owned(), body: body.to_owned() };
        if let Some((name, value)) = page.header("set-cookie").and_then(|line| line.split(';').next()?.split_once('='))
        {
            match value {
                "" => self.cookies.remove(name),
                value => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        page
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
