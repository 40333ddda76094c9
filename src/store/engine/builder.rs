//! Statements of many rows.

use std::borrow::Cow;

use super::{query::Query, value::Value};

/// A statement put together from parts; each value stands as `?` in its text.
#[derive(Debug)]
pub struct Builder<'q> {
    query: Query<'q>,
}

/// Values with a separator between them.
pub struct Separated<'b, 'q> {
    builder: &'b mut Builder<'q>,
    first: bool,
}

impl<'q> Builder<'q> {
    #[track_caller]
    pub fn new(text: impl Into<String>) -> Self {
        Self { query: Query::new(Cow::Owned(text.into()), true) }
    }

    pub fn push(&mut self, text: &str) -> &mut Self {
        self.query.push_str(text);
        self
    }

    pub fn push_bind(&mut self, value: impl Into<Value<'q>>) -> &mut Self {
        self.query.push_value(value.into());
        self
    }

    /// `VALUES (…), (…)`, a row for each item.
    pub fn push_values<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut row: impl FnMut(&mut Separated<'_, 'q>, T),
    ) {
        self.query.push_str("VALUES ");
        for (n, item) in items.into_iter().enumerate() {
            self.query.push_str(if n == 0 { "(" } else { ", (" });
            row(&mut Separated { builder: self, first: true }, item);
            self.query.push_str(")");
        }
    }

    /// `(…, …)`, all values of a list. `IN ()` is no SQL, so an empty one holds a NULL, which nothing equals.
    pub fn push_list<T: Into<Value<'q>>>(&mut self, items: impl IntoIterator<Item = T>) -> &mut Self {
        self.query.push_str("(");
        let mut separated = Separated { builder: self, first: true };
        for item in items {
            separated.push_bind(item);
        }
        if separated.first {
            self.query.push_str("NULL");
        }
        self.query.push_str(")");
        self
    }

    pub fn build(self) -> Query<'q> {
        self.query
    }
}

impl<'q> Separated<'_, 'q> {
    pub fn push_bind(&mut self, value: impl Into<Value<'q>>) -> &mut Self {
        if !self.first {
            self.builder.push(", ");
        }
        self.first = false;
        self.builder.push_bind(value);
        self
    }
}
