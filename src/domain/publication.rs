//! Texts that are published as versions: policies and wording. Which text counts when a file and the record differ.

/// What is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matter {
    Policy,
    /// The catalogue of a locale.
    Wording,
}

impl Matter {
    pub const ALL: [Self; 2] = [Self::Policy, Self::Wording];

    pub fn code(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Wording => "wording",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|matter| matter.code() == code)
    }

    /// Who is named for a version that came with a file.
    pub const fn file_author(self) -> &'static str {
        match self {
            Self::Policy => "policy file",
            Self::Wording => "wording file",
        }
    }
}

/// A version as far as it matters for the question which one counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub version: i64,
    pub sha256: String,
    /// By a person, with a reason; not by a file.
    pub published: bool,
}

/// Whose text counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InForce {
    /// That of the file: the newest version, or none yet.
    File(Option<i64>),
    /// That of the newest version, since the file still has an older one.
    Stored { version: i64, of_file: i64 },
}

/// A file counts, unless its text is that of a version after which a person published another one: the file of another
/// machine, or one that could not be written, does not undo that. `lines` are the versions, newest first.
pub fn in_force(lines: &[Line], sha256: &str) -> InForce {
    let (Some(newest), Some(known)) = (lines.first(), lines.iter().find(|line| line.sha256 == sha256)) else {
        return InForce::File(None);
    };
    if lines.iter().any(|line| line.published && line.version > known.version) {
        return InForce::Stored { version: newest.version, of_file: known.version };
    }
    InForce::File((newest.version == known.version).then_some(known.version))
}

/// What has become of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeState {
    /// Its author looks at what it would do.
    Draft,
    /// For a second person.
    Waiting,
    Published,
    Declined,
    Withdrawn,
}

impl ChangeState {
    const ALL: [Self; 5] = [Self::Draft, Self::Waiting, Self::Published, Self::Declined, Self::Withdrawn];

    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Waiting => "waiting",
            Self::Published => "published",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Versions by their texts, oldest first; a capital letter is one that a person published.
    fn lines(texts: &str) -> Vec<Line> {
        let line = |(version, text): (i64, char)| Line {
            version,
            sha256: text.to_lowercase().to_string(),
            published: text.is_uppercase(),
        };
        let mut lines: Vec<Line> = (1..).zip(texts.chars()).map(line).collect();
        lines.reverse();
        lines
    }

    #[test]
    fn a_file_counts_unless_a_person_published_after_it() {
        let stored = |version, of_file| InForce::Stored { version, of_file };
        for (texts, file, expected) in [
            ("", "a", InForce::File(None)),
            ("a", "a", InForce::File(Some(1))),
            ("a", "b", InForce::File(None)),
            ("ab", "a", InForce::File(None)),
            ("aB", "b", InForce::File(Some(2))),
            ("aB", "a", stored(2, 1)),
            ("aB", "c", InForce::File(None)),
            // Somebody edited the file that was published; another machine has neither yet.
            ("aBc", "c", InForce::File(Some(3))),
            ("aBc", "a", stored(3, 1)),
            ("aBc", "b", InForce::File(None)),
            // A person went back to the first one.
            ("aBA", "a", InForce::File(Some(3))),
            ("aBA", "b", stored(3, 2)),
        ] {
            assert_eq!(in_force(&lines(texts), file), expected, "{texts} {file}");
        }
    }

    #[test]
    fn codes_are_read_back() {
        assert!(Matter::ALL.into_iter().all(|matter| Matter::from_code(matter.code()) == Some(matter)));
        assert!(ChangeState::ALL.into_iter().all(|state| ChangeState::from_code(state.code()) == Some(state)));
    }
}
