//! The importer over files of every form, good and bad.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use assay_checks::security::Database;
use assay_checks::security::database::OpenError;
use assay_checks::security::import::{ImportError, Limits, Options, Summary, import};
use jiff::Timestamp;

struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    fn target(&self) -> PathBuf {
        self.path("out/database")
    }

    fn import(&self, sources: &[PathBuf]) -> Result<Summary, ImportError> {
        self.import_with(sources, &options())
    }

    fn import_with(&self, sources: &[PathBuf], options: &Options) -> Result<Summary, ImportError> {
        import(sources, &self.target(), options)
    }

    fn fixes(&self, name: &str) -> Vec<String> {
        let database = Database::open(&self.target()).unwrap();
        let spans = database.entries("PyPI", name).flat_map(|entry| entry.spans());
        spans.filter_map(|span| span.fixed.map(str::to_owned)).collect()
    }
}

fn options() -> Options {
    Options::at("2026-11-23T00:00:00Z".parse().unwrap())
}

fn record(id: &str, modified: &str, name: &str, fixed: &str) -> String {
    format!(
        r#"{{"id": "{id}", "modified": "{modified}", "affected": [{{"package": {{"ecosystem": "PyPI", "name": "{name}"}},
        "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
    )
    .replace('\n', " ")
}

fn zipped(path: &Path, entries: &[(&str, &str)]) -> PathBuf {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, text) in entries {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    path.to_owned()
}

fn code(result: Result<Summary, ImportError>) -> &'static str {
    match result {
        Err(ImportError::Rejection(rejection)) => rejection.code,
        other => panic!("expected a rejection: {other:?}"),
    }
}

#[test]
fn every_form_is_read() {
    let home = Home::new();
    let one = |id: &str| record(id, "2026-01-01T00:00:00Z", "x", "1.0");
    home.file("folder/deep/er/a.json", one("A-1"));
    home.file("folder/notes.txt", "passed over");
    home.file("folder/list.json", format!("[{}, {}]", one("A-2"), one("A-3")));
    home.file("folder/lines.jsonl", format!("{}\n\n{}\n", one("A-4"), one("A-5")));
    let packed = zstd::encode_all(one("A-6").as_bytes(), 1).unwrap();
    home.file("folder/b.json.zst", packed);
    zipped(
        &home.path("all.zip"),
        &[("A-7.json", &one("A-7")), ("../../../A-8.json", &one("A-8")), ("x.md", "no")],
    );
    let summary = home.import(&[home.path("folder"), home.path("all.zip")]).unwrap();
    assert_eq!((summary.advisories, summary.bad), (8, 0), "{:?}", summary.examples);
    assert_eq!(home.fixes("x").len(), 8);
    assert_eq!(summary.as_of["PyPI"], "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap());
}

#[test]
fn bad_records_are_counted_and_shown_and_the_good_ones_kept() {
    let home = Home::new();
    let lines = [
        record("A-1", "2026-01-01T00:00:00Z", "x", "1.0"),
        "{".into(),
        "[1]".into(),
        r#"{"hello": "world"}"#.into(),
        r#"{"id": "A-2"}"#.into(),
        r#"{"id": "", "affected": []}"#.into(),
        format!(r#"{{"id": "A-3", "affected": {}}}"#, "[".repeat(1000)),
        r#"{"id": "A-4", "affected": [{"package": {"ecosystem": "PyPI", "name": "x"}}]}"#.into(),
    ];
    let summary = home.import(&[home.file("a.jsonl", lines.join("\n"))]).unwrap();
    assert_eq!((summary.advisories, summary.bad, summary.without_versions), (2, 6, 1));
    let told: Vec<&str> = summary.examples.iter().map(|bad| bad.source.rsplit('/').next().unwrap()).collect();
    assert_eq!(told, ["a.jsonl:2", "a.jsonl:3[0]", "a.jsonl:4", "a.jsonl:5", "a.jsonl:6", "a.jsonl:7"]);
}

#[test]
fn of_several_states_the_newest_counts_and_a_withdrawal_stays() {
    let home = Home::new();
    let withdrawn =
        r#"{"id": "A-2", "modified": "2026-03-01T00:00:00Z", "withdrawn": "2026-03-01T00:00:00Z"}"#;
    let old_and_new = [
        record("A-1", "2026-02-01T00:00:00Z", "x", "2.0"),
        record("A-1", "2026-01-01T00:00:00Z", "x", "1.0"),
        withdrawn.into(),
        record("A-2", "2026-01-01T00:00:00Z", "y", "1.0"),
    ];
    let summary = home.import(&[home.file("a.jsonl", old_and_new.join("\n"))]).unwrap();
    assert_eq!((summary.advisories, summary.withdrawn, summary.duplicates), (1, 1, 2));
    assert_eq!((home.fixes("x"), home.fixes("y")), (vec!["2.0".to_owned()], vec![]));
}

#[test]
fn dates_that_cannot_be_do_not_make_data_fresh() {
    let home = Home::new();
    let dates = ["0001-01-01T00:00:00Z", "2031-01-01T00:00:00Z", "soon", "2025-05-05T05:05:05.5+00:00Z"];
    let lines: Vec<String> =
        dates.iter().enumerate().map(|(i, date)| record(&format!("A-{i}"), date, "x", "1.0")).collect();
    let summary = home.import(&[home.file("a.jsonl", lines.join("\n"))]).unwrap();
    assert_eq!(summary.as_of["PyPI"], "2025-05-05T05:05:05Z".parse::<Timestamp>().unwrap());
    let undated = home.import(&[home.file("b.jsonl", lines[..3].join("\n"))]).unwrap();
    assert!(undated.as_of.is_empty());
}

#[test]
fn what_cannot_be_imported_is_refused_and_leaves_the_old_database() {
    let home = Home::new();
    let good = home.file("a.json", record("A-1", "2026-01-01T00:00:00Z", "x", "1.0"));
    home.import(std::slice::from_ref(&good)).unwrap();
    let before = std::fs::read(home.target()).unwrap();
    let cut = zstd::encode_all([b'x'; 4000].as_slice(), 1).unwrap();
    let cases = [
        (home.path("nowhere"), "advisories-not-found"),
        (home.file("a.yaml", "id: A-1"), "unknown-advisory-form"),
        (home.file("b.json", "{}"), "no-advisories"),
        (home.file("c.zip", "PK no zip"), "advisories-unreadable"),
        (home.file("d.jsonl.zst", &cut[..cut.len() - 3]), "advisories-unreadable"),
        (home.file("e.jsonl.zst", "not zstd"), "advisories-unreadable"),
    ];
    for (source, expected) in cases {
        assert_eq!(code(home.import(std::slice::from_ref(&source))), expected, "{}", source.display());
        assert_eq!(std::fs::read(home.target()).unwrap(), before, "{}", source.display());
    }
    let left: Vec<_> = std::fs::read_dir(home.path("out")).unwrap().collect();
    assert_eq!(left.len(), 1, "something was left beside the database");
    let missing = Database::open(&home.path("nowhere")).unwrap_err();
    assert!(matches!(missing, OpenError::Missing(_)));
}

#[test]
fn every_limit_stops_the_import() {
    let home = Home::new();
    let line = record("A-1", "2026-01-01T00:00:00Z", "x", "1.0");
    let lines = home.file("in/one/two/a.jsonl", format!("{line}\n{line}\n{line}\n"));
    let limited = |change: fn(&mut Limits)| {
        let mut options = options();
        change(&mut options.limits);
        code(home.import_with(&[home.path("in")], &options))
    };
    assert_eq!(limited(|limits| limits.documents = 2), "import-limit");
    assert_eq!(limited(|limits| limits.document_bytes = 50), "import-limit");
    assert_eq!(limited(|limits| limits.bytes = 300), "import-limit");
    assert_eq!(limited(|limits| limits.rows = 3), "import-limit");
    assert_eq!(limited(|limits| limits.depth = 1), "import-limit");
    // A few kilobytes that unpack to a gigabyte on one line: stopped at the limit of a document.
    let bomb = zstd::encode_all(std::io::repeat(b' ').take(1 << 30), 1).unwrap();
    assert_eq!(code(home.import(&[lines, home.file("bomb.jsonl.zst", bomb)])), "import-limit");
}

#[test]
fn a_folder_that_links_to_itself_is_read_once() {
    let home = Home::new();
    home.file("in/a.json", record("A-1", "2026-01-01T00:00:00Z", "x", "1.0"));
    std::os::unix::fs::symlink(home.path("in"), home.path("in/again")).unwrap();
    assert_eq!(home.import(&[home.path("in")]).unwrap().documents, 1);
}

#[test]
fn malicious_packages_are_critical_and_words_of_vendors_are_understood() {
    let home = Home::new();
    let lines = [
        r#"{"id": "PYSEC-1", "aliases": ["MAL-1"], "affected": [{"package": {"ecosystem": "PyPI", "name": "x"}, "versions": ["1"]}]}"#,
        r#"{"id": "GHSA-1", "database_specific": {"severity": "MODERATE"}, "severity": [{"type": "CVSS_V3",
            "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
            "affected": [{"package": {"ecosystem": "PyPI", "name": "y"}, "versions": ["1"]}]}"#,
        r#"{"id": "ALSA-1", "summary": "Important: z", "affected": [{"package": {"ecosystem": "PyPI", "name": "z"}, "versions": ["1"]}]}"#,
    ];
    let lines: Vec<String> = lines.iter().map(|line| line.replace('\n', " ")).collect();
    home.import(&[home.file("a.jsonl", lines.join("\n"))]).unwrap();
    let database = Database::open(&home.target()).unwrap();
    let band = |name: &str| database.entries("PyPI", name).next().unwrap().advisory().band().name();
    assert_eq!([band("x"), band("y"), band("z")], ["Critical", "Medium", "High"]);
}
