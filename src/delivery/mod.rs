//! How a notice leaves the house.

pub mod smtp;
