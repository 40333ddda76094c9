//! Figures in the OpenMetrics format.

use prometheus_client::{
    encoding::text::encode,
    metrics::{family::Family, gauge::Gauge, info::Info},
    registry::Registry,
};

use super::ops::Seen;
use crate::{
    domain::{alarm::Kind, notice::State},
    store::watch::Pulse,
};

/// A figure for each value of one label.
type Labelled = Family<[(&'static str, &'static str); 1], Gauge>;

/// All figures. Of a database that does not answer there are none but that.
pub(super) fn text(seen: &Seen) -> Result<String, std::fmt::Error> {
    let mut all = Registry::with_prefix("duly");
    all.register("build", "The program", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
    figure(&mut all, "database_up", "1 while the database answers", seen.pulse.is_some().into());
    let doubted = seen.clock_doubt.is_some().into();
    figure(&mut all, "clock_doubted", "1 while the clock is not believed: nothing is swept or sent", doubted);
    if let Some(pulse) = &seen.pulse {
        add(&mut all, pulse, seen);
    }
    let mut text = String::new();
    encode(&mut text, &all)?;
    Ok(text)
}

fn add(all: &mut Registry, pulse: &Pulse, seen: &Seen) {
    let (states, alarms) = (Labelled::default(), Labelled::default());
    for state in State::ALL {
        let found = pulse.states.iter().find(|found| found.state == state.code());
        states.get_or_create(&[("state", state.code())]).set(found.map_or(0, |found| found.count));
    }
    for kind in Kind::ALL {
        let stands = pulse.alarms.iter().any(|alarm| alarm.kind() == kind);
        alarms.get_or_create(&[("kind", kind.code())]).set(stands.into());
    }
    all.register("notices", "Notices by state", states);
    all.register("alarm", "1 while somebody should look", alarms);
    let age = pulse.oldest_ready.map_or(0, |since| (seen.now - since).num_seconds());
    figure(all, "oldest_ready_age_seconds", "How long the oldest notice that may be sent has been ready", age);
    figure(all, "halt", "1 while sending is stopped", pulse.halted_since.is_some().into());
    figure(all, "workers", "Processes at work", pulse.workers as i64);
    if let Some(sweep) = pulse.last_sweep {
        let help = "When the last sweep ended that was not held back";
        figure(all, "last_sweep_finished_timestamp_seconds", help, sweep.finished_at.timestamp());
        figure(all, "last_sweep_expected", "Notices that it planned", sweep.expected);
        figure(all, "last_sweep_sent", "Those of them that were sent", sweep.sent);
    }
}

fn figure(all: &mut Registry, name: &str, help: &str, value: i64) {
    let gauge: Gauge = Gauge::default();
    gauge.set(value);
    all.register(name, help, gauge);
}
