//! What is really started.

use assay_image::ImageConfig;

/// Entry points of the engine toolkit's driver. Assay plays the driver's part, so the command behind it is started.
const DRIVERS: [&str; 2] = ["/app/engine", "/opt/aiware/engine"];

/// The command and arguments of the engine itself: entry point and command of the image, without the toolkit's driver
/// in front. A path of the driver with nothing but options behind it is the engine's own binary and stays.
pub fn command(config: &ImageConfig) -> Vec<String> {
    let line = config.command_line();
    match line.as_slice() {
        [driver, engine, ..] if is_driver(driver) && !engine.starts_with('-') => {
            line.into_iter().skip(1).collect()
        }
        [shell, flag, script] if flag == "-c" => match behind_driver(script) {
            Some(rest) => vec![shell.clone(), flag.clone(), rest.to_owned()],
            None => line,
        },
        _ => line,
    }
}

fn is_driver(path: &str) -> bool {
    DRIVERS.contains(&path)
}

/// What follows the driver in a shell's command line.
fn behind_driver(script: &str) -> Option<&str> {
    let script = script.trim_start();
    let script = script.strip_prefix("exec ").unwrap_or(script).trim_start();
    let (first, rest) = script.split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    (is_driver(first) && !rest.is_empty() && !rest.starts_with('-')).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(entrypoint: &[&str], cmd: &[&str]) -> Vec<String> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        command(&ImageConfig { entrypoint: owned(entrypoint), cmd: owned(cmd), ..ImageConfig::default() })
    }

    #[test]
    fn the_driver_is_taken_away() {
        assert_eq!(of(&["/app/engine", "python3", "/app/main.py"], &[]), ["python3", "/app/main.py"]);
        assert_eq!(of(&["/opt/aiware/engine"], &["/engine", "-v"]), ["/engine", "-v"]);
        assert_eq!(of(&["/bin/sh", "-c", "exec /app/engine /e --x"], &[]), ["/bin/sh", "-c", "/e --x"]);
    }

    #[test]
    fn an_engine_at_the_drivers_place_stays() {
        assert_eq!(of(&["/app/engine"], &[]), ["/app/engine"]);
        assert_eq!(of(&["/app/engine", "--port", "80"], &[]), ["/app/engine", "--port", "80"]);
        assert_eq!(of(&["/bin/sh", "-c", "/app/engine"], &[]), ["/bin/sh", "-c", "/app/engine"]);
        assert!(of(&[], &[]).is_empty());
    }
}
