//! Parse, start, exit code.

use std::process::ExitCode;

use clap::Parser;

/// Rendering and SMTP are many small allocations on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    duly::cli::run(duly::cli::Cli::parse())
}
