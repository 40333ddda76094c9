//! A browser as far as a server sees it: it keeps cookies and says where its forms come from.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
};

const BOUNDARY: &str = "----------------------------7f3a";
const UPLOAD_END: &str = "\r\n------------------------------7f3a--\r\n";

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

    /// Sends a file as a form with `multipart/form-data` does.
    pub fn upload(&mut self, path: &str, kind: &str, name: &str, file: &[u8]) -> Page {
        let mut stream = self.begin_upload(path, kind, name, file.len());
        // Whoever refuses it early hears no more.
        let _ = stream.write_all(file).and_then(|()| stream.write_all(UPLOAD_END.as_bytes()));
        answer(stream)
    }

    /// The beginning of such a form, up to where the bytes of the file stand.
    pub fn begin_upload(&self, path: &str, kind: &str, name: &str, length: usize) -> TcpStream {
        let part = |name: &str| format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name={name}\r\n\r\n");
        let start = part("kind") + kind + "\r\n" + &part(&format!("file; filename=\"{name}\""));
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: {}\r\nSec-Fetch-Site: {}\r\n\
             Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
            cookies.join("; "),
            self.site,
            start.len() + length + UPLOAD_END.len()
        );
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all((head + &start).as_bytes()).unwrap();
        stream
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
        let page = answer(stream);
        let lines = page.head.lines().filter_map(|line| line.split_once(": "));
        let cookies = lines.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        for (name, value) in cookies.filter_map(|(_, line)| line.split(';').next()?.split_once('=')) {
            match value {
                "" => self.cookies.remove(name),
                value => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        page
    }
}

/// What a server answers until it hangs up.
pub fn answer(mut stream: TcpStream) -> Page {
    let mut answer = Vec::new();
    // A server that has said enough may cut off who goes on talking.
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Page { status, head: head.to_owned(), body: body.to_owned() }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
