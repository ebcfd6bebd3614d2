use super::cases::all;
use super::*;

#[test]
fn every_broken_rule_is_told_with_its_place() {
    for case in all() {
        let told = told(&reading(&case.document, &case.profile));
        let wanted = (case.code.to_owned(), case.severity, case.pointer.to_owned(), case.at.0, case.at.1);
        assert!(told.contains(&wanted), "wanted {wanted:?}\nbut got {told:#?}\nfor {}", case.document);
    }
}

#[test]
fn every_rule_of_the_manifest_has_a_case() {
    let cases: Vec<_> = all().iter().map(|case| case.code).collect();
    for rule in assay_core::catalogue::CATALOGUE {
        let code = rule.code.as_str();
        // MAN-001 is about the file and MAN-032 about the Dockerfile; both have tests of their own.
        if code.starts_with("MAN-") && !["MAN-001", "MAN-032"].contains(&code) {
            assert!(cases.contains(&code), "{code} has no failing manifest");
        }
    }
}

/// What looks suspicious and is right.
#[test]
fn good_manifests_stay_free_of_warnings() {
    let batch = EngineProfile { mode: Some(assay_core::manifest::EngineMode::Batch), ..profile() };
    let cases = [
        (with("category", "  \"category\": \"Key-Word\","), profile()),
        (with("category", "  \"category\": \"3b2b2ff8-44aa-4db4-9b71-ff96c3bf5923\","), profile()),
        (with("supportedInputFormats", "  \"supportedInputFormats\": [\"Text/Plain\"],"), profile()),
        (adding("\"url\": \"https://example.com/engine?a=b\""), profile()),
        (adding("\"url\": \"\", \"gpuSupported\": \"\", \"libraries\": null, \"maxFileMb\": 0"), profile()),
        (
            adding("\"supportedLanguages\": [\"en\", \"pt-BR\", \"yue\"], \"libraries\": [\"a\", \"b\"]"),
            profile(),
        ),
        (adding("\"gpuSupported\": \"G2,g3\", \"minMemoryRequired\": 512"), profile()),
        (adding("\"minMediaLengthMs\": 8, \"maxMediaLengthMs\": 0"), profile()),
        (adding("\"releaseNotes\": \"a < b\\nc > d\", \"isPublic\": true"), profile()),
        (
            with(
                "externalCalls",
                "  \"externalCalls\": [\"https://api.example.com/v1\", \"*.example.org\"], \"serverCountry\": \"US\",",
            ),
            external(),
        ),
        (with("category", "  \"category\": \"correlation\",").replace("chunk", "batch"), batch),
        (
            with("category", "  \"category\": \"pull\", \"schemaId\": 7, \"schedule\": \"On Demand\",")
                .replace("chunk", "batch"),
            adapter(),
        ),
        (with("clusterSize", "  \"clusterSize\": \"custom\", \"customProfile\": \"big\","), profile()),
    ];
    for (document, profile) in cases {
        assert_eq!(told(&reading(&document, &profile)), [], "{document}");
    }
}

#[test]
fn an_adapter_needs_no_supported_formats() {
    let document =
        with("supportedInputFormats", "").replace("keyword extraction", "push").replace("chunk", "stream");
    assert_eq!(told(&reading(&document, &profile())), []);
}

#[test]
fn a_file_beyond_the_limit_is_not_read() {
    let document = format!("{GOOD}{}", " ".repeat(1 << 20));
    let reading = reading(&document, &profile());
    assert_eq!(
        told(&reading).first().map(|told| (told.0.as_str(), told.1)),
        Some(("MAN-001", Severity::Error))
    );
    assert!(reading.raw.is_none() && reading.effective.is_none());
}
