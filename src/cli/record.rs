//! What stays on record, as an argument of a command.

use crate::{app::Failure, domain::record};

/// Who does something, for the record.
#[derive(Debug, Clone, clap::Args)]
pub struct Author {
    /// Who does this, for the record [default: the user of this machine]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

impl Author {
    pub fn name(&self) -> Result<String, Failure> {
        let user = || std::env::var("USER").ok().filter(|user| !user.is_empty());
        let name = self.by.clone().or_else(user);
        let name = name.ok_or_else(|| Failure::Input("say who does this with `--by NAME`".to_owned()))?;
        Ok(self::name("--by", &name)?.to_owned())
    }
}

/// The name of a person.
pub fn name<'a>(flag: &str, text: &'a str) -> Result<&'a str, Failure> {
    record::name(text).map_err(|why| wrong(flag, &why))
}

/// A reason or a note.
pub fn note<'a>(flag: &str, text: &'a str) -> Result<&'a str, Failure> {
    record::note(text).map_err(|why| wrong(flag, &why))
}

/// The customer's own words.
pub fn words<'a>(flag: &str, text: &'a str) -> Result<&'a str, Failure> {
    record::words(text).map_err(|why| wrong(flag, &why))
}

fn wrong(flag: &str, why: &str) -> Failure {
    Failure::Input(format!("`{flag}` {why}"))
}

#[cfg(test)]
mod tests {
    use super::{note, words};

    #[test]
    fn blank_endless_and_steering_texts_are_refused() {
        let refused = |text: &str| note("--why", text).map_err(|error| error.to_string()).unwrap_err();
        for blank in ["", "   ", "\n\t"] {
            assert!(refused(blank).contains("`--why` is blank"), "{blank:?}");
        }
        assert!(refused("a \u{1b}[31mred one").contains("control character"));
        assert!(refused(&"é".repeat(2_001)).contains("has 2001 letters; at most 2000"));
        for good in ["so", "line\r\nline\ttab", &"é".repeat(2_000)] {
            assert_eq!(note("--why", good).ok(), Some(good));
        }
        assert!(words("--words", &"é".repeat(10_000)).is_ok() && words("--words", &"é".repeat(10_001)).is_err());
    }
}
