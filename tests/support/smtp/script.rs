//! The language in which a test tells the relay what to do.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use super::Identity;

/// Where in the conversation the script applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum At {
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Recipient,
    Data,
    /// Amid the message, once its first bytes have come.
    Body,
    Dot,
    Reset,
}

/// What the relay does there; a stage has a list of these. A list without `Normal` and without `Say` answers nothing.
#[derive(Debug, Clone)]
pub enum Act {
    /// The answer that a well-behaved relay gives.
    Normal,
    /// This line.
    Say(&'static str),
    /// These bytes as they are.
    Raw(&'static [u8]),
    /// This line, one byte at a time with this pause.
    Trickle(&'static str, Duration),
    Wait(Duration),
    /// Says nothing more and reads nothing more, but keeps the connection.
    Silence,
    /// Hangs up.
    Close,
    /// After the final dot: keeps the message, whatever is said about it.
    Take,
}

/// Chooses what happens at a stage; `None` is what the script says otherwise.
type Mood = Arc<dyn Fn(At) -> Option<Vec<Act>> + Send + Sync>;

/// Transport security of the relay.
#[derive(Clone, Default)]
pub enum Security {
    #[default]
    None,
    Implicit(Arc<Identity>),
    StartTls(Arc<Identity>),
}

/// What the relay offers and how it misbehaves.
#[derive(Clone, Default)]
pub struct Script {
    pub security: Security,
    /// Lines of the EHLO reply besides STARTTLS and the name.
    pub extensions: Vec<&'static str>,
    /// Keeps only the headers of messages, when there are very many.
    pub headers_only: bool,
    /// Answers the first attempt for each recipient with 450.
    pub greylist: bool,
    /// Mailboxes whose address begins like this do not exist.
    pub unknown: Option<&'static str>,
    mood: Option<Mood>,
    next: HashMap<At, VecDeque<Vec<Act>>>,
    always: HashMap<At, Vec<Act>>,
}

impl Script {
    /// A relay with this EHLO reply.
    pub fn with(extensions: &[&'static str]) -> Self {
        Self { extensions: extensions.to_vec(), ..Self::default() }
    }

    pub fn secured(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    /// Keeps only the headers of messages.
    pub fn of_headers(mut self) -> Self {
        self.headers_only = true;
        self
    }

    pub fn greylisting(mut self) -> Self {
        self.greylist = true;
        self
    }

    pub fn without(mut self, unknown: &'static str) -> Self {
        self.unknown = Some(unknown);
        self
    }

    pub fn in_mood(mut self, mood: impl Fn(At) -> Option<Vec<Act>> + Send + Sync + 'static) -> Self {
        self.mood = Some(Arc::new(mood));
        self
    }

    /// What happens the next time (after those already scripted) that `at` is reached, on whatever connection.
    pub fn next(mut self, at: At, acts: &[Act]) -> Self {
        self.next.entry(at).or_default().push_back(acts.to_vec());
        self
    }

    /// What happens at `at` whenever nothing else is scripted.
    pub fn always(mut self, at: At, acts: &[Act]) -> Self {
        self.always.insert(at, acts.to_vec());
        self
    }

    pub fn acts(&mut self, at: At) -> Vec<Act> {
        let next = self.next.get_mut(&at).and_then(VecDeque::pop_front);
        let next = next.or_else(|| self.mood.as_ref()?(at));
        next.or_else(|| self.always.get(&at).cloned()).unwrap_or_else(|| vec![Act::Normal])
    }
}
