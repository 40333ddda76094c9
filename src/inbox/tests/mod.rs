use super::*;

mod corpus;
mod hostile;
mod pages;
mod sorting;

/// Our side of the tests.
const OURS: Ours<'static> = Ours { message_domain: "example.test", from: "accounts@example.test", verp: None };
