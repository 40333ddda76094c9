//! Inputs of a form with their meaning, unit and problem.

use crate::rules::desk::{
    fields::{Field, Kind, WEEK},
    form::{Form, Problems, box_of},
    words,
};

/// One input, or several boxes that belong together.
pub struct Input {
    pub name: String,
    pub label: String,
    pub unit: &'static str,
    pub hint: &'static str,
    pub problem: Option<String>,
    pub value: String,
    pub how: How,
}

pub enum How {
    /// Type of the input, and which keys a telephone shows.
    Text(&'static str, &'static str),
    Box,
    /// Code, words.
    Choice(Vec<(&'static str, &'static str)>),
    /// Name, words, whether it is ticked.
    Boxes(Vec<(String, &'static str, bool)>),
}

impl Input {
    pub fn of(field: &Field, form: &Form, problems: &Problems) -> Self {
        let value = form.get(field.key).cloned().unwrap_or_default();
        let how = match field.kind {
            Kind::Number => How::Text("text", "numeric"),
            Kind::Decimal => How::Text("text", "decimal"),
            Kind::Flag => How::Box,
            Kind::Choice(choices) => How::Choice(choices.to_vec()),
            Kind::Days => {
                let on = |day: &str| value.split(' ').any(|known| known == day);
                How::Boxes(WEEK.iter().map(|(day, name)| (box_of(field.key, day), *name, on(day))).collect())
            }
            Kind::Time | Kind::OptionalTime => How::Text("time", "text"),
            Kind::OptionalDate => How::Text("date", "text"),
        };
        Self { how, value, hint: field.hint, unit: field.unit, ..Self::text(field.key, field.label, form, problems) }
    }

    /// A text of any kind.
    pub fn text(name: &str, label: &str, form: &Form, problems: &Problems) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            unit: "",
            hint: "",
            problem: problems.get(name).cloned(),
            value: form.get(name).cloned().unwrap_or_default(),
            how: How::Text("text", "text"),
        }
    }

    /// What the input is described by, for whoever hears the page.
    pub fn described(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let problem = self.problem.is_some().then(|| format!("{}-problem", self.name));
        hint.into_iter().chain(problem).collect::<Vec<_>>().join(" ")
    }
}

/// A value in words, with its unit.
pub fn said(field: &Field, form: &Form) -> String {
    let value = form.get(field.key).map_or("", String::as_str);
    if value.is_empty() {
        return "none".to_owned();
    }
    let words = words::said(field.key, value);
    if field.unit.is_empty() { words } else { format!("{words} {}", field.unit) }
}
