//! Certifies every sample engine with the program given and shows how each fared beside what was expected of it.
//!
//! Usage: `gallery ASSAY [ENGINE…]`. The exit code is 1 when an engine fares otherwise than expected.
//! With `gallery pack ASSAY FOLDER ENGINE…` it only makes the images, in that folder.

use std::collections::VecDeque;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use gallery::{Engine, Expect, LEXICON_ADDRESS, LEXICON_HOST, POLICY, Trouble};

/// Engines judged at the same time: most of the time goes into waiting for what misbehaving engines do not do.
const AT_ONCE: usize = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [word, assay, folder, engines @ ..] if word == "pack" => {
            pack(Path::new(assay), Path::new(folder), engines).map(|()| 0)
        }
        [assay, engines @ ..] => show(Path::new(assay), engines),
        [] => Err(Trouble::of("usage: gallery ASSAY [ENGINE...] or gallery pack ASSAY FOLDER ENGINE...")),
    };
    match done {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(trouble) => {
            eprintln!("error: {trouble}");
            ExitCode::from(2)
        }
    }
}

/// Makes the images of the engines named.
fn pack(assay: &Path, folder: &Path, names: &[String]) -> Result<(), Trouble> {
    for engine in chosen(names)? {
        println!("{}", engine.pack(assay, folder)?.display());
    }
    Ok(())
}

/// Judges the engines named, or all, and counts those that fare otherwise than expected.
fn show(assay: &Path, names: &[String]) -> Result<usize, Trouble> {
    let engines = chosen(names)?;
    let work = std::env::temp_dir().join(format!("assay-gallery-{}", std::process::id()));
    std::fs::create_dir_all(&work).map_err(|why| Trouble::with(&work, why))?;
    let result = parade(assay, &work, engines);
    std::fs::remove_dir_all(&work).map_err(|why| Trouble::with(&work, why))?;
    result
}

fn chosen(names: &[String]) -> Result<Vec<Engine>, Trouble> {
    if !names.is_empty() {
        return names.iter().map(|name| gallery::named(name)).collect();
    }
    let (based, plain): (Vec<_>, Vec<_>) =
        gallery::all()?.into_iter().partition(|engine| engine.base.is_some());
    for engine in based {
        println!(
            "left out: {} (its base system is made with debootstrap; name it to include it)",
            engine.name
        );
    }
    Ok(plain)
}

fn parade(assay: &Path, work: &Path, engines: Vec<Engine>) -> Result<usize, Trouble> {
    let policy = work.join("policy.toml");
    std::fs::write(&policy, POLICY).map_err(|why| Trouble::with(&policy, why))?;
    gallery::serve_lexicon()?;
    certify_with(assay, work, &["db", "import", "--demonstration", "--quiet"])?;
    println!("{:<24} {:<13} {:>7}  codes", "engine", "verdict", "time");
    let waiting = Mutex::new(VecDeque::from(engines));
    let next = || waiting.lock().ok().and_then(|mut waiting| waiting.pop_front());
    let visit = || -> Result<usize, Trouble> {
        let mut surprises = 0;
        while let Some(engine) = next() {
            surprises += usize::from(!fares_as_expected(assay, work, &engine)?);
        }
        Ok(surprises)
    };
    thread::scope(|scope| {
        let visitors: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(visit)).collect();
        let counted = visitors.into_iter().map(|visitor| visitor.join());
        counted.map(|counts| counts.unwrap_or_else(|_| Err(Trouble::of("a visitor broke off")))).sum()
    })
}

/// Certifies one engine and prints its line.
fn fares_as_expected(assay: &Path, work: &Path, engine: &Engine) -> Result<bool, Trouble> {
    let image = engine.pack(assay, work)?.display().to_string();
    let policy = work.join("policy.toml").display().to_string();
    let resolve = format!("{LEXICON_HOST}={LEXICON_ADDRESS}");
    let mut arguments = vec!["certify", &image, "--format", "json", "--quiet", "--policy", &policy];
    let profile = engine.profile_flags(work)?;
    arguments.extend(profile.iter().map(String::as_str));
    arguments.extend(["--resolve", &resolve, "--allow-address", LEXICON_ADDRESS]);
    let start = Instant::now();
    let told = certify_with(assay, work, &arguments)?;
    let report = serde_json::from_slice(&told).map_err(Trouble::of)?;
    let seen = gallery::seen(&report);
    println!("{}", line(engine, &seen, start.elapsed().as_secs_f64()));
    Ok(seen == engine.expect)
}

fn line(engine: &Engine, seen: &Expect, seconds: f64) -> String {
    let codes: Vec<&str> = seen.errors.iter().chain(&seen.warnings).map(String::as_str).collect();
    let surprise = if *seen == engine.expect {
        String::new()
    } else {
        format!(
            "  ✗ expected {}: {:?} {:?}",
            engine.expect.verdict, engine.expect.errors, engine.expect.warnings
        )
    };
    format!("{:<24} {:<13} {seconds:>5.1} s  {}{surprise}", engine.name, seen.verdict, codes.join(" "))
}

/// What the program prints; its data folder is in `work`. Exit codes up to 3 are verdicts.
fn certify_with(assay: &Path, work: &Path, arguments: &[&str]) -> Result<Vec<u8>, Trouble> {
    let mut command = Command::new(assay);
    command.args(arguments).env("ASSAY_DATA", work.join("data"));
    let output = command.output().map_err(|why| Trouble::with(assay, why))?;
    if output.stdout.is_empty() && !output.status.success() {
        return Err(Trouble::of(String::from_utf8_lossy(&output.stderr)));
    }
    Ok(output.stdout)
}
