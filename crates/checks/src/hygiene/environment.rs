//! MAN-032: what the Dockerfile says to the platform.

use assay_core::manifest::EngineMode;
use assay_core::{Code, Finding, Place};
use assay_image::ImageConfig;

use super::CONFIG;

const WEBHOOKS: [(&str, &str); 2] = [
    ("VERITONE_WEBHOOK_READY", "http://0.0.0.0:8080/ready"),
    ("VERITONE_WEBHOOK_PROCESS", "http://0.0.0.0:8080/process"),
];
const TEST_MODE: &str = "VERITONE_TESTMODE";

/// Judges entry point and environment. The webhook variables matter to chunk engines only.
pub(super) fn judge(config: &ImageConfig, mode: Option<EngineMode>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = command_only(config).into_iter().chain(test_mode(config)).collect();
    if mode == Some(EngineMode::Chunk) {
        findings.extend(WEBHOOKS.iter().filter_map(|(name, example)| webhook(config, name, example)));
    }
    findings
}

fn command_only(config: &ImageConfig) -> Option<Finding> {
    (config.entrypoint.is_empty() && !config.cmd.is_empty()).then(|| {
        Finding::warning(Code::MAN_032, "the image has a CMD but no ENTRYPOINT", "an ENTRYPOINT")
            .at(Place::pointer(CONFIG, "/config/Cmd"))
            .fix("write ENTRYPOINT in place of CMD in the Dockerfile")
    })
}

fn test_mode(config: &ImageConfig) -> Option<Finding> {
    let value = config.variable(TEST_MODE)?;
    if matches!(value.to_lowercase().as_str(), "" | "false" | "0") {
        return None;
    }
    let finding = Finding::error(
        Code::MAN_032,
        format!("`{TEST_MODE}` is set in the image: the engine would show a test page in place of working"),
        format!("no `{TEST_MODE}`"),
    );
    Some(
        finding
            .at(variable_place(config, TEST_MODE))
            .fix(format!("remove `ENV {TEST_MODE}`; give it with `docker run -e`")),
    )
}

fn webhook(config: &ImageConfig, name: &str, example: &str) -> Option<Finding> {
    let observed = match config.variable(name) {
        None | Some("") => format!("`{name}` is not set"),
        Some(url) if is_absolute(url) => return None,
        Some(url) => format!("`{name}` is `{}`, no absolute URL", url.chars().take(100).collect::<String>()),
    };
    let finding = Finding::warning(Code::MAN_032, observed, "the absolute URL of a webhook");
    Some(
        finding.at(variable_place(config, name)).fix(format!("add `ENV {name}={example}` to the Dockerfile")),
    )
}

fn is_absolute(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let authority = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    authority.is_some_and(|authority| !authority.is_empty() && !url.contains(char::is_whitespace))
}

/// The entry of a variable, or the list when there is none.
fn variable_place(config: &ImageConfig, name: &str) -> Place {
    let index = config.env.iter().rposition(|(key, _)| key == name);
    let pointer = index.map_or("/config/Env".to_owned(), |index| format!("/config/Env/{index}"));
    Place::pointer(CONFIG, pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_core::Severity;

    fn config(env: &[(&str, &str)]) -> ImageConfig {
        let env = env.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        ImageConfig { env, entrypoint: vec!["/engine".into()], ..ImageConfig::default() }
    }

    const GOOD: [(&str, &str); 2] = [
        ("VERITONE_WEBHOOK_READY", "http://0.0.0.0:8080/ready"),
        ("VERITONE_WEBHOOK_PROCESS", "http://127.0.0.1/p"),
    ];

    #[test]
    fn a_chunk_engine_needs_both_webhooks() {
        assert_eq!(judge(&config(&GOOD), Some(EngineMode::Chunk)), []);
        assert_eq!(judge(&config(&[]), Some(EngineMode::Batch)), []);
        let findings = judge(&config(&[("VERITONE_WEBHOOK_READY", "/ready")]), Some(EngineMode::Chunk));
        let places: Vec<_> =
            findings.iter().map(|f| (f.severity, f.place.pointer.as_deref().unwrap())).collect();
        assert_eq!(places, [(Severity::Warning, "/config/Env/0"), (Severity::Warning, "/config/Env")]);
    }

    #[test]
    fn test_mode_is_an_error_unless_switched_off() {
        let findings = judge(&config(&[("A", "b"), (TEST_MODE, "true")]), None);
        assert_eq!(findings.len(), 1);
        assert_eq!(
            (findings[0].severity, findings[0].place.pointer.as_deref()),
            (Severity::Error, Some("/config/Env/1"))
        );
        assert_eq!(judge(&config(&[(TEST_MODE, "false")]), None), []);
    }

    #[test]
    fn a_command_without_entry_point_draws_a_warning() {
        let mut config = config(&[]);
        config.cmd = std::mem::take(&mut config.entrypoint);
        assert_eq!(judge(&config, None).len(), 1);
    }
}
