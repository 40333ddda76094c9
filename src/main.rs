//! Parse, start, exit code.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    duly::cli::run(duly::cli::Cli::parse())
}
