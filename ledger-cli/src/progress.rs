//! Progress of long commands: on a terminal, on standard error, and only once
//! a second has passed.

use std::{
    io::{IsTerminal, Write, stderr},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const QUIET: Duration = Duration::from_secs(1);

/// A bar that shows itself when it is worth it.
pub(crate) struct Progress {
    bar: ProgressBar,
    started: Instant,
    is_terminal: bool,
}

impl Progress {
    /// Nothing done yet of `total` things, such as `records`.
    pub(crate) fn new(total: u64, things: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        let template = format!("{{wide_bar}} {{percent}} % of {{len}} {things}, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        Self {
            bar,
            started: Instant::now(),
            is_terminal: stderr().is_terminal(),
        }
    }

    /// So much is done of so much.
    pub(crate) fn set(&self, done: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(done);
        if self.is_terminal && self.bar.is_hidden() && self.started.elapsed() >= QUIET {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Writes a line to standard error without tearing the bar.
    pub(crate) fn tell(&self, line: &str) {
        // Where standard error is gone, there is nobody to tell.
        self.bar.suspend(|| {
            let _ = writeln!(stderr(), "{line}");
        });
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
