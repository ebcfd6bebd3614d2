//! The table: which manifest breaks which rule, where.

use assay_core::{EngineProfile, Severity};

use super::{adapter, adding, external, profile, with};

/// One manifest that breaks a rule.
pub(crate) struct Case {
    pub(crate) code: &'static str,
    pub(crate) severity: Severity,
    pub(crate) pointer: &'static str,
    pub(crate) at: (u32, u32),
    pub(crate) document: String,
    pub(crate) profile: EngineProfile,
}

fn case(
    code: &'static str,
    severity: Severity,
    pointer: &'static str,
    at: (u32, u32),
    document: String,
) -> Case {
    Case { code, severity, pointer, at, document, profile: profile() }
}

impl Case {
    fn under(mut self, profile: EngineProfile) -> Self {
        self.profile = profile;
        self
    }
}

/// Every rule that looks at the parsed manifest, each with the ways to break it.
pub(crate) fn all() -> Vec<Case> {
    [syntax(), identity(), required(), formats(), machine(), mode(), limits(), outside(), wording()]
        .into_iter()
        .flatten()
        .collect()
}

use Severity::{Error, Info, Warning};

fn syntax() -> Vec<Case> {
    let text = str::to_owned;
    vec![
        case("MAN-002", Error, "", (1, 1), text("")),
        case("MAN-002", Error, "", (1, 1), text("[]")),
        case("MAN-002", Error, "", (2, 7), text("{\n\"a\": 1\"b\": 2}")),
        case("MAN-002", Error, "", (1, 8), text("{\"a\": 1,}")),
        case("MAN-002", Error, "", (1, 2), text("{// no\n}")),
        case("MAN-002", Error, "", (1, 7), text("{\"a\": NaN}")),
        case("MAN-002", Error, "", (1, 7), text("{\"a\": -Infinity}")),
        case("MAN-002", Error, "", (1, 7), text("{\"a\": True}")),
        case("MAN-002", Error, "", (1, 7), text("{\"a\": 1e999}")),
        case("MAN-002", Error, "", (1, 7), format!("{{\"a\": {}}}", "1".repeat(41))),
        case("MAN-002", Error, "", (1, 7), text("{\"a\": 'x'}")),
        case("MAN-002", Error, "", (1, 8), text("{\"a\":1}{}")),
        case(
            "MAN-002",
            Warning,
            "/maxConcurrency",
            (8, 3),
            with("initialConcurrency", "  \"maxConcurrency\": 7,"),
        ),
    ]
}

fn identity() -> Vec<Case> {
    let known = EngineProfile { engine_id: Some("7b1c3f0e-52a4-4c1d-9d0c-0d1f6a1c2b3e".into()), ..profile() };
    let sentiment = EngineProfile { category: Some("sentiment".parse().unwrap()), ..profile() };
    vec![
        case("MAN-003", Error, "", (1, 1), with("engineId", "")),
        case("MAN-003", Error, "/engineId", (2, 15), with("engineId", "  \"engineId\": 7,")),
        case("MAN-003", Error, "/engineId", (2, 15), with("engineId", "  \"engineId\": \"\",")),
        case("MAN-003", Error, "/engineId", (2, 15), super::GOOD.into()).under(known),
        case(
            "MAN-004",
            Info,
            "/engineId",
            (2, 15),
            with("engineId", "  \"engineId\": \"insert-into-index\","),
        ),
        case("MAN-006", Error, "", (1, 1), with("category", "")),
        case("MAN-006", Warning, "", (1, 1), with("category", "")).under(sentiment.clone()),
        case("MAN-007", Error, "/category", (3, 15), with("category", "  \"category\": \"transcripton\",")),
        case(
            "MAN-007",
            Error,
            "/category",
            (3, 15),
            with("category", "  \"category\": \"Visual Redaction\","),
        ),
        case("MAN-007", Error, "/category", (3, 15), super::GOOD.into()).under(sentiment),
    ]
}

fn required() -> Vec<Case> {
    vec![
        case("MAN-005", Error, "", (1, 1), with("preferredInputFormat", "")),
        case("MAN-005", Error, "", (1, 1), with("outputFormats", "")),
        case("MAN-005", Error, "", (1, 1), with("clusterSize", "")),
        case("MAN-005", Error, "", (1, 1), with("supportedInputFormats", "")),
        case("MAN-005", Error, "/clusterSize", (6, 18), with("clusterSize", "  \"clusterSize\": \"\",")),
        case(
            "MAN-005",
            Error,
            "/supportedInputFormats",
            (10, 28),
            with("supportedInputFormats", "  \"supportedInputFormats\": null,"),
        ),
        case("MAN-008", Error, "/category", (3, 15), with("category", "  \"category\": [\"sentiment\"],")),
        case(
            "MAN-008",
            Error,
            "/externalCalls/1",
            (4, 25),
            with("externalCalls", "  \"externalCalls\": [\"\", {}],"),
        ),
        case(
            "MAN-008",
            Error,
            "/maxConcurrency",
            (8, 21),
            with("maxConcurrency", "  \"maxConcurrency\": 1.5,"),
        ),
        case(
            "MAN-008",
            Warning,
            "/maxConcurrency",
            (8, 21),
            with("maxConcurrency", "  \"maxConcurrency\": 50.0,"),
        ),
        case("MAN-008", Warning, "/libraries", (3, 16), adding("\"libraries\": \"numpy\"")),
        case("MAN-027", Info, "/myOwn", (3, 3), adding("\"myOwn\": 1")),
        case(
            "MAN-027",
            Warning,
            "/intialConcurrency",
            (7, 3),
            with("initialConcurrency", "  \"intialConcurrency\": 10,"),
        ),
        case("MAN-027", Warning, "/minConcurrency", (3, 3), adding("\"minConcurrency\": 1")),
        case("MAN-031", Warning, "/user", (3, 3), adding("\"user\": \"me@example.com\"")),
        case("MAN-031", Warning, "/build", (3, 3), adding("\"build\": null")),
    ]
}

fn formats() -> Vec<Case> {
    let supported = |list: &str| {
        with("supportedInputFormats", &format!("  \"supportedInputFormats\": [\"text/plain\", {list}],"))
    };
    vec![
        case("MAN-009", Error, "/supportedInputFormats/1", (10, 43), supported("\"audio\"")),
        case("MAN-009", Warning, "/supportedInputFormats/1", (10, 43), supported("\"image/jpg\"")),
        case(
            "MAN-009",
            Warning,
            "/supportedInputFormats/2",
            (10, 56),
            supported("\"audio/wav\", \"audio/ogg\""),
        ),
        case(
            "MAN-010",
            Warning,
            "/preferredInputFormat",
            (9, 27),
            with("preferredInputFormat", "  \"preferredInputFormat\": \"text/csv\","),
        ),
        case(
            "MAN-011",
            Error,
            "/supportedInputFormats",
            (10, 28),
            with("supportedInputFormats", "  \"supportedInputFormats\": [],"),
        ),
        case("MAN-011", Error, "/outputFormats", (5, 20), with("outputFormats", "  \"outputFormats\": [],")),
        case(
            "MAN-028",
            Warning,
            "/outputFormats",
            (5, 20),
            with("outputFormats", "  \"outputFormats\": [\"text/plain\"],"),
        ),
    ]
}

fn machine() -> Vec<Case> {
    vec![
        case(
            "MAN-012",
            Error,
            "/clusterSize",
            (6, 18),
            with("clusterSize", "  \"clusterSize\": \"Medium\","),
        ),
        case(
            "MAN-012",
            Error,
            "/clusterSize",
            (6, 18),
            with("clusterSize", "  \"clusterSize\": \"enormous\","),
        ),
        case(
            "MAN-012",
            Warning,
            "/clusterSize",
            (6, 18),
            with("clusterSize", "  \"clusterSize\": \"custom\","),
        ),
        case(
            "MAN-016",
            Error,
            "/maxConcurrency",
            (8, 21),
            with("maxConcurrency", "  \"maxConcurrency\": 0,"),
        ),
        case(
            "MAN-016",
            Warning,
            "/initialConcurrency",
            (7, 25),
            with("initialConcurrency", "  \"initialConcurrency\": 51,"),
        ),
        case("MAN-023", Warning, "/gpuSupported", (3, 19), adding("\"gpuSupported\": \"G9\"")),
        case("MAN-023", Info, "/gpuSupported", (3, 19), adding("\"gpuSupported\": \"G2, P3\"")),
        case("MAN-024", Warning, "/minMemoryRequired", (3, 24), adding("\"minMemoryRequired\": 513")),
    ]
}

fn mode() -> Vec<Case> {
    let chosen = EngineProfile { mode: Some(assay_core::manifest::EngineMode::Stream), ..profile() };
    let mode = |mode: &str| with("engineMode", &format!("  \"engineMode\": \"{mode}\""));
    let without_mode = with("supportedInputFormats", "  \"supportedInputFormats\": [\"text/plain\"]")
        .replace("  \"engineMode\": \"chunk\"\n", "");
    let pull = |document: String| document.replace("keyword extraction", "pull");
    vec![
        case("MAN-013", Error, "/engineMode", (11, 17), mode("chunks")),
        case("MAN-013", Error, "/engineMode", (11, 17), mode("webhook")),
        case("MAN-013", Warning, "/engineMode", (11, 17), mode("segment")),
        case("MAN-013", Warning, "/engineMode", (11, 17), mode("batch")),
        case("MAN-013", Info, "", (1, 1), without_mode.clone()),
        case("MAN-014", Error, "/engineMode", (11, 17), pull(mode("chunk"))),
        case("MAN-014", Error, "/category", (3, 15), mode("batch")).under(adapter()),
        case("MAN-015", Error, "/engineMode", (11, 17), super::GOOD.into()).under(chosen.clone()),
        case("MAN-015", Error, "", (1, 1), without_mode).under(chosen),
        case("MAN-025", Error, "/schedule", (3, 15), pull(adding("\"schedule\": \"hourly\""))),
        case("MAN-025", Info, "/schedule", (3, 15), adding("\"schedule\": \"any\"")),
        case("MAN-025", Info, "/sourceId", (3, 15), adding("\"sourceId\": 4")),
        case("MAN-026", Warning, "", (1, 1), pull(mode("batch"))),
    ]
}

fn limits() -> Vec<Case> {
    let order = adding("\"minMediaLengthMs\": 9, \"maxMediaLengthMs\": 8");
    vec![
        case("MAN-017", Error, "/minMediaLengthMs", (3, 23), order),
        case("MAN-017", Error, "/maxMediaLengthMs", (3, 23), adding("\"maxMediaLengthMs\": -1")),
        case("MAN-018", Error, "/maxFileMb", (3, 16), adding("\"maxFileMb\": -0.5")),
    ]
}

fn outside() -> Vec<Case> {
    let calls = |list: &str| with("externalCalls", &format!("  \"externalCalls\": [{list}],"));
    vec![
        case("MAN-019", Error, "/url", (3, 10), adding("\"url\": \"www.example.com\"")),
        case("MAN-019", Error, "/url", (3, 10), adding("\"url\": \"ftp://example.com/\"")),
        case("MAN-020", Error, "/externalCalls", (4, 20), calls("\"api.example.com\"")),
        case("MAN-020", Warning, "/externalCalls/0", (4, 21), calls("\"our server\"")).under(external()),
        case("MAN-021", Warning, "/externalCalls", (4, 20), super::GOOD.into()).under(external()),
        case("MAN-021", Info, "", (1, 1), calls("\"api.example.com\"")).under(external()),
    ]
}

fn wording() -> Vec<Case> {
    let long = "x".repeat(10_001);
    vec![
        case(
            "MAN-022",
            Warning,
            "/supportedLanguages/1",
            (3, 32),
            adding("\"supportedLanguages\": [\"en\", \"english\"]"),
        ),
        case("MAN-029", Error, "/engineId", (2, 15), with("engineId", "  \"engineId\": \"YOUR-ENGINE-ID\",")),
        case(
            "MAN-029",
            Error,
            "/category",
            (3, 15),
            with("category", "  \"category\": \"Enter your engine category\","),
        ),
        case("MAN-029", Error, "/url", (3, 10), adding("\"url\": \"https://<site>/\"")),
        case("MAN-030", Info, "/releaseNotes", (3, 19), adding("\"releaseNotes\": \"<b>new</b>\"")),
        case("MAN-030", Info, "/releaseNotes", (3, 19), adding(&format!("\"releaseNotes\": \"{long}\""))),
    ]
}
