//! The last steps before the engine's first instruction: everything that takes rights away.

use std::ffi::CString;
use std::fs::{self, Permissions};
use std::io::{self, Read};
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;

use rustix::fs::{Gid, Uid};
use rustix::process::{Resource, Rlimit, setrlimit};

use super::engine::{say, word};
use super::message::{InitReport, Program, World};
use super::user::Identity;
use super::wire::Wire;
use crate::seccomp;

/// Where programs are looked for when the image does not say.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// The kernel prefers the engine when the host runs out of memory.
const FIRST_TO_GO: &str = "1000";
/// Capability numbers end at 63 in the kernel's own format.
const CAPABILITIES: libc::c_ulong = 64;

/// Places the task's files, makes the working directory, and lets the engine's user open its own streams by name.
pub(super) fn furnish(program: &Program, who: &Identity, streams: &[&OwnedFd]) -> io::Result<()> {
    for (path, bytes) in &program.files {
        if let Some(folder) = Path::new(path).parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, bytes)?;
        fs::set_permissions(path, Permissions::from_mode(0o644))?;
    }
    // As container runtimes do. Where it cannot be made, the change of folder fails and says so.
    let _ = fs::create_dir_all(working_directory(program));
    for stream in streams {
        // Not permitted without root, where the owner is right already.
        let _ = rustix::fs::fchown(stream, Some(Uid::from_raw(who.uid)), Some(Gid::from_raw(who.gid)));
    }
    Ok(())
}

fn working_directory(program: &Program) -> &str {
    if program.cwd.is_empty() { "/" } else { &program.cwd }
}

/// Becomes the engine; never returns.
pub(super) fn enter(
    world: &World,
    program: &Program,
    who: &Identity,
    streams: [&OwnedFd; 2],
    wire: &Wire,
    line: &UnixStream,
) -> ! {
    let failed = match give_up_rights(world, who, wire, line) {
        Ok(()) => execute(program, who, streams, line),
        Err(error) => error,
    };
    let _ = say(line, word::FAILED, failed.raw_os_error().unwrap_or(libc::EIO));
    // SAFETY: ends the process at once; nothing of Rust's needs to run in this copy.
    unsafe { libc::_exit(127) }
}

fn give_up_rights(world: &World, who: &Identity, wire: &Wire, line: &UnixStream) -> io::Result<()> {
    wire.send(&InitReport::Child, &[])?;
    wait(line)?;
    rustix::process::setsid()?;
    limit(world)?;
    let _ = fs::write("/proc/self/oom_score_adj", FIRST_TO_GO);
    calm_signals();
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    drop_capabilities_for_good()?;
    take_identity(who, world.lone_user.is_some())?;
    rustix::thread::set_capabilities(None, no_capabilities())?;
    rustix::thread::set_no_new_privs(true)?;
    let (listener, steady) = seccomp::install(&seccomp::filter()?)?;
    let number = listener.into_raw_fd();
    say(line, word::FILTERED, if steady { number } else { -number })
}

/// Waits for a word to go on.
fn wait(mut line: &UnixStream) -> io::Result<()> {
    line.read_exact(&mut [0])
}

fn limit(world: &World) -> io::Result<()> {
    let at_most = |value: u64| Rlimit { current: Some(value), maximum: Some(value) };
    setrlimit(Resource::Core, at_most(0))?;
    // Without root the ceiling can only be lowered.
    let files =
        rustix::process::getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX).min(world.open_files);
    setrlimit(Resource::Nofile, at_most(files))?;
    if let Some(processes) = world.processes {
        setrlimit(Resource::Nproc, at_most(processes))?;
    }
    if let Some(bytes) = world.data_bytes {
        setrlimit(Resource::Data, at_most(bytes))?;
    }
    Ok(())
}

/// A program expects default handling and nothing blocked; ours differs.
fn calm_signals() {
    // SAFETY: the set is filled before use, and default handlers run no code of ours.
    unsafe {
        let mut none = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
    }
}

/// Empties the bounding and ambient sets, so that no exec gives anything back.
fn drop_capabilities_for_good() -> io::Result<()> {
    rustix::thread::clear_ambient_capability_set()?;
    for capability in 0..CAPABILITIES {
        // SAFETY: a plain system call on numbers.
        if unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) } < 0 {
            let error = io::Error::last_os_error();
            // The kernel's last capability is behind us.
            return if error.raw_os_error() == Some(libc::EINVAL) { Ok(()) } else { Err(error) };
        }
    }
    Ok(())
}

fn take_identity(who: &Identity, rootless: bool) -> io::Result<()> {
    let (uid, gid) = (Uid::from_raw(who.uid), Gid::from_raw(who.gid));
    // A rootless sandbox has one group and may not change the list.
    if !rootless {
        let groups: Vec<Gid> = who.groups.iter().map(|group| Gid::from_raw(*group)).collect();
        rustix::thread::set_thread_groups(&groups)?;
    }
    rustix::thread::set_thread_res_gid(gid, gid, gid)?;
    rustix::thread::set_thread_res_uid(uid, uid, uid)?;
    Ok(())
}

fn no_capabilities() -> rustix::thread::CapabilitySets {
    let none = rustix::thread::CapabilitySet::empty();
    rustix::thread::CapabilitySets { effective: none, permitted: none, inheritable: none }
}

/// Leaves the shared descriptor table, puts the streams in place and starts the program. Returns only on failure.
fn execute(
    program: &Program,
    who: &Identity,
    [stdout, stderr]: [&OwnedFd; 2],
    line: &UnixStream,
) -> io::Error {
    match prepare_descriptors(stdout, stderr, line) {
        Ok(()) => start(program, who),
        Err(error) => error,
    }
}

fn prepare_descriptors(stdout: &OwnedFd, stderr: &OwnedFd, line: &UnixStream) -> io::Result<()> {
    wait(line)?;
    // A range that holds nothing: only the table is to be copied.
    close_range(u32::MAX, libc::CLOSE_RANGE_UNSHARE)?;
    say(line, word::UNSHARED, 0)?;
    put(&fs::File::open("/dev/null")?.into(), libc::STDIN_FILENO)?;
    put(stdout, libc::STDOUT_FILENO)?;
    put(stderr, libc::STDERR_FILENO)?;
    close_range(3, libc::CLOSE_RANGE_CLOEXEC)
}

/// Makes `stream` one of the three standard streams of this process.
pub(super) fn put(stream: &OwnedFd, number: i32) -> io::Result<()> {
    // SAFETY: the number is a standard stream's, which no value of ours owns.
    if unsafe { libc::dup2(stream.as_raw_fd(), number) } < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

fn close_range(first: u32, flags: libc::c_uint) -> io::Result<()> {
    // SAFETY: with these flags nothing is closed now; descriptors close when the program starts.
    let done = unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, flags) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn start(program: &Program, who: &Identity) -> io::Error {
    let inside = std::env::set_current_dir(working_directory(program));
    match inside.and_then(|()| c_strings(program, who)) {
        Ok((argv, env)) => candidates(program).iter().fold(not_found(), |worst, path| {
            let error = replace_process(path, &argv, &env);
            // What exists but cannot be started says more than what is not there.
            if error.kind() == io::ErrorKind::NotFound { worst } else { error }
        }),
        Err(error) => error,
    }
}

fn not_found() -> io::Error {
    io::Error::from_raw_os_error(libc::ENOENT)
}

type Strings = Vec<CString>;

/// Arguments and environment. Runtimes add `PATH` and `HOME` where the image has none.
fn c_strings(program: &Program, who: &Identity) -> io::Result<(Strings, Strings)> {
    let argv = program.argv.iter().map(|argument| CString::new(argument.as_str())).collect::<Result<_, _>>();
    let missing = |name: &str| !program.env.iter().any(|(known, _)| known == name);
    let defaults = [("PATH", PATH), ("HOME", who.home.as_str())];
    let added = defaults.into_iter().filter(|(name, _)| missing(name));
    let given = program.env.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let env = given
        .chain(added)
        .map(|(name, value)| CString::new(format!("{name}={value}")))
        .collect::<Result<_, _>>();
    Ok((argv.map_err(invalid)?, env.map_err(invalid)?))
}

fn invalid(_: std::ffi::NulError) -> io::Error {
    io::Error::from_raw_os_error(libc::EINVAL)
}

/// The paths to try, as `execvp` would.
fn candidates(program: &Program) -> Vec<CString> {
    let Some(command) = program.argv.first().filter(|command| !command.is_empty()) else { return Vec::new() };
    let paths = if command.contains('/') {
        vec![command.clone()]
    } else {
        let listed = program.env.iter().find(|(name, _)| name == "PATH").map_or(PATH, |(_, value)| value);
        listed
            .split(':')
            .map(|folder| format!("{}/{command}", if folder.is_empty() { "." } else { folder }))
            .collect()
    };
    paths.iter().filter_map(|path| CString::new(Path::new(path).as_os_str().as_bytes()).ok()).collect()
}

fn replace_process(path: &CString, argv: &[CString], env: &[CString]) -> io::Error {
    let pointers = |strings: &[CString]| {
        strings.iter().map(|text| text.as_ptr()).chain([std::ptr::null()]).collect::<Vec<_>>()
    };
    let (argv, env) = (pointers(argv), pointers(env));
    // SAFETY: both lists end with a null pointer and their strings outlive the call.
    unsafe { libc::execve(path.as_ptr(), argv.as_ptr(), env.as_ptr()) };
    io::Error::last_os_error()
}
