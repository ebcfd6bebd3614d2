//! Reads from `/proc` and the process's memory which timed wait a thread is in.

use std::time::Duration;

use rustix::time::{ClockId, Timespec, clock_gettime};

use crate::notify::memory;
use crate::processes::{descendants, text, threads};

/// Most threads looked at.
const MOST: usize = 1024;
const FUTEX_WAIT: u64 = 0;
const FUTEX_WAIT_BITSET: u64 = 9;
const FUTEX_COMMAND: u64 = 0x7f;
const FUTEX_REALTIME: u64 = 256;
/// What the Go runtime's monitor asks for while nothing runs: every idle Go program has one such thread.
const GO_MONITOR: Duration = Duration::from_secs(60);

/// A thread in a timed wait.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Wait {
    pub(crate) process: i32,
    pub(crate) thread: i32,
    /// How often the thread has given up the processor: unchanged while the wait goes on.
    pub(crate) switches: u64,
    pub(crate) call: &'static str,
    /// The wait asked for, in ms; of a wait until a moment, what is left of it.
    pub(crate) asked_ms: u64,
}

/// All timed waits of processes below `init`.
pub(super) fn of(init: i32) -> Vec<Wait> {
    let all = descendants(init).into_iter();
    let pairs = all.flat_map(|process| threads(process).into_iter().map(move |thread| (process, thread)));
    pairs.take(MOST).filter_map(|(process, thread)| of_thread(process, thread)).collect()
}

fn of_thread(process: i32, thread: i32) -> Option<Wait> {
    let switches = switches(process, thread)?;
    let line = text(&format!("/proc/{process}/task/{thread}/syscall"), 512)?;
    let (number, arguments) = parse(&line)?;
    let (call, asked) = asked(thread, number, arguments)?;
    let asked_ms = u64::try_from(asked.as_millis()).unwrap_or(u64::MAX);
    Some(Wait { process, thread, switches, call, asked_ms })
}

fn switches(process: i32, thread: i32) -> Option<u64> {
    let status = text(&format!("/proc/{process}/task/{thread}/status"), 8192)?;
    status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")?.trim().parse().ok())
}

/// `number argument… stack program-counter`; `running` or `-1 …` when it is in no call.
fn parse(line: &str) -> Option<(i64, [u64; 6])> {
    let mut fields = line.split_whitespace();
    let number = fields.next()?.parse().ok().filter(|number| *number >= 0)?;
    let mut arguments = [0; 6];
    for slot in &mut arguments {
        *slot = u64::from_str_radix(fields.next()?.strip_prefix("0x")?, 16).ok()?;
    }
    Some((number, arguments))
}

/// The call's name and its timeout; `None` for other calls and waits without end.
fn asked(thread: i32, number: i64, [a, b, c, d, e, _]: [u64; 6]) -> Option<(&'static str, Duration)> {
    Some(match number {
        libc::SYS_nanosleep => ("nanosleep", span(thread, a)?),
        libc::SYS_clock_nanosleep if b & 1 == 0 => ("clock_nanosleep", span(thread, c)?),
        libc::SYS_clock_nanosleep => ("clock_nanosleep", until(thread, c, a == libc::CLOCK_REALTIME as u64)?),
        libc::SYS_ppoll => ("ppoll", span(thread, c)?),
        libc::SYS_pselect6 => ("pselect6", span(thread, e)?),
        libc::SYS_epoll_pwait => ("epoll_pwait", register(d)?),
        libc::SYS_epoll_pwait2 => ("epoll_pwait2", span(thread, d)?),
        libc::SYS_rt_sigtimedwait => ("rt_sigtimedwait", span(thread, c)?),
        libc::SYS_semtimedop => ("semtimedop", span(thread, d)?),
        libc::SYS_mq_timedreceive => ("mq_timedreceive", until(thread, e, true)?),
        libc::SYS_read => ("timerfd", timer(thread, a)?),
        libc::SYS_futex => match b & FUTEX_COMMAND {
            FUTEX_WAIT => ("futex", span(thread, d).filter(|asked| *asked != GO_MONITOR)?),
            FUTEX_WAIT_BITSET => ("futex", until(thread, d, b & FUTEX_REALTIME != 0)?),
            _ => return None,
        },
        #[cfg(target_arch = "x86_64")]
        libc::SYS_poll => ("poll", register(c)?),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_epoll_wait => ("epoll_wait", register(d)?),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_select => ("select", microseconds(thread, e)?),
        _ => return None,
    })
}

/// A timeout in ms in a register; negative is without end.
fn register(value: u64) -> Option<Duration> {
    u64::try_from(value as i32).ok().map(Duration::from_millis)
}

/// Seconds and nanoseconds at `pointer`; a null pointer is without end.
fn span(thread: i32, pointer: u64) -> Option<Duration> {
    let (seconds, nanoseconds) = pair(thread, pointer)?;
    Some(Duration::new(seconds, u32::try_from(nanoseconds).ok().filter(|n| *n < 1_000_000_000)?))
}

/// What is left on a timer that is read as a file; `None` for other files and for timers that rest.
fn timer(thread: i32, descriptor: u64) -> Option<Duration> {
    remaining(&text(&format!("/proc/{thread}/fdinfo/{descriptor}"), 1024)?)
}

/// `it_value: (seconds, nanoseconds)` among the lines of a timer's file information.
fn remaining(information: &str) -> Option<Duration> {
    let line = information.lines().find_map(|line| line.strip_prefix("it_value: (")?.strip_suffix(')'))?;
    let (seconds, nanoseconds) = line.split_once(", ")?;
    Some(Duration::new(seconds.parse().ok()?, nanoseconds.parse().ok().filter(|n| *n < 1_000_000_000)?))
        .filter(|left| !left.is_zero())
}

/// Seconds and microseconds.
fn microseconds(thread: i32, pointer: u64) -> Option<Duration> {
    let (seconds, microseconds) = pair(thread, pointer)?;
    Duration::from_secs(seconds).checked_add(Duration::from_micros(microseconds))
}

/// A moment on the kernel's clock, as what is left until then. The wait is on that very clock, so no other will do.
fn until(thread: i32, pointer: u64, wall: bool) -> Option<Duration> {
    let moment = span(thread, pointer)?;
    let Timespec { tv_sec, tv_nsec } =
        clock_gettime(if wall { ClockId::Realtime } else { ClockId::Monotonic });
    let now = Duration::new(u64::try_from(tv_sec).ok()?, u32::try_from(tv_nsec).ok()?);
    Some(moment.saturating_sub(now))
}

fn pair(thread: i32, pointer: u64) -> Option<(u64, u64)> {
    let mut bytes = [0; 16];
    if pointer == 0 {
        return None;
    }
    memory::read(thread, pointer, &mut bytes).ok()?;
    Some((memory::word(&bytes, 0), memory::word(&bytes, 8)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kernels_lines() {
        assert_eq!(parse("running\n"), None);
        assert_eq!(parse("-1 0x7ffe 0x7f00\n"), None);
        let line = "230 0x0 0x0 0x7ffe10 0x7ffe10 0x0 0x0 0x7ffe08 0x7f00\n";
        assert_eq!(parse(line), Some((230, [0, 0, 0x7f_fe10, 0x7f_fe10, 0, 0])));
        assert_eq!(parse("7 0x1"), None);
        assert_eq!(register(u64::from(u32::MAX)), None);
        assert_eq!(register(300), Some(Duration::from_millis(300)));
    }

    #[test]
    fn reads_what_is_left_on_a_timer() {
        let information = "pos:\t0\nclockid: 1\nticks: 0\nit_value: (3, 999000000)\nit_interval: (0, 0)\n";
        assert_eq!(remaining(information), Some(Duration::from_millis(3_999)));
        assert_eq!(remaining("pos:\t0\nflags:\t02\n"), None);
        assert_eq!(remaining("it_value: (0, 0)\n"), None);
    }

    #[test]
    fn finds_a_sleeping_child() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let me = std::process::id() as i32;
        // The child enters its sleep some time after it was started.
        let found = std::iter::repeat_with(|| of(me)).take(100_000).find(|waits| !waits.is_empty());
        child.kill().unwrap();
        child.wait().unwrap();
        let wait = found.unwrap().remove(0);
        assert!((59_000..=60_000).contains(&wait.asked_ms), "{wait:?}");
        assert_eq!(of(me), []);
    }
}
