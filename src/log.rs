//! The log, on standard error. Whatever that is, a full disk or a pipe that
//! nobody reads, it neither ends the server nor holds it up: lines go through a
//! bounded queue to a thread of their own, and are left out where it is full.

use std::{
    collections::HashMap,
    io::{self, IsTerminal, Write},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use tracing::{Event, Level, Subscriber, callsite::Identifier};
use tracing_subscriber::{
    EnvFilter, Layer, fmt::MakeWriter, layer::Context, layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// How many lines may wait for standard error to take them.
const QUEUE_LINES: usize = 1_024;
/// How often the same warning or error is logged in a round.
const SAME_MAX: u64 = 10;
const ROUND: Duration = Duration::from_secs(10);
/// How long the end waits for standard error to take what is left.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The way to the log.
#[derive(Clone)]
pub(crate) struct Log {
    lines: SyncSender<Message>,
    left_out: Arc<AtomicU64>,
}

enum Message {
    Line(Vec<u8>),
    End(SyncSender<()>),
}

/// Starts the log of this process: what `RUST_LOG` asks for, or all from `info`
/// up. A panic is logged too, as writing it to standard error could block.
///
/// # Errors
/// Where its thread cannot be started.
pub(crate) fn start() -> io::Result<Log> {
    let (lines, queue) = sync_channel(QUEUE_LINES);
    let left_out = Arc::new(AtomicU64::new(0));
    let repeats = Repeats::default();
    let printer = Printer {
        repeats: repeats.clone(),
        left_out: Arc::clone(&left_out),
    };
    thread::Builder::new()
        .name("log".into())
        .spawn(move || printer.run(&queue))?;
    let log = Log { lines, left_out };
    let fmt = tracing_subscriber::fmt::layer()
        .with_writer(log.clone())
        .log_internal_errors(false)
        .with_ansi(io::stderr().is_terminal());
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::registry()
        .with(filter)
        .with(repeats)
        .with(fmt)
        .init();
    std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    Ok(log)
}

impl Log {
    /// Logs a line as it is.
    pub(crate) fn line(&self, line: Vec<u8>) {
        if self.lines.try_send(Message::Line(line)).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Ends the log: waits up to a second for what was logged to be written.
    pub(crate) fn end(self) {
        let started = Instant::now();
        let (done, written) = sync_channel(1);
        let mut end = Message::End(done);
        // The queue may be full of what nobody reads.
        while let Err(TrySendError::Full(back)) = self.lines.try_send(end) {
            if started.elapsed() > LAST_WORDS {
                return;
            }
            end = back;
            thread::sleep(Duration::from_millis(10));
        }
        let _ = written.recv_timeout(LAST_WORDS.saturating_sub(started.elapsed()));
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> &'a Self {
        self
    }
}

/// Each write is a line, as the formatter writes them. None fails.
impl Write for &Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.line(line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The thread that writes.
struct Printer {
    repeats: Repeats,
    left_out: Arc<AtomicU64>,
}

impl Printer {
    fn run(&self, queue: &Receiver<Message>) {
        let mut round_ends = Instant::now() + ROUND;
        loop {
            let message = match queue.try_recv() {
                Err(TryRecvError::Empty) => {
                    self.tell_left_out();
                    queue.recv_timeout(round_ends.saturating_duration_since(Instant::now()))
                }
                Err(TryRecvError::Disconnected) => Err(RecvTimeoutError::Disconnected),
                Ok(message) => Ok(message),
            };
            match message {
                Ok(Message::Line(line)) => self.write(&line, 1),
                Ok(Message::End(done)) => {
                    self.tell_repeats();
                    self.tell_left_out();
                    let _ = done.send(());
                    return;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if Instant::now() >= round_ends {
                self.tell_repeats();
                round_ends = Instant::now() + ROUND;
            }
        }
    }

    /// What cannot be written is counted as left out.
    fn write(&self, text: &[u8], lines: u64) {
        if io::stderr().write_all(text).is_err() {
            self.left_out.fetch_add(lines, Ordering::Relaxed);
        }
    }

    fn tell_left_out(&self) {
        let count = self.left_out.swap(0, Ordering::Relaxed);
        if count > 0 {
            let text = format!(
                "timebank: {count} lines of the log were left out here: standard error did not take them\n"
            );
            self.write(text.as_bytes(), count);
        }
    }

    fn tell_repeats(&self) {
        for (event, count) in self.repeats.take() {
            let text = format!("timebank: {count} more of the log's {event} were left out\n");
            self.write(text.as_bytes(), 1);
        }
    }
}

/// Lets so many of the same warning or error through in a round, and counts the
/// others. There are as many kinds as places in the code.
#[derive(Clone, Default)]
struct Repeats(Arc<Mutex<HashMap<Identifier, Repeat>>>);

struct Repeat {
    event: &'static str,
    count: u64,
}

impl Repeats {
    /// Begins a new round; tells what was left out of the last one.
    fn take(&self) -> Vec<(&'static str, u64)> {
        let mut repeats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let over = repeats
            .drain()
            .filter(|(_, repeat)| repeat.count > SAME_MAX);
        over.map(|(_, repeat)| (repeat.event, repeat.count - SAME_MAX))
            .collect()
    }
}

impl<S: Subscriber> Layer<S> for Repeats {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let about = event.metadata();
        if *about.level() > Level::WARN {
            return true;
        }
        let mut repeats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let repeat = repeats.entry(about.callsite()).or_insert(Repeat {
            event: about.name(),
            count: 0,
        });
        repeat.count += 1;
        repeat.count <= SAME_MAX
    }
}
