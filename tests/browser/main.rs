//! Both faces of the program in a real browser: what people do, and whether everybody can.

#[path = "../support/database.rs"]
#[expect(dead_code, reason = "these tests need one kind of database")]
mod database;
#[path = "../support/smtp.rs"]
#[expect(dead_code, reason = "the relay can do more than these tests ask of it")]
mod smtp;

#[path = "../program/house.rs"]
#[expect(dead_code, reason = "the house can do more than these tests ask of it")]
mod house;
#[path = "../program/running.rs"]
#[expect(dead_code, reason = "the daemon can do more than these tests ask of it")]
mod running;
#[path = "../program/site.rs"]
#[expect(dead_code, reason = "these tests look at the page with a browser")]
mod site;

mod casework;
mod customer;
mod desk;
mod everybody;
mod finance;
mod look;
mod screen;
mod signing_in;
mod transfer;
