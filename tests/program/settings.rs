//! Settings and policies: what is refused, and how that is said.
