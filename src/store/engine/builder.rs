//! Statements of many rows.

use super::{query::Query, value::Value};

/// A statement put together from parts; each value stands as `?` in its text.
#[derive(Debug, Default)]
pub struct Builder<'q> {
    text: String,
    values: Vec<Value<'q>>,
}

/// Values with a separator between them.
pub struct Separated<'b, 'q> {
    builder: &'b mut Builder<'q>,
    first: bool,
}

impl<'q> Builder<'q> {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), values: Vec::new() }
    }

    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub fn push_bind(&mut self, value: impl Into<Value<'q>>) -> &mut Self {
        self.text.push('?');
        self.values.push(value.into());
        self
    }

    /// `VALUES (…), (…)`, a row for each item.
    pub fn push_values<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut row: impl FnMut(&mut Separated<'_, 'q>, T),
    ) {
        self.text.push_str("VALUES ");
        for (n, item) in items.into_iter().enumerate() {
            self.text.push_str(if n == 0 { "(" } else { ", (" });
            row(&mut Separated { builder: self, first: true }, item);
            self.text.push(')');
        }
    }

    /// `(…, …)`, all values of a list.
    pub fn push_list<T: Into<Value<'q>>>(&mut self, items: impl IntoIterator<Item = T>) -> &mut Self {
        self.text.push('(');
        let mut separated = Separated { builder: self, first: true };
        for item in items {
            separated.push_bind(item);
        }
        self.text.push(')');
        self
    }

    pub fn build(self) -> Query<'q> {
        Query::built(self.text, self.values)
    }
}

impl<'q> Separated<'_, 'q> {
    pub fn push_bind(&mut self, value: impl Into<Value<'q>>) -> &mut Self {
        if !self.first {
            self.builder.text.push_str(", ");
        }
        self.first = false;
        self.builder.push_bind(value);
        self
    }
}
