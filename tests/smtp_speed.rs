//! How many messages a second go through, measured against Postfix's `smtp-sink`, with `smtp-source` beside it.
//!
//! Not a test of every day: `cargo test --test smtp_speed -- --ignored --nocapture`. Needs Postfix's two programs.

use std::{
    net::TcpListener,
    process::{Child, Command},
    time::{Duration, Instant},
};

use duly::delivery::smtp::{Conversation, Deadlines, Fence, Outcome, Relay, Tls};
use lettre::Address;
use tokio::task::JoinSet;

const MESSAGES: usize = 20_000;
const BYTES: usize = 8 * 1024;

/// The sink; ends with the test.
struct Sink {
    child: Child,
    port: u16,
}

impl Sink {
    fn start(options: &[&str]) -> Self {
        // A port that is free now: a second sink on a taken port would share the mail without an error.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let child = Command::new("smtp-sink").args(options).args(["-u", "nobody", &address, "1024"]).spawn().unwrap();
        let sink = Self { child, port };
        while std::net::TcpStream::connect(&address).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        sink
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn relay(port: u16) -> Relay {
    Relay {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        credentials: None,
        hello: "duly.example".to_owned(),
        deadlines: Deadlines::default(),
        extra_roots: Vec::new(),
    }
}

/// A message of `BYTES` in lines of 72 octets.
fn message() -> Vec<u8> {
    let mut message = b"Subject: speed\r\n\r\n".to_vec();
    while message.len() + 74 < BYTES {
        message.extend_from_slice(&[b'x'; 72]);
        message.extend_from_slice(b"\r\n");
    }
    message
}

/// Sends all messages over so many conversations; returns messages a second and the slowest message.
async fn ours(port: u16, conversations: usize) -> (f64, Duration) {
    let message = message();
    let (from, to): (Address, Address) = ("a@seller.example".parse().unwrap(), "b@buyer.example".parse().unwrap());
    let began = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..conversations {
        let (message, from, to) = (message.clone(), from.clone(), to.clone());
        workers.spawn(async move {
            let mut conversation = Conversation::open(&relay(port)).await.unwrap();
            let mut slowest = Duration::ZERO;
            for _ in 0..MESSAGES / conversations {
                let began = Instant::now();
                let fence = Fence::new(began, async { Ok(()) });
                let outcome = conversation.send(&from, &to, &message, fence).await;
                assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome}");
                slowest = slowest.max(began.elapsed());
            }
            conversation.close().await;
            slowest
        });
    }
    let slowest = workers.join_all().await.into_iter().max().unwrap();
    (MESSAGES as f64 / began.elapsed().as_secs_f64(), slowest)
}

/// The same with `smtp-source`, connections reused (`-d`); it does not pipeline.
fn theirs(port: u16, sessions: usize) -> f64 {
    let began = Instant::now();
    let (sessions, messages, bytes) = (sessions.to_string(), MESSAGES.to_string(), BYTES.to_string());
    let address = format!("127.0.0.1:{port}");
    let arguments = ["-d", "-s", &sessions, "-m", &messages, "-l", &bytes];
    assert!(Command::new("smtp-source").args(arguments).arg(&address).status().unwrap().success());
    MESSAGES as f64 / began.elapsed().as_secs_f64()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement; needs Postfix's smtp-sink and smtp-source"]
async fn messages_per_second() {
    for (name, options) in [("pipelined", &[][..]), ("one command at a time", &["-p"])] {
        let sink = Sink::start(options);
        for conversations in [1, 4, 16] {
            let (rate, slowest) = ours(sink.port, conversations).await;
            let reference = theirs(sink.port, conversations);
            println!("{name}, {conversations}: {rate:.0}/s, slowest {slowest:?}; smtp-source {reference:.0}/s");
            // A delayed acknowledgement costs 40 ms each time.
            assert!(rate > 100.0 * conversations as f64, "the conversation stalls");
        }
    }
}
