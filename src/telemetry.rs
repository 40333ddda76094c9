//! Logs: to standard error, readable or as JSON; what never to log is masked here.

use std::{fmt, io::IsTerminal};

use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// Starts logging with a filter like `info` or `duly=debug`.
pub fn start(filter: &str, format: LogFormat) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    // Its trace shows every command, with the password and customers' mails.
    let filter = match "async_imap::imap_stream=off".parse() {
        Ok(silence) => filter.add_directive(silence),
        Err(_) => filter,
    };
    let colours = std::io::stderr().is_terminal();
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(colours);
    let registry = tracing_subscriber::registry().with(filter);
    // A second start, e.g. in a test, keeps the first one.
    let _ = match format {
        LogFormat::Text => registry.with(layer).try_init(),
        LogFormat::Json => registry.with(layer.json()).try_init(),
    };
}

/// An email address as it may be logged: `a…@example.test`.
#[derive(Debug, Clone, Copy)]
pub struct Masked<'a>(pub &'a str);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.rsplit_once('@') {
            Some((local, domain)) => write!(f, "{}…@{domain}", local.chars().next().unwrap_or('…')),
            None => f.write_str("…"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Masked;

    #[test]
    fn addresses_are_masked() {
        let cases =
            [("ada.clerk@example.test", "a…@example.test"), ("é@x", "é…@x"), ("no address", "…"), ("@x", "……@x")];
        for (plain, masked) in cases {
            assert_eq!(Masked(plain).to_string(), masked);
        }
    }
}
