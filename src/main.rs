//! The command line of biaobu: arguments to library calls, results to files, mistakes to exit codes.

mod cli;

use std::process::ExitCode;

/// Many threads make and drop many small things.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
