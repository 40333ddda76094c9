//! The chain of what happened. Each entry carries a hash over the one before and its own fields, so
//! that nothing can be changed, left out or put in between afterwards without it showing. Only the
//! end can be cut off: whoever keeps a [`Head`] elsewhere sees that too.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use sha2::{Digest, Sha256};

/// The author where no person acts.
pub const DULY: &str = "duly";

/// The author of what a customer does on the page; nobody of the staff has this name.
pub const CUSTOMER: &str = "customer";

/// What an entry tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A version of a policy was used for the first time, or published.
    Policy,
    /// The same of the words of a language.
    Wording,
    /// A change waits for a second person.
    Proposed,
    /// It was approved, declined or taken back.
    Decided,
    /// A file was taken.
    Import,
    /// A sweep ended.
    Sweep,
    /// A sweep waits for a person.
    HeldBack,
    /// A person released it.
    Released,
    Hold,
    HoldEnded,
    /// A person's word on a case.
    Case,
    /// A promise, instalments or a term was taken down.
    Agreed,
    AgreedEnded,
    /// A mail came in.
    Mail,
    /// A person has read one.
    MailDone,
    /// Notices were sent.
    Sent,
    /// A person's word on a notice in doubt.
    Doubt,
    /// A person took a notice back before it was sent.
    Withdrawn,
    /// A person put refused notices back.
    Retried,
    /// Nothing is sent until a person resumes.
    Halt,
    Resumed,
    /// The database was moved to another place.
    Moved,
    /// Who may sign in, and who did.
    Person,
}

impl Kind {
    pub const ALL: [Self; 23] = [
        Self::Policy,
        Self::Wording,
        Self::Proposed,
        Self::Decided,
        Self::Import,
        Self::Sweep,
        Self::HeldBack,
        Self::Released,
        Self::Hold,
        Self::HoldEnded,
        Self::Case,
        Self::Agreed,
        Self::AgreedEnded,
        Self::Mail,
        Self::MailDone,
        Self::Sent,
        Self::Doubt,
        Self::Withdrawn,
        Self::Retried,
        Self::Halt,
        Self::Resumed,
        Self::Moved,
        Self::Person,
    ];

    /// The code in tables and documents.
    pub fn code(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Wording => "wording",
            Self::Proposed => "proposed",
            Self::Decided => "decided",
            Self::Import => "import",
            Self::Sweep => "sweep",
            Self::HeldBack => "held_back",
            Self::Released => "released",
            Self::Hold => "hold",
            Self::HoldEnded => "hold_ended",
            Self::Case => "case",
            Self::Agreed => "agreed",
            Self::AgreedEnded => "agreed_ended",
            Self::Mail => "mail",
            Self::MailDone => "mail_done",
            Self::Sent => "sent",
            Self::Doubt => "doubt",
            Self::Withdrawn => "withdrawn",
            Self::Retried => "retried",
            Self::Halt => "halt",
            Self::Resumed => "resumed",
            Self::Moved => "moved",
            Self::Person => "person",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Who did what: one link of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub at: DateTime<Utc>,
    /// A person, or `duly` itself.
    pub author: String,
    /// Code of a [`Kind`]; a later version may know others.
    pub kind: String,
    /// The row that it is about, e.g. the number of a hold.
    pub subject: String,
    pub detail: String,
}

impl Entry {
    pub fn new(kind: Kind, at: DateTime<Utc>, author: &str, subject: String, detail: String) -> Self {
        Self { at, author: author.to_owned(), kind: kind.code().to_owned(), subject, detail }
    }
}

/// The end of a chain: the position of the last entry, and its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub position: i64,
    pub hash: String,
}

impl Head {
    /// Before the first entry.
    pub fn start() -> Self {
        Self { position: 0, hash: "0".repeat(64) }
    }

    /// The head once this entry stands behind it, in the chain of this company.
    pub fn after(&self, company: &str, entry: &Entry) -> Self {
        let position = self.position + 1;
        let mut print = Fingerprint::default();
        print.add(&self.hash).add(company).add(&position).add(&entry.at).add(&entry.author);
        print.add(&entry.kind).add(&entry.subject).add(&entry.detail);
        Self { position, hash: print.hex() }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.position, self.hash)
    }
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hash_of = |hash: &str| hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let parts = text.split_once(':').filter(|(_, hash)| hash_of(hash));
        let head = parts.and_then(|(position, hash)| Some((position.parse().ok()?, hash)));
        let head = head.filter(|(position, _)| *position >= 0);
        let (position, hash) = head.ok_or("expected POSITION:HASH, as `duly verify --head` prints it")?;
        Ok(Self { position, hash: hash.to_owned() })
    }
}

/// SHA-256 over fields. Each is written with its length before it (`5:hello,`; none at all is
/// `-,`), so that no two lists of fields read the same.
#[derive(Debug, Clone, Default)]
pub struct Fingerprint {
    sha256: Sha256,
}

impl Fingerprint {
    pub fn add(&mut self, field: &(impl Field + ?Sized)) -> &mut Self {
        field.put(self);
        self
    }

    pub fn hex(self) -> String {
        format!("{:x}", self.sha256.finalize())
    }

    fn text(&mut self, text: &str) {
        self.sha256.update(text.len().to_string());
        self.sha256.update(":");
        self.sha256.update(text);
        self.sha256.update(",");
    }
}

/// What a fingerprint can be taken of.
pub trait Field {
    fn put(&self, print: &mut Fingerprint);
}

impl Field for str {
    fn put(&self, print: &mut Fingerprint) {
        print.text(self);
    }
}

impl Field for &str {
    fn put(&self, print: &mut Fingerprint) {
        print.text(self);
    }
}

impl Field for String {
    fn put(&self, print: &mut Fingerprint) {
        print.text(self);
    }
}

impl Field for i64 {
    fn put(&self, print: &mut Fingerprint) {
        print.text(&self.to_string());
    }
}

impl Field for bool {
    fn put(&self, print: &mut Fingerprint) {
        print.text(if *self { "1" } else { "0" });
    }
}

impl Field for NaiveDate {
    fn put(&self, print: &mut Fingerprint) {
        print.text(&self.to_string());
    }
}

impl Field for DateTime<Utc> {
    fn put(&self, print: &mut Fingerprint) {
        print.text(&instant(*self));
    }
}

impl<T: Field> Field for Option<T> {
    fn put(&self, print: &mut Fingerprint) {
        match self {
            Some(field) => field.put(print),
            None => print.sha256.update("-,"),
        }
    }
}

/// An instant to the microsecond, which is what either engine keeps of it.
pub fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        let at = "2026-03-02T07:00:00.123456Z".parse().unwrap();
        Entry::new(Kind::Hold, at, "Ada", "7".to_owned(), "account A".to_owned())
    }

    /// `printf '64:0…0,2:EX,1:1,27:2026-03-02T07:00:00.123456Z,3:Ada,4:hold,1:7,9:account A,' | sha256sum`
    #[test]
    fn a_hash_can_be_recomputed_by_hand() {
        let head = Head::start().after("EX", &entry());
        assert_eq!(head.position, 1);
        assert_eq!(head.hash, "ab8e493a97d86a32991ef9193e1e25108bea183da1371fe2def231b9b63f02f3");
    }

    #[test]
    fn every_field_counts() {
        let (start, first) = (Head::start(), Head::start().after("EX", &entry()));
        let mut others = vec![start.after("EY", &entry()).hash, first.after("EX", &entry()).hash];
        let changes: [fn(&mut Entry); 5] = [
            |entry| entry.at += chrono::Duration::microseconds(1),
            |entry| entry.author = "Bob".to_owned(),
            |entry| entry.kind = Kind::Case.code().to_owned(),
            |entry| entry.subject = "8".to_owned(),
            |entry| entry.detail.push('.'),
        ];
        for change in changes {
            let mut changed = entry();
            change(&mut changed);
            others.push(start.after("EX", &changed).hash);
        }
        others.push(Head { position: 1, ..start }.after("EX", &entry()).hash);
        others.push(first.hash);
        let count = others.len();
        others.sort();
        others.dedup();
        assert_eq!(others.len(), count);
    }

    #[test]
    fn no_two_lists_of_fields_read_the_same() {
        let print = |fields: &[Option<&str>]| {
            let mut print = Fingerprint::default();
            for field in fields {
                print.add(field);
            }
            print.hex()
        };
        let lists: [&[Option<&str>]; 9] = [
            &[],
            &[None],
            &[Some("")],
            &[Some("-")],
            &[Some(""), None],
            &[Some("ab"), Some("c")],
            &[Some("a"), Some("bc")],
            &[Some("2:ab,1:c")],
            &[Some("ab,1:c")],
        ];
        let mut prints: Vec<String> = lists.into_iter().map(print).collect();
        prints.sort();
        prints.dedup();
        assert_eq!(prints.len(), lists.len());
    }

    #[test]
    fn what_one_engine_does_not_keep_does_not_count() {
        let mut finer = entry();
        finer.at += chrono::Duration::nanoseconds(999);
        assert_eq!(Head::start().after("EX", &finer), Head::start().after("EX", &entry()));
    }

    #[test]
    fn a_head_is_read_as_it_is_printed() {
        let head = Head::start().after("EX", &entry());
        assert_eq!(head.to_string().parse(), Ok(head.clone()));
        let hash = &head.hash;
        for wrong in [hash.clone(), format!("-1:{hash}"), format!("x:{hash}"), format!("1:{}", &hash[1..]), "1:".into()]
        {
            assert!(wrong.parse::<Head>().is_err(), "{wrong}");
        }
        assert!(Kind::ALL.into_iter().all(|kind| Kind::from_code(kind.code()) == Some(kind)));
    }
}
