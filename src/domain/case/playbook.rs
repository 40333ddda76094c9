//! How a kind of case is worked on: questions, steps, and the beginning of a reply.
//!
//! Playbooks are files that staff edit, one a kind. What the practice asks for cannot be edited out:
//! all is out before a solution, an acknowledgement without excuses, a written confirmation, a
//! follow-up, a cause. Whether a draft sounds right is the wording contract's to say.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{CaseKind, reason::CASE_REASONS};
use crate::domain::nearest::did_you_mean;

/// What whoever works on a case of this kind goes by.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    pub title: Spanned<String>,
    /// The stated problem is often not the real one.
    questions: Vec<Spanned<String>>,
    /// In the order in which they are taken.
    #[serde(rename = "step")]
    pub steps: Vec<PlayStep>,
    /// Beginnings of a reply by language.
    acknowledgement: Drafts,
    /// What is different for a reason, by its code.
    #[serde(default, rename = "reason")]
    reasons: BTreeMap<Spanned<String>, Situation>,
}

type Drafts = BTreeMap<String, Spanned<String>>;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlayStep {
    code: Spanned<String>,
    say: Spanned<String>,
    /// Whether it may be left out.
    #[serde(default)]
    pub optional: bool,
}

/// A reason that needs questions of its own, and perhaps another reply.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Situation {
    questions: Vec<Spanned<String>>,
    #[serde(default)]
    acknowledgement: Drafts,
}

/// By when a step is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    FirstResponse,
    Resolve,
    FollowUp,
}

/// Steps that no playbook may leave out, in the order that they must have.
const NEEDED: [(&str, &str); 8] = [
    ("listen", "hear the customer out first"),
    ("acknowledge", "acknowledge, without excuses"),
    ("all_out", "ask whether that is everything, before a solution"),
    ("wish", "ask what would put it right"),
    ("agree", "agree on a solution"),
    ("confirm", "confirm it in writing"),
    ("follow_up", "ask some days later whether all is well"),
    ("close", "note the cause"),
];

impl PlayStep {
    pub fn code(&self) -> &str {
        self.code.get_ref()
    }

    /// What to do, in a sentence.
    pub fn say(&self) -> &str {
        self.say.get_ref()
    }

    /// Which of the case's due times it has, if any.
    pub fn due(&self) -> Option<Due> {
        match self.code() {
            "acknowledge" => Some(Due::FirstResponse),
            "agree" => Some(Due::Resolve),
            "follow_up" => Some(Due::FollowUp),
            _ => None,
        }
    }
}

impl Playbook {
    /// Questions for the reason, if there is one, and those of the kind.
    pub fn questions(&self, reason: Option<&str>) -> impl Iterator<Item = &str> {
        let own = self.situation(reason).into_iter().flat_map(|situation| &situation.questions);
        own.chain(&self.questions).map(|question| question.get_ref().as_str())
    }

    /// The beginning of a reply with the language that it is in: of the first locale that has one
    /// (`de-AT` takes `de`), the reason's own before the kind's.
    pub fn acknowledgement(&self, reason: Option<&str>, locales: &[&str]) -> Option<(&str, &str)> {
        let own = self.situation(reason).map(|situation| &situation.acknowledgement);
        let drafts = || own.into_iter().chain([&self.acknowledgement]);
        let of = |locale: &&str| drafts().find_map(|drafts| nearest(drafts, locale));
        locales.iter().find_map(of)
    }

    /// All drafts with their language, for the wording contract.
    pub fn drafts(&self) -> impl Iterator<Item = (&str, &Spanned<String>)> {
        let own = self.reasons.values().map(|situation| &situation.acknowledgement);
        own.chain([&self.acknowledgement]).flatten().map(|(locale, draft)| (locale.as_str(), draft))
    }

    /// Leaves out drafts that may not be used.
    pub fn keep_drafts(&mut self, may: impl Fn(&str, &str) -> bool) {
        let own = self.reasons.values_mut().map(|situation| &mut situation.acknowledgement);
        for drafts in own.chain([&mut self.acknowledgement]) {
            drafts.retain(|locale, draft| may(locale, draft.get_ref()));
        }
    }

    fn situation(&self, reason: Option<&str>) -> Option<&Situation> {
        let reason = reason?;
        self.reasons.iter().find(|(code, _)| code.get_ref() == reason).map(|(_, situation)| situation)
    }

    /// What is wrong with it, each with its place (a byte of the file).
    pub fn problems(&self, kind: CaseKind) -> Vec<(usize, String)> {
        let mut found = self.blanks();
        found.extend(self.step_problems());
        for code in self.reasons.keys() {
            let known = || CASE_REASONS.iter().filter(|reason| reason.kind == kind).map(|reason| reason.code);
            if !known().any(|known| known == code.get_ref()) {
                let hint = did_you_mean(code.get_ref(), known());
                let what = format!("`{}` is no reason of a case of kind `{}`{hint}", code.get_ref(), kind.code());
                found.push((code.span().start, what));
            }
        }
        found
    }

    fn blanks(&self) -> Vec<(usize, String)> {
        let own = self.reasons.values().flat_map(|situation| &situation.questions);
        let texts = own.chain(&self.questions).chain([&self.title]).chain(self.steps.iter().map(|step| &step.say));
        let texts = texts.chain(self.drafts().map(|(_, draft)| draft));
        let empty = texts.filter(|text| text.get_ref().trim().is_empty());
        let mut found: Vec<_> = empty.map(|text| (text.span().start, "this text is empty".to_owned())).collect();
        if self.questions.is_empty() {
            found.push((
                self.title.span().start,
                "`questions` is empty: the first reason named is often not the real one".to_owned(),
            ));
        }
        found
    }

    /// Each code once; the needed ones are there, in their order, and not optional.
    fn step_problems(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (at, step) in self.steps.iter().enumerate() {
            let (code, place) = (step.code(), step.code.span().start);
            if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
                found.push((place, format!("step `{code}`: a code has small letters and `_` only")));
            }
            if self.steps[..at].iter().any(|earlier| earlier.code() == code) {
                found.push((place, format!("step `{code}` stands here a second time")));
            }
            if step.optional && NEEDED.iter().any(|(needed, _)| *needed == code) {
                found.push((place, format!("step `{code}` must not be optional")));
            }
        }
        let mut last: Option<(usize, &str)> = None;
        for (code, why) in NEEDED {
            let Some(at) = self.steps.iter().position(|step| step.code() == code) else {
                found.push((self.title.span().start, format!("the step `{code}` is missing: {why}")));
                continue;
            };
            match last {
                Some((before, name)) if at < before => {
                    let place = self.steps[at].code.span().start;
                    found.push((place, format!("step `{code}` must come after `{name}`: {why}")));
                }
                _ => last = Some((at, code)),
            }
        }
        found
    }
}

/// The draft of a locale, or of the part of it that there is.
fn nearest<'a>(drafts: &'a Drafts, locale: &str) -> Option<(&'a str, &'a str)> {
    let mut rest = locale;
    loop {
        if let Some((tag, draft)) = drafts.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(rest)) {
            return Some((tag, draft.get_ref().trim()));
        }
        rest = rest.rsplit_once(['-', '_'])?.0;
    }
}

#[cfg(test)]
mod tests;
