//! A text as words with their places, in sentences and clauses.

use std::ops::Range;

use icu::normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// Letters before an apostrophe that are a word of their own (l'importo, d'accord); `don't` stays whole.
const ELIDED: &[&str] = &[
    "l", "d", "j", "n", "s", "c", "m", "t", "qu", "dell", "all", "nell", "sull", "dall", "un", "quell", "lorsqu",
    "jusqu",
];
/// A quotation shorter than this is a word in scare quotes, which the writer says too.
const QUOTED_WORDS: usize = 3;
/// Longer ones are an opening mark that nobody closed.
const QUOTED_BYTES: usize = 600;
/// Mail programs wrap longer lines; what is shorter was ended by hand.
const SHORT_LINE: usize = 45;

/// One word or number.
#[derive(Debug, Clone)]
pub struct Token {
    /// Where it stands in the text.
    pub at: Range<usize>,
    /// In lower case and composed.
    pub word: String,
    pub sentence: usize,
    /// Counted through the whole text: commas, brackets and dashes begin a new one, as sentences do.
    pub clause: usize,
}

/// A text as words.
pub struct Spoken<'a> {
    pub text: &'a str,
    pub tokens: Vec<Token>,
    /// For each sentence whether it is a question.
    asks: Vec<bool>,
    /// What stands in quotation marks: somebody else said it.
    quotations: Vec<Range<usize>>,
}

impl<'a> Spoken<'a> {
    pub fn new(text: &'a str) -> Self {
        let mut spoken = Self { text, tokens: Vec::new(), asks: vec![false], quotations: Vec::new() };
        let (mut clause, mut line_start, mut rest) = (0, 0, text.char_indices().peekable());
        while let Some((at, c)) = rest.next() {
            if c.is_alphanumeric() {
                let mut end = at + c.len_utf8();
                while let Some((_, c)) = rest.next_if(|(next, c)| goes_on(text, at, *next, *c)) {
                    end += c.len_utf8();
                }
                spoken.push(at..end, clause);
                continue;
            }
            let before = spoken.tokens.last().filter(|token| token.at.end == at).map_or("", |token| &token.word);
            match stop(c, &text[at + c.len_utf8()..], before, at - line_start) {
                Stop::None => {}
                Stop::Clause => clause += 1,
                Stop::Sentence => {
                    clause += 1;
                    spoken.end_sentence(c == '?' || c == '？');
                }
            }
            if c == '\n' {
                line_start = at + 1;
            }
        }
        spoken.quotations = spoken.find_quotations();
        spoken
    }

    fn push(&mut self, at: Range<usize>, clause: usize) {
        let word = self.text[at.clone()].to_lowercase().replace(['’', '´', '`'], "'");
        let word =
            if word.is_ascii() { word } else { ComposingNormalizerBorrowed::new_nfc().normalize(&word).into_owned() };
        self.tokens.push(Token { at, word, sentence: self.asks.len() - 1, clause });
    }

    fn end_sentence(&mut self, question: bool) {
        let current = self.asks.len() - 1;
        // "What?!" and "…": marks that follow each other end one sentence.
        if self.tokens.last().is_some_and(|token| token.sentence == current) {
            self.asks[current] |= question;
            self.asks.push(false);
        } else if current > 0 {
            self.asks[current - 1] |= question;
        }
    }

    pub fn asks(&self, sentence: usize) -> bool {
        self.asks.get(sentence).copied().unwrap_or_default()
    }

    /// Whether a place is inside of a quotation.
    pub fn is_quoted(&self, at: &Range<usize>) -> bool {
        let after = self.quotations.partition_point(|quotation| quotation.start <= at.start);
        after.checked_sub(1).is_some_and(|index| self.quotations[index].end >= at.end)
    }

    /// The tokens of the sentence in which a token stands.
    pub fn sentence(&self, token: usize) -> Range<usize> {
        let Some(sentence) = self.tokens.get(token).map(|token| token.sentence) else { return token..token };
        let start = self.tokens.partition_point(|token| token.sentence < sentence);
        start..self.tokens.partition_point(|token| token.sentence <= sentence)
    }

    /// What stands between a token and the next.
    pub fn after(&self, token: usize) -> &'a str {
        let start = self.tokens.get(token).map_or(self.text.len(), |token| token.at.end);
        let end = self.tokens.get(token + 1).map_or(self.text.len(), |token| token.at.start);
        &self.text[start..end]
    }

    /// What stands between a token and the one before.
    pub fn before(&self, token: usize) -> &'a str {
        let end = self.tokens.get(token).map_or(0, |token| token.at.start);
        &self.text[token.checked_sub(1).map_or(0, |before| self.tokens[before].at.end)..end]
    }

    fn find_quotations(&self) -> Vec<Range<usize>> {
        let (mut found, mut open): (Vec<Range<usize>>, Option<(usize, &str)>) = (Vec::new(), None);
        for (at, c) in self.text.char_indices() {
            match open {
                Some((start, closing)) if closing.contains(c) => {
                    let inside = self.tokens.partition_point(|t| t.at.start < at)
                        - self.tokens.partition_point(|t| t.at.start < start);
                    if at - start <= QUOTED_BYTES && inside >= QUOTED_WORDS {
                        found.push(start..at);
                        open = None;
                    } else {
                        // Perhaps it was an inch, and this mark opens.
                        open = opening(c).map(|closing| (at, closing)).filter(|_| at - start > QUOTED_BYTES);
                    }
                }
                Some((start, _)) if at - start <= QUOTED_BYTES => {}
                _ => open = opening(c).map(|closing| (at, closing)),
            }
        }
        found
    }
}

fn opening(c: char) -> Option<&'static str> {
    match c {
        '"' => Some("\""),
        '“' => Some("”"),
        '„' => Some("“”\""),
        '«' => Some("»"),
        '»' => Some("«"),
        _ => None,
    }
}

/// Whether a character belongs to the word that began at `start`.
fn goes_on(text: &str, start: usize, at: usize, c: char) -> bool {
    let next = || text[at + c.len_utf8()..].chars().next();
    let digits = || text[..at].ends_with(|c: char| c.is_ascii_digit()) && next().is_some_and(|c| c.is_ascii_digit());
    match c {
        _ if c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c) => true,
        '\'' | '’' | '´' | '`' => {
            let elided = at - start <= 8 && ELIDED.contains(&text[start..at].to_lowercase().as_str());
            digits() || (!elided && next().is_some_and(char::is_alphabetic))
        }
        '.' | ',' | '/' | ':' | '-' => digits(),
        _ => false,
    }
}

enum Stop {
    None,
    Clause,
    Sentence,
}

/// What a mark between words ends. `before` is the word right before it.
fn stop(c: char, rest: &str, before: &str, line: usize) -> Stop {
    let next = rest.chars().next().unwrap_or(' ');
    match c {
        '!' | '?' | '。' | '？' | '！' => Stop::Sentence,
        '.' if !next.is_whitespace() => Stop::None,
        '.' => {
            // `am 15. Dezember`, `Nr. 7`, `15.12. zahlen wir`: the point is part of the number or the short form.
            let number =
                before.starts_with(|c: char| c.is_ascii_digit()) && (before.len() <= 2 || before.contains('.'));
            let short = !before.is_empty()
                && before.chars().count() <= 4
                && rest.trim_start().starts_with(|c: char| c.is_ascii_digit());
            if number || short { Stop::None } else { Stop::Sentence }
        }
        '\n' => {
            let blank = rest.lines().next().is_none_or(|line| line.trim().is_empty());
            let bullet = next == '-' || next == '*' || next == '•';
            match (blank || bullet, line < SHORT_LINE) {
                (true, _) => Stop::Sentence,
                (_, true) => Stop::Clause,
                _ => Stop::None,
            }
        }
        ',' | ';' | ':' | '(' | ')' | '–' | '—' | '…' => Stop::Clause,
        '-' if next == ' ' => Stop::Clause,
        _ => Stop::None,
    }
}

/// A word as it may be written: as it is, without its accents, or as Germans write it without umlauts. An umlaut is
/// never just left out: that would make another word of it (`würde`, `wurde`).
pub fn spellings(word: &str) -> Vec<String> {
    let transcribed = UMLAUTS.iter().fold(word.to_owned(), |text, (one, two)| text.replace(one, two));
    let bare = DecomposingNormalizerBorrowed::new_nfd().normalize(&transcribed).into_owned();
    let bare: String = bare.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect();
    if bare == word { vec![bare] } else { vec![word.to_owned(), bare] }
}

const UMLAUTS: [(&str, &str); 5] = [("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("œ", "oe")];
