//! Places at which the fault campaign lets the process die or stand still.
//!
//! `DULY_FAILPOINT=name[:count][=kill|stop]`: when this place is reached for the count-th time (the first if left out),
//! the process sends itself SIGKILL (if left out) or SIGSTOP. Only with `debug_assertions`: in a release build [`hit`]
//! is empty and the names are gone.

#[cfg(debug_assertions)]
pub use armed::{arm, hit};

#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn hit(_name: &'static str) {}

#[cfg(debug_assertions)]
mod armed {
    use std::{
        sync::{
            OnceLock,
            atomic::{AtomicU32, Ordering},
        },
        time::Duration,
    };

    use rustix::process::{Signal, getpid, kill_process};

    /// All places, in the order in which work passes them.
    const NAMES: [&str; 26] = [
        "import_staged",
        "import_merged",
        "import_before_commit",
        "import_after_commit",
        "slot_claimed",
        "sweep_started",
        "page_read",
        "page_planned",
        "page_before_commit",
        "page_after_commit",
        "sweep_finished",
        // Read from the outbox.
        "claimed",
        "looked",
        "withdrawn",
        "rendered",
        "connected",
        "intent_before",
        "intent_after",
        "before_dot",
        // The dot was written, its answer not yet read.
        "after_dot",
        // 250 was read, the outcome not recorded.
        "answered",
        "outcome_before",
        "outcome_after",
        // A mail that came in.
        "mail_read",
        "mail_before_commit",
        "mail_after_commit",
    ];

    #[derive(Debug)]
    struct Armed {
        name: &'static str,
        left: AtomicU32,
        signal: Signal,
    }

    static ARMED: OnceLock<Armed> = OnceLock::new();

    /// Reads the environment. An unknown name is an error: a campaign must not pass because nothing was ever reached.
    pub fn arm() -> Result<(), String> {
        if let Ok(text) = std::env::var("DULY_FAILPOINT") {
            ARMED.set(parse(&text)?).map_err(|armed| format!("two failpoints, the other is {}", armed.name))?;
        }
        Ok(())
    }

    fn parse(text: &str) -> Result<Armed, String> {
        let bad = |what: &str| format!("DULY_FAILPOINT={text}: {what}");
        let (place, signal) = match text.split_once('=') {
            None | Some((_, "kill")) => (text.split('=').next().unwrap_or_default(), Signal::KILL),
            Some((place, "stop")) => (place, Signal::STOP),
            Some((_, other)) => return Err(bad(&format!("`{other}` is neither `kill` nor `stop`"))),
        };
        let (name, count) = match place.split_once(':') {
            None => (place, 1),
            Some((name, count)) => (name, count.parse().map_err(|_| bad("the count is no number"))?),
        };
        let known = NAMES.into_iter().find(|known| *known == name);
        let name = known.ok_or_else(|| bad(&format!("there is no such place; there are {}", NAMES.join(" "))))?;
        if count == 0 {
            return Err(bad("the count begins with 1"));
        }
        Ok(Armed { name, left: AtomicU32::new(count), signal })
    }

    /// The work has come to this place.
    pub fn hit(name: &'static str) {
        debug_assert!(NAMES.contains(&name), "the failpoint {name} is not listed");
        if let Some(armed) = ARMED.get()
            && armed.name == name
            && armed.left.fetch_sub(1, Ordering::SeqCst) == 1
        {
            // Nothing can be done about a signal that is refused; the campaign sees that nothing died.
            let _ = kill_process(getpid(), armed.signal);
            // A stop may reach this thread a moment later.
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_environment_is_read_strictly() {
            let read = |text| parse(text).map(|armed| (armed.name, armed.left.into_inner(), armed.signal));
            assert_eq!(read("before_dot"), Ok(("before_dot", 1, Signal::KILL)));
            assert_eq!(read("before_dot:3"), Ok(("before_dot", 3, Signal::KILL)));
            assert_eq!(read("after_dot:2=stop"), Ok(("after_dot", 2, Signal::STOP)));
            assert_eq!(read("answered=kill"), Ok(("answered", 1, Signal::KILL)));
            for bad in ["", "before", "before_dot:", "before_dot:0", "before_dot:x", "before_dot=", "before_dot=halt"] {
                assert!(parse(bad).is_err(), "{bad}");
            }
            assert!(parse("before").unwrap_err().contains("import_staged"));
        }
    }
}
