//! The command line of biaobu: arguments to library calls, results to files, mistakes to exit codes.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
