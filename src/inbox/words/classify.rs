//! From phrases to what was said: negation, questions, conditions, days and amounts.

use std::{collections::BTreeSet, ops::Range};

use super::{
    Finding, Mail, READ_BYTES, Replies, ReplyKind, Said, amount,
    language::{Language, Sign},
    lexicon::{Hit, Lexicon},
    spoken::Spoken,
    when::{Days, Mention},
};

/// Most findings of one language; more is no letter of a person.
const FINDINGS: usize = 100;
/// Words around a phrase in which its day, amount and conditions stand, in a sentence without end.
const SENTENCE: usize = 60;
/// Words over which "not" reaches forward.
const NOT_REACH: usize = 4;
/// Words over which "if" reaches forward to "paid".
const IF_REACH: usize = 8;
/// Words after "reference" in which the reference stands.
const REFERENCE_REACH: usize = 4;
/// Words of a mail of thanks, with greeting and name.
const THANKS: usize = 30;
/// Usual words beside the thanks: "with kind regards".
const BESIDE_THANKS: usize = 1;
/// Longest reference (SEPA's remittance identification).
const REFERENCE_BYTES: usize = 35;

/// Reads what a person wrote (without quotes).
pub fn classify(written: &str, mail: &Mail<'_>, replies: &Replies) -> Said {
    let text = &written[..written.floor_char_boundary(READ_BYTES)];
    let spoken = Spoken::new(text);
    let heard = heard(&spoken, mail, replies);
    let mut findings: Vec<Finding> = Vec::new();
    for language in &heard {
        findings.extend(Reader::new(&spoken, mail, language).findings());
    }
    findings.sort_by_key(|finding| (finding.words.start, finding.kind.rank(), finding.words.end));
    findings.dedup_by(|one, other| one.kind == other.kind && one.words == other.words);
    let main = findings.iter().map(|finding| &finding.kind).min_by_key(|kind| kind.rank());
    let main = main.filter(|kind| **kind != ReplyKind::Thanks || only_thanks(&spoken, &heard, &findings));
    Said { main: main.cloned().unwrap_or(ReplyKind::Other), findings }
}

/// Whether nothing is said but thanks. "Thank you, but …" may be a complaint in words that no list has: so no "but",
/// no "not", and beside the clauses of the thanks hardly a word of which sentences are made.
fn only_thanks(spoken: &Spoken<'_>, languages: &[&Language], thanks: &[Finding]) -> bool {
    let clauses: BTreeSet<usize> = thanks
        .iter()
        .map(|finding| spoken.tokens.partition_point(|token| token.at.end <= finding.words.start))
        .filter_map(|token| spoken.tokens.get(token).map(|token| token.clause))
        .collect();
    let takes_back = |language: &Language, at: usize| {
        let lists = [&language.but, &language.not, &language.no];
        lists.into_iter().any(|list| list.longest(spoken, at).is_some())
    };
    let beside = |language: &Language| {
        let more = spoken.tokens.iter().filter(|token| !clauses.contains(&token.clause));
        more.filter(|token| language.common.contains(&token.word)).count()
    };
    spoken.tokens.len() <= THANKS
        && languages.iter().all(|language| {
            beside(language) <= BESIDE_THANKS && (0..spoken.tokens.len()).all(|at| !takes_back(language, at))
        })
}

/// The languages of a text: those of whose usual words it has at least half as many as of the best. A text that has
/// none is read in the account's language first of all, and in the others if that finds nothing.
fn heard<'r>(spoken: &Spoken<'_>, mail: &Mail<'_>, replies: &'r Replies) -> Vec<&'r Language> {
    let usual = |language: &Language| {
        let words = spoken.tokens.iter().filter(|token| language.common.contains(&token.word));
        words.map(|token| &token.word).collect::<BTreeSet<_>>().len()
    };
    let counted: Vec<(&Language, usize)> = replies.languages().iter().map(|one| (one, usual(one))).collect();
    let best = counted.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let own = |language: &Language| mail.locale.split(['-', '_']).next().is_some_and(|tag| tag == language.code);
    let loud = |(language, count): &(&Language, usize)| *count * 2 >= best.max(1) || (best <= 1 && own(language));
    let heard: Vec<&Language> = counted.iter().filter(|one| loud(one)).map(|(language, _)| *language).collect();
    if best == 0 { replies.languages().iter().collect() } else { heard }
}

struct Reader<'a> {
    spoken: &'a Spoken<'a>,
    mail: &'a Mail<'a>,
    language: &'a Language,
    /// All days of the text, in order.
    days: Vec<Mention>,
}

impl<'a> Reader<'a> {
    fn new(spoken: &'a Spoken<'a>, mail: &'a Mail<'a>, language: &'a Language) -> Self {
        // Day and month change places in the United States and in a few more.
        let month_first = ["en-US", "en_US", "en-PH", "es-US", "es-PR"].contains(&mail.locale);
        let reader = Days { spoken, calendar: &language.calendar, month_first };
        let (mut days, mut at) = (Vec::new(), 0);
        while at < spoken.tokens.len() {
            let sentence = spoken.sentence(at);
            at = sentence.end;
            days.extend(reader.find(sentence));
        }
        Self { spoken, mail, language, days }
    }

    fn findings(&self) -> Vec<Finding> {
        let hits = self.hits();
        let paid: BTreeSet<usize> =
            hits.iter().filter(|hit| hit.what == Sign::Paid).map(|hit| self.sentence_of(hit)).collect();
        let mut findings: Vec<Finding> = Vec::new();
        for hit in &hits {
            let kind = match hit.what {
                Sign::NotTheDebtor => Some((ReplyKind::NotTheDebtor, None)),
                Sign::Service => Some((ReplyKind::ServiceProtest, None)),
                Sign::Billing => Some((ReplyKind::BillingDispute, None)),
                Sign::Paid => Some(self.paid(hit)),
                Sign::CannotPay => Some((ReplyKind::CannotPay { instalments: false }, None)),
                Sign::Instalments => Some((ReplyKind::CannotPay { instalments: true }, None)),
                Sign::Promise => Some(self.promise(hit)),
                Sign::Payment if paid.contains(&self.sentence_of(hit)) => None,
                Sign::Payment => {
                    Some(self.promise(hit)).filter(|(kind, _)| kind.rank() < ReplyKind::CopyRequest.rank())
                }
                Sign::CopyRequest => Some((ReplyKind::CopyRequest, None)),
                Sign::WrongContact => Some((ReplyKind::WrongContact, None)),
                Sign::Administrative => Some((ReplyKind::Administrative, None)),
                Sign::Stalling => Some((ReplyKind::Stalling, None)),
                Sign::Thanks => Some((ReplyKind::Thanks, None)),
            };
            if let Some((kind, more)) = kind {
                let own = self.bytes(hit.first()..hit.last() + 1);
                let words = more.map_or(own.clone(), |more| own.start.min(more.start)..own.end.max(more.end));
                findings.push(Finding { kind, words, language: self.language.code.clone() });
            }
        }
        one_promise_a_day(findings)
    }

    /// All phrases that are meant, in the order of the text; of two readings of the same words the longer.
    fn hits(&self) -> Vec<Hit<Sign>> {
        let mut hits: Vec<Hit<Sign>> = Vec::new();
        for token in 0..self.spoken.tokens.len() {
            hits.extend(self.language.signs.at(self.spoken, token));
            if hits.len() > FINDINGS {
                break;
            }
        }
        let within = |one: &Hit<Sign>, other: &Hit<Sign>| {
            one.words.len() < other.words.len() && one.words.iter().all(|word| other.words.contains(word))
        };
        let longest = |hit: &&Hit<Sign>| !hits.iter().any(|other| within(hit, other));
        let meant: Vec<Hit<Sign>> = hits.iter().filter(longest).filter(|hit| self.is_meant(hit)).cloned().collect();
        let first = |at: usize, hit: &Hit<Sign>| {
            !meant[..at]
                .iter()
                .any(|other| other.what == hit.what && other.first() <= hit.first() && hit.first() <= other.last())
        };
        meant.iter().enumerate().filter(|(at, hit)| first(*at, hit)).map(|(_, hit)| hit.clone()).collect()
    }

    fn is_meant(&self, hit: &Hit<Sign>) -> bool {
        let asks = self.spoken.asks(self.sentence_of(hit));
        let quoted = self.spoken.is_quoted(&self.bytes(hit.first()..hit.last() + 1));
        let promise = matches!(hit.what, Sign::Promise | Sign::Payment);
        !quoted
            && !self.is_denied(hit)
            && !(promise && (asks || self.depends(hit, self.sentence(hit))))
            && !(hit.what == Sign::Paid && (self.is_later(hit) || self.depends(hit, self.ahead(hit, IF_REACH))))
    }

    /// Whether a "not" takes it back. A phrase that has one of its own means it, and what is not there ("no order
    /// number") is just what holds up the payment.
    fn is_denied(&self, hit: &Hit<Sign>) -> bool {
        if hit.what == Sign::Administrative {
            return false;
        }
        let stands = |list: &Lexicon<()>, token: usize| list.longest(self.spoken, token).is_some();
        let own = hit.words.iter().any(|word| stands(&self.language.not, *word) || stands(&self.language.no, *word));
        let gaps = (hit.first()..hit.last()).filter(|token| !hit.words.contains(token));
        let near = self.ahead(hit, NOT_REACH).chain(gaps);
        let clause = self.spoken.tokens[hit.last()].clause;
        // "Wir zahlen das nicht": the verb comes first.
        let behind = (hit.last() + 1..self.spoken.tokens.len().min(hit.last() + 1 + NOT_REACH))
            .filter(|token| self.spoken.tokens[*token].clause == clause);
        let promise = matches!(hit.what, Sign::Promise | Sign::Payment);
        let next = hit.first().checked_sub(1).filter(|token| self.same_clause(*token, hit));
        !own && (near.into_iter().any(|token| stands(&self.language.not, token))
            || next.is_some_and(|token| stands(&self.language.no, token))
            || (promise && behind.into_iter().any(|token| stands(&self.language.not_after, token))))
    }

    /// Whether "paid" lies in the future: "will be paid".
    fn is_later(&self, hit: &Hit<Sign>) -> bool {
        let gaps = (hit.first()..hit.last()).filter(|token| !hit.words.contains(token));
        let mut near = self.ahead(hit, self.language.later_reach).chain(gaps);
        near.any(|token| self.language.later.longest(self.spoken, token).is_some())
    }

    /// Whether a condition stands in a range of tokens.
    fn depends(&self, hit: &Hit<Sign>, tokens: Range<usize>) -> bool {
        let mut outside = tokens.filter(|token| !hit.words.contains(token));
        outside.any(|token| self.language.condition.longest(self.spoken, token).is_some())
    }

    /// The few words before a phrase, in its clause.
    fn ahead(&self, hit: &Hit<Sign>, reach: usize) -> Range<usize> {
        let start = hit.first().saturating_sub(reach);
        let start = (start..hit.first()).find(|token| self.same_clause(*token, hit));
        start.unwrap_or(hit.first())..hit.first()
    }

    fn same_clause(&self, token: usize, hit: &Hit<Sign>) -> bool {
        self.spoken.tokens[token].clause == self.spoken.tokens[hit.first()].clause
    }

    fn sentence_of(&self, hit: &Hit<Sign>) -> usize {
        self.spoken.tokens[hit.first()].sentence
    }

    /// The sentence of a phrase, or as much of it as anybody would read.
    fn sentence(&self, hit: &Hit<Sign>) -> Range<usize> {
        let whole = self.spoken.sentence(hit.first());
        whole.start.max(hit.first().saturating_sub(SENTENCE))..whole.end.min(hit.last() + 1 + SENTENCE)
    }

    /// The days that are told within some tokens.
    fn days(&self, tokens: Range<usize>) -> impl Iterator<Item = &Mention> {
        let first = self.days.partition_point(|day| day.tokens.start < tokens.start);
        self.days[first..].iter().take_while(move |day| day.tokens.end <= tokens.end)
    }

    /// A promise with the first day to come after its words, else in its sentence, else in the next; and an amount.
    fn promise(&self, hit: &Hit<Sign>) -> (ReplyKind, Option<Range<usize>>) {
        let sentence = self.sentence(hit);
        let to_come = |tokens: Range<usize>| {
            self.days(tokens).find_map(|day| Some((day.told.to_come(self.mail.date)?, day.tokens.clone())))
        };
        let next = || self.spoken.sentence(sentence.end);
        let day = to_come(hit.first()..sentence.end)
            .or_else(|| to_come(sentence.clone()))
            .or_else(|| to_come(next()).filter(|_| hit.what == Sign::Promise && next().len() <= NOT_REACH + 2));
        let amount = amount::find(self.spoken, hit.first()..sentence.end, self.mail.currency)
            .or_else(|| amount::find(self.spoken, sentence, self.mail.currency));
        let place = day.as_ref().map(|(_, tokens)| self.bytes(tokens.clone()));
        let place = union(place, amount.as_ref().map(|(_, place)| place.clone()));
        (ReplyKind::Promise { date: day.map(|(date, _)| date), amount: amount.map(|(money, _)| money) }, place)
    }

    /// A payment with the last day in its sentence that has gone, and its reference.
    fn paid(&self, hit: &Hit<Sign>) -> (ReplyKind, Option<Range<usize>>) {
        let gone = |day: &Mention| Some((day.told.gone(self.mail.date)?, day.tokens.clone()));
        let sentence = self.sentence(hit);
        let day = self.days(sentence.clone()).find_map(gone);
        let next = sentence.start..self.spoken.sentence(sentence.end).end.max(sentence.end);
        let reference = self.reference(next);
        let place = day.as_ref().map(|(_, tokens)| self.bytes(tokens.clone()));
        (ReplyKind::PaidAlready { date: day.map(|(date, _)| date), reference }, place)
    }

    /// What stands after "reference": a word with a figure in it, and what is joined to it.
    fn reference(&self, tokens: Range<usize>) -> Option<String> {
        tokens.clone().find_map(|token| {
            let last = self.language.reference.longest(self.spoken, token)?.last();
            let reach = (last + 1..tokens.end.min(last + 1 + REFERENCE_REACH)).take(REFERENCE_REACH);
            let start =
                reach.into_iter().find(|at| self.spoken.tokens[*at].word.bytes().any(|byte| byte.is_ascii_digit()))?;
            let from = self.spoken.tokens[start].at.start;
            // `TRX-2026-7` has letters before its first figure.
            let back = self.spoken.text[..from]
                .trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "-/_".contains(c))
                .len();
            let rest = &self.spoken.text[back..];
            let length = rest.find(|c: char| !(c.is_alphanumeric() || "-/_.".contains(c))).unwrap_or(rest.len());
            let reference = rest[..length].trim_end_matches(['.', '-', '/']);
            (reference.len() <= REFERENCE_BYTES).then(|| reference.to_owned())
        })
    }

    fn bytes(&self, tokens: Range<usize>) -> Range<usize> {
        let first = self.spoken.tokens.get(tokens.start).map_or(0, |token| token.at.start);
        let last = tokens.end.checked_sub(1).and_then(|last| self.spoken.tokens.get(last));
        first..last.map_or(first, |token| token.at.end)
    }
}

fn union(one: Option<Range<usize>>, other: Option<Range<usize>>) -> Option<Range<usize>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.start.min(other.start)..one.end.max(other.end)),
        (one, other) => one.or(other),
    }
}

/// "We will pay. Payment goes out on Friday": of equal promises the first, and none without a day beside one with it.
fn one_promise_a_day(findings: Vec<Finding>) -> Vec<Finding> {
    let dated = |kind: &ReplyKind| matches!(kind, ReplyKind::Promise { date: Some(_), .. });
    let any = findings.iter().any(|finding| dated(&finding.kind));
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        let promise = matches!(finding.kind, ReplyKind::Promise { .. });
        let again = promise && kept.iter().any(|other| other.kind == finding.kind);
        let vague = promise && any && !dated(&finding.kind);
        if !again && !vague {
            kept.push(finding);
        }
    }
    kept
}
