//! The pure core: data and rules, no clock, no database, no network, no files.
//!
//! Reading order: [`money`] and [`facts`] are the vocabulary; [`ledger`] says what is owed,
//! with [`discount`] and [`settle`] for prompt payment; [`policy`], [`block`] and [`evidence`]
//! say what stands in the way, with [`promise`], [`instalments`] and [`term`]; [`plan`] decides;
//! [`notice`] and [`case`] say what becomes of it,
//! [`evaluation`] measures how good the assessment was, [`breaker`] when sending stops for all, [`alarm`] when somebody should look; [`audit`] chains
//! what happened.

pub mod account_facts;
pub mod ageing;
pub mod alarm;
pub mod answer;
pub mod audit;
mod block;
pub mod breaker;
pub mod business_hours;
pub mod calendar;
pub mod case;
pub mod cohort;
pub mod discount;
pub mod evaluation;
pub mod evidence;
pub mod excerpt;
pub mod facts;
pub mod instalments;
pub mod ledger;
pub mod look;
pub mod mail;
pub mod money;
mod nearest;
pub mod notice;
pub mod page;
pub mod person;
pub mod plan;
pub mod policy;
pub mod promise;
pub mod reason;
pub mod record;
pub mod schedule;
mod settle;
pub mod term;
#[cfg(test)]
mod tests;
