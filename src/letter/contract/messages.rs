//! The messages of a catalogue as the contract needs them: variables, texts and lines.

use fluent_syntax::ast::{CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

/// More variants than this in one message are not spelled out; nobody writes them.
const MOST_TEXTS: usize = 64;

/// A message or a term.
pub struct Message {
    pub name: String,
    pub term: bool,
    pub line: usize,
    /// Variables it uses, each once.
    pub variables: Vec<String>,
    /// Functions and messages it refers to, which letters do not use.
    pub foreign: Vec<String>,
    /// Its text, once for each choice of variants; variables as `{$name}`.
    pub texts: Vec<String>,
    /// Variables that choose between variants.
    selectors: Vec<String>,
}

impl Message {
    /// Whether the variable stands in the text of each variant, or chooses between variants.
    pub fn said_everywhere(&self, name: &str) -> bool {
        let shown = format!("{{${name}}}");
        self.selectors.iter().any(|selector| selector == name) || self.texts.iter().all(|text| text.contains(&shown))
    }
}

/// All messages of a catalogue's source, in order.
pub fn of(source: &str) -> Vec<Message> {
    let resource = parser::parse(source).unwrap_or_else(|(resource, _)| resource);
    let read = |entry: &Entry<&str>| match entry {
        Entry::Message(message) => {
            message.value.as_ref().map(|value| self::read(message.id.name, false, value, source))
        }
        Entry::Term(term) => Some(self::read(term.id.name, true, &term.value, source)),
        _ => None,
    };
    resource.body.iter().filter_map(read).collect()
}

fn read(name: &str, term: bool, value: &Pattern<&str>, source: &str) -> Message {
    let mut message = Message {
        name: name.to_owned(),
        term,
        line: line_of(source, name, term),
        variables: Vec::new(),
        foreign: Vec::new(),
        texts: Vec::new(),
        selectors: Vec::new(),
    };
    message.texts = spell(value, &mut message);
    message.variables.sort();
    message.variables.dedup();
    message
}

/// The syntax tree keeps no positions; a message begins at the start of a line.
fn line_of(source: &str, name: &str, term: bool) -> usize {
    let begins = |line: &str| {
        let line = if term { line.strip_prefix('-')? } else { line };
        line.strip_prefix(name)?.trim_start().starts_with('=').then_some(())
    };
    source.lines().position(|line| begins(line).is_some()).map_or(1, |index| index + 1)
}

/// Every text that a pattern can become.
fn spell(pattern: &Pattern<&str>, message: &mut Message) -> Vec<String> {
    let mut texts = vec![String::new()];
    for element in &pattern.elements {
        let pieces = match element {
            PatternElement::TextElement { value } => vec![(*value).to_owned()],
            PatternElement::Placeable { expression: Expression::Inline(inline) } => vec![shown(inline, message)],
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                if let InlineExpression::VariableReference { id } = selector {
                    message.selectors.push(id.name.to_owned());
                }
                shown(selector, message);
                variants.iter().flat_map(|variant| spell(&variant.value, message)).collect()
            }
        };
        texts = texts
            .iter()
            .flat_map(|text| pieces.iter().map(move |piece| format!("{text}{piece}")))
            .take(MOST_TEXTS)
            .collect();
    }
    texts
}

/// An inline expression as text; what it uses is noted.
fn shown(inline: &InlineExpression<&str>, message: &mut Message) -> String {
    match inline {
        InlineExpression::StringLiteral { value } | InlineExpression::NumberLiteral { value } => (*value).to_owned(),
        InlineExpression::VariableReference { id } => {
            message.variables.push(id.name.to_owned());
            format!("{{${}}}", id.name)
        }
        InlineExpression::FunctionReference { id, arguments } => {
            message.foreign.push(format!("the function {}", id.name));
            arguments_used(arguments, message);
            String::new()
        }
        InlineExpression::MessageReference { id, .. } => {
            message.foreign.push(format!("the message `{}`", id.name));
            String::new()
        }
        InlineExpression::TermReference { arguments, .. } => {
            if let Some(arguments) = arguments {
                arguments_used(arguments, message);
            }
            String::new()
        }
        InlineExpression::Placeable { expression } => match expression.as_ref() {
            Expression::Inline(inner) => shown(inner, message),
            Expression::Select { selector, variants } => {
                shown(selector, message);
                variants.iter().flat_map(|variant| spell(&variant.value, message)).collect()
            }
        },
    }
}

fn arguments_used(arguments: &CallArguments<&str>, message: &mut Message) {
    for argument in &arguments.positional {
        shown(argument, message);
    }
}
