//! What the kernel tells of a process and of the whole machine.

use std::thread;
use std::time::Duration;

/// Ticks of a second in `/proc`, the same on every machine this runs on.
const TICKS: f64 = 100.0;

/// A process, by its number.
#[derive(Clone, Copy)]
pub struct Process(pub u32);

impl Process {
    /// Processor time of the process and of children it has waited for, in seconds.
    pub fn cpu(self) -> f64 {
        let stat = self.file("stat");
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        fields[11..15].iter().map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / TICKS
    }

    /// Most memory it has held since the mark was last set back, in MB.
    pub fn peak_memory(self) -> f64 {
        let status = self.file("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
    }

    /// Sets the mark of its peak memory back to what it holds now.
    pub fn forget_peak_memory(self) {
        std::fs::write(format!("/proc/{}/clear_refs", self.0), "5").unwrap();
    }

    /// Waits until it has used next to no processor time for half a second.
    pub fn settle(self) {
        loop {
            let before = self.cpu();
            thread::sleep(Duration::from_millis(500));
            if self.cpu() - before < 0.02 {
                return;
            }
        }
    }

    fn file(self, name: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{name}", self.0)).unwrap()
    }
}

/// Share of the machine's processor time that others use, looked at for a second, in percent.
pub fn host_busy() -> f64 {
    let before = machine();
    thread::sleep(Duration::from_secs(1));
    let after = machine();
    let (all, idle) = (after.0 - before.0, after.1 - before.1);
    100.0 * (1.0 - idle / all)
}

/// All ticks of the machine and the idle ones of them.
fn machine() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/stat").unwrap();
    let line = stat.lines().next().unwrap();
    let ticks: Vec<f64> = line.split_whitespace().skip(1).map(|ticks| ticks.parse().unwrap()).collect();
    (ticks[..8].iter().sum(), ticks[3] + ticks[4])
}
