//! `duly report delivery`: what was planned against what became of it, and what stands in the way.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::{
    output::{count, excerpt, printable, table},
    report::Rendered,
};
use crate::{
    app::{App, Failure},
    domain::{
        alarm::{Alarm, SweepFate},
        notice::State,
    },
    store::{halts::Halt, mails::MailRow, watch::Deferred, workers::AtWork},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Sweeps of so many days
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=3_660))]
    days: u32,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Reasons shown for which notices are put off.
const REASONS: i64 = 20;

struct Report {
    now: DateTime<Utc>,
    days: u32,
    /// By state, in the order of [`State::ALL`].
    notices: [i64; State::ALL.len()],
    /// Notices that were sent and came back.
    bounced: i64,
    /// The newest bounces, of the days that the report is about.
    bounces: Vec<MailRow>,
    /// Receipts of answers on the customer's page, by state.
    receipts: Vec<(String, i64)>,
    deferred: Vec<Deferred>,
    halt: Option<Halt>,
    alarms: Vec<Alarm>,
    workers: Vec<AtWork>,
    sweeps: Vec<SweepFate>,
}

pub async fn delivery(app: &App, args: &Args) -> Result<Rendered, Failure> {
    let (store, now) = (&app.store, app.clock.now());
    let states = store.notice_states().await?;
    let number = |state: State| states.iter().find(|found| found.state == state.code()).map_or(0, |found| found.count);
    let report = Report {
        now,
        days: args.days,
        notices: State::ALL.map(number),
        bounced: store.bounced().await?,
        bounces: store.bounces(now - Duration::days(args.days.into()), app.today(), REASONS).await?,
        receipts: store.receipt_states().await?,
        deferred: store.deferred(REASONS).await?,
        halt: store.halt().await?,
        alarms: store.alarms(app.rules.standard.policy.alarm, now).await?,
        workers: store.workers().await?,
        sweeps: store.sweep_fates(now - Duration::days(args.days.into()), now).await?,
    };
    Ok((report.text(app), report.json(app)))
}

impl Report {
    fn unexplained(&self, sweep: &SweepFate) -> u64 {
        sweep.unexplained(self.halt.is_some(), self.now)
    }

    fn text(&self, app: &App) -> String {
        let minute =
            |at: DateTime<Utc>| at.with_timezone(&app.settings.company.zone).format("%Y-%m-%d %H:%M").to_string();
        let mut text = String::new();
        for alarm in &self.alarms {
            text += &format!("ALARM: {alarm}\n");
        }
        if let Some(halt) = &self.halt {
            text += &format!("{}\n", printable(&halt.said(app.settings.company.zone)));
        }
        if !text.is_empty() {
            text += "\n";
        }
        let states = State::ALL
            .iter()
            .zip(self.notices)
            .map(|(state, number)| vec![state.code().replace('_', " "), number.to_string()]);
        text += &format!("Notices on {} {}\n", minute(self.now), app.settings.company.zone);
        text += &table(&["state", "number"], &[1], states);
        if self.bounced > 0 {
            text += &format!("{} came back.\n", count(self.bounced.unsigned_abs(), "notice", "notices"));
        }
        if !self.receipts.is_empty() {
            let states = self.receipts.iter().map(|(state, number)| format!("{number} {}", state.replace('_', " ")));
            text += &format!("Receipts of answers: {}.\n", states.collect::<Vec<_>>().join(", "));
        }
        if !self.bounces.is_empty() {
            let rows = self.bounces.iter().map(|mail| {
                let notice = mail.notice.map(|notice| notice.to_string()).unwrap_or_default();
                let account = mail.account.clone().unwrap_or_default();
                vec![notice, account, minute(mail.recorded_at), excerpt(&mail.made)]
            });
            text += &format!("\nCame back\n{}", table(&["notice", "account", "when", "what"], &[0], rows));
        }
        if !self.deferred.is_empty() {
            let rows = self.deferred.iter().map(|put_off| {
                let next = put_off.next_try.map(minute).unwrap_or_default();
                vec![put_off.number.to_string(), next, put_off.reason.clone()]
            });
            text += &format!("\nDeferred\n{}", table(&["number", "next try", "why"], &[0], rows));
        }
        text += "\nAt work\n";
        text += &match self.workers.is_empty() {
            true => "nobody\n".to_owned(),
            false => {
                let row = |worker: &AtWork| vec![worker.name.clone(), minute(worker.since), minute(worker.seen_at)];
                table(&["name", "since", "last sign of life"], &[], self.workers.iter().map(row))
            }
        };
        text + &self.sweeps_text(minute)
    }

    fn sweeps_text(&self, minute: impl Fn(DateTime<Utc>) -> String) -> String {
        let title = format!("\nSweeps of {} days that planned notices\n", self.days);
        if self.sweeps.is_empty() {
            return title + "none\n";
        }
        let rows = self.sweeps.iter().map(|sweep| {
            let SweepFate { id, as_of, finished_at, expected, sent, waiting, refused, in_doubt, withdrawn, .. } = sweep;
            let mut row = vec![id.to_string(), as_of.to_string(), minute(*finished_at)];
            row.extend([expected, sent, waiting, refused, in_doubt, withdrawn].map(u64::to_string));
            row.push(match self.unexplained(sweep) {
                0 => String::new(),
                number => format!("! {number} without a reason"),
            });
            row
        });
        let header = ["sweep", "for", "ended", "expected", "sent", "waiting", "refused", "in doubt", "withdrawn", ""];
        title + &table(&header, &[0, 3, 4, 5, 6, 7, 8], rows)
    }

    fn json(&self, app: &App) -> Value {
        let notices: serde_json::Map<_, _> = State::ALL
            .iter()
            .zip(self.notices)
            .map(|(state, number)| (state.code().to_owned(), number.into()))
            .collect();
        let deferred = self.deferred.iter().map(|put_off| {
            json!({
                "reason": printable(&put_off.reason), "number": put_off.number,
                "next_try": put_off.next_try.map(instant),
            })
        });
        let alarms = self.alarms.iter().map(|alarm| json!({ "kind": alarm.kind().code(), "what": alarm.to_string() }));
        let workers = self.workers.iter().map(|worker| {
            json!({ "name": worker.name, "since": instant(worker.since), "last_sign": instant(worker.seen_at) })
        });
        let sweeps = self.sweeps.iter().map(|sweep| {
            json!({
                "sweep": sweep.id, "as_of": sweep.as_of.to_string(), "finished_at": instant(sweep.finished_at),
                "expected": sweep.expected, "sent": sweep.sent, "waiting": sweep.waiting, "refused": sweep.refused,
                "in_doubt": sweep.in_doubt, "withdrawn": sweep.withdrawn, "unexplained": self.unexplained(sweep),
            })
        });
        json!({
            "at": instant(self.now), "company": app.settings.company.code, "days": self.days, "notices": notices,
            "bounced": self.bounced,
            "receipts": self.receipts.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
            "bounces": self.bounces.iter().map(|mail| json!({
                "notice": mail.notice, "account": mail.account, "at": instant(mail.recorded_at),
                "what": printable(&mail.made),
            })).collect::<Vec<_>>(),
            "deferred": deferred.collect::<Vec<_>>(), "alarms": alarms.collect::<Vec<_>>(),
            "halt": self.halt.as_ref().map(|halt| json!({ "since": instant(halt.since), "why": printable(&halt.why) })),
            "workers": workers.collect::<Vec<_>>(), "sweeps": sweeps.collect::<Vec<_>>(),
        })
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
