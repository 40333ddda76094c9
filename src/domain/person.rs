//! People who sign in, and what each may do.

use std::collections::BTreeSet;

use super::{
    audit::{CUSTOMER, DULY},
    case::staff::same_person,
    publication::Matter,
};

/// What a person was asked to do. Everybody who signs in may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Viewer,
    /// Works on cases, holds and promises.
    Reviewer,
    /// Schedules, offers, wording, imports and releases.
    Finance,
    /// Who else may sign in.
    Admin,
}

/// What a page or an act needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    Look,
    Review,
    Decide,
    People,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Reviewer, Self::Finance, Self::Admin];

    pub fn code(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Reviewer => "reviewer",
            Self::Finance => "finance",
            Self::Admin => "admin",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::Look => true,
            Permission::Review => self == Self::Reviewer,
            Permission::Decide => self == Self::Finance,
            Permission::People => self == Self::Admin,
        }
    }
}

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: i64,
    /// As it stands in the record of what was done.
    pub name: String,
    pub roles: BTreeSet<Role>,
}

impl Person {
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| role.may(permission))
    }
}

/// Letters of a name.
const NAME: usize = 80;
/// Letters of a password: short ones are guessed, and long ones cost time (OWASP ASVS 5.0, 6.2.1 and 6.2.9).
const SHORTEST: usize = 12;
const LONGEST: usize = 256;

/// What acts without being anybody: on record its acts are told from those of people by the name alone.
const NOBODY: [&str; 4] = [DULY, CUSTOMER, Matter::Policy.file_author(), Matter::Wording.file_author()];

/// A name as it is kept, or what is wrong with it.
pub fn name(text: &str) -> Result<String, String> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if NOBODY.iter().any(|nobody| same_person(nobody, &name)) {
        return Err(format!("`{name}` is not a person on the record: choose another name"));
    }
    match name.chars().count() {
        0 => Err("a person needs a name".to_owned()),
        1..=NAME if !name.chars().any(char::is_control) => Ok(name),
        _ => Err(format!("a name has at most {NAME} letters, and no control characters")),
    }
}

/// What is wrong with a new password, if anything. `known` are words that anybody could guess: names and the like.
pub fn weakness(password: &str, known: &[&str]) -> Option<String> {
    let letters = password.chars().count();
    if letters < SHORTEST {
        return Some(format!("too short: at least {SHORTEST} letters; a few words do"));
    }
    if letters > LONGEST {
        return Some(format!("too long: at most {LONGEST} letters"));
    }
    let plain = password.to_lowercase();
    let different: BTreeSet<char> = plain.chars().collect();
    // What is left when everything that anybody would try first is taken out.
    let guessed = known.iter().copied().chain([
        "password",
        "passwort",
        "duly",
        "qwerty",
        "qwertz",
        "1234567890",
        "welcome",
        "admin",
        "letmein",
    ]);
    let left = guessed
        .filter(|word| word.chars().count() > 2)
        .fold(plain, |left, word| left.replace(&word.to_lowercase(), ""));
    let easy = different.len() < 6 || left.chars().filter(|letter| letter.is_alphabetic()).count() < 5;
    easy.then(|| "too easy to guess: take some words that do not belong together".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_allow_what_they_are_for() {
        let may = |roles: &[Role]| {
            let person = Person { id: 1, name: "Ada".to_owned(), roles: roles.iter().copied().collect() };
            [Permission::Look, Permission::Review, Permission::Decide, Permission::People].map(|p| person.may(p))
        };
        assert_eq!(may(&[]), [false; 4]);
        assert_eq!(may(&[Role::Viewer]), [true, false, false, false]);
        assert_eq!(may(&[Role::Reviewer]), [true, true, false, false]);
        assert_eq!(may(&[Role::Finance]), [true, false, true, false]);
        assert_eq!(may(&[Role::Admin]), [true, false, false, true]);
        assert_eq!(may(&[Role::Reviewer, Role::Finance]), [true, true, true, false]);
        assert!(Role::ALL.into_iter().all(|role| Role::from_code(role.code()) == Some(role)));
    }

    #[test]
    fn names_and_passwords_are_looked_at() {
        assert_eq!(name("  Ada \t Clerk "), Ok("Ada Clerk".to_owned()));
        assert!(["Duly", "customer", "policy  FILE"].iter().all(|nobody| name(nobody).is_err()));
        assert!(name(" ").is_err() && name(&"x".repeat(81)).is_err() && name("a\u{7}b").is_err());
        for (password, good) in [
            ("short", false),
            ("aaaaaaaaaaaaaaaa", false),
            ("password1234", false),
            ("AdaClerk2026!", false),
            ("123456789012", false),
            ("correct horse battery", true),
            ("drei Wolken am Rand", true),
            ("été à la montagne", true),
        ] {
            assert_eq!(weakness(password, &["Ada Clerk", "Ada", "Clerk"]).is_none(), good, "{password}");
        }
        assert!(weakness(&"correct horse ".repeat(20), &[]).is_some());
    }
}
