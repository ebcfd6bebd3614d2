//! Images that try not to be seen through.

use assay_core::Code;

use crate::{STATUS, debian, demonstrated, errors, holds, metadata, stanza, sum};

#[test]
fn a_database_that_was_tampered_with_holds() {
    let bash = || stanza("bash", "5.2-1", "");
    let with = |status: &str| debian("12").file(STATUS, status, 0o644);
    holds(&demonstrated(debian("12")), "is missing");
    holds(&demonstrated(with("")), "names no installed package");
    holds(&demonstrated(with(&bash()[..30])), "breaks off");
    holds(&demonstrated(with("Package: bash\nStatus: install ok installed\n\n")), "no single `Version`");
    holds(&demonstrated(with(&bash().replace("Version:", "Version: 9\nVersion:"))), "no single `Version`");
    let list = "/var/lib/dpkg/info/openssl.list";
    holds(&demonstrated(with(&bash()).file(list, "/.\n", 0o644)), "file lists of `openssl`, but no record");
    let sums = "/var/lib/dpkg/info/bash.md5sums";
    let absent = format!("{}  bin/bash\n", sum("x"));
    holds(&demonstrated(with(&bash()).file(sums, absent.clone(), 0o644)), "none of the files");
    let removed =
        bash().replace("install ok installed", "deinstall ok config-files") + &stanza("dash", "0.5-1", "");
    holds(
        &demonstrated(with(&removed).file(sums, absent, 0o644).file("/bin/bash", "x", 0o755)),
        "as removed",
    );
    holds(
        &demonstrated(with(&stanza("base-files", "11.1+deb11u9", ""))),
        "base-files has version 11.1+deb11u9",
    );
    holds(&demonstrated(with(&stanza("bash", "5.2-1+deb13u1", ""))), "built for a later release");
    let nameless: String = (0..21).map(|n| stanza(&format!("x{n}"), "1", "")).collect();
    holds(&demonstrated(with(&nameless)), "but not base-files");
    let alpine = with(&bash()).file("/lib/apk/db/installed", "P:musl\nV:1.2-r0\n\n", 0o644);
    holds(&demonstrated(alpine), "has a database of apk");
}

#[test]
fn a_vendors_package_is_left_to_the_vendor_only_with_a_true_sum() {
    let record = "/usr/lib/python3/dist-packages/Django-3.2.4.egg-info/PKG-INFO";
    let text = metadata("Django", "3.2.4");
    let layer = |version: &str, sums: String| {
        debian("12")
            .file(STATUS, stanza("python3-django", version, "Source: python-django\n"), 0o644)
            .file("/var/lib/dpkg/info/python3-django.md5sums", sums, 0o644)
            .file("/var/lib/dpkg/info/python3-django.list", format!("{record}\n"), 0o644)
            .file(record, text.clone(), 0o644)
    };
    let line = |sum: String| format!("{sum}  {}\n", &record[1..]);
    let owned = demonstrated(layer("2:3.2.4-1+deb12u1", line(sum(&text))));
    assert_eq!(errors(&owned), []);
    assert_eq!((owned.facts.packages["pypi"].found, owned.facts.packages["pypi"].assessed), (1, 0));

    let forged = demonstrated(layer("2:3.2.4-1+deb12u1", line(sum("other bytes"))));
    holds(&forged, "is not the sum of its bytes");
    assert!(errors(&forged).iter().any(|(code, _)| *code == Code::SEC_001), "and it is assessed");
    let unsummed = demonstrated(layer("2:3.2.4-1+deb12u1", format!("{}  {}\n", sum("x"), &STATUS[1..])));
    holds(&unsummed, "its sums do not");
    let unrelated = demonstrated(layer("1.0-1", line(sum(&text))));
    assert_eq!(errors(&unrelated).len(), 1, "a true sum under a version that does not go with it: assessed");
}

/// The trick that made another scanner drop 254 of 270 findings: the file list of bash claims the application.
#[test]
fn a_forged_file_list_does_not_hide_the_application() {
    let record = "/opt/app/node_modules/lodash/package.json";
    let text = r#"{"name": "lodash", "version": "4.17.4"}"#;
    let layer = |record: &str| {
        let sums = format!("{}  bin/bash\n{}  {}\n", sum("x"), sum(text), &record[1..]);
        debian("12")
            .file(STATUS, stanza("bash", "5.2-1", ""), 0o644)
            .file("/var/lib/dpkg/info/bash.md5sums", sums, 0o644)
            .file("/var/lib/dpkg/info/bash.list", format!("/bin/bash\n{record}\n"), 0o644)
            .file("/bin/bash", "x", 0o755)
            .file(record, text, 0o644)
    };
    let found = demonstrated(layer(record));
    assert_eq!(errors(&found).len(), 1);
    assert!(errors(&found)[0].1.contains("CVE-2019-10744"), "{:?}", errors(&found));
    // Among the distribution's own folders, with a true sum: bash 5.2 still is no lodash 4.17.4.
    assert_eq!(errors(&demonstrated(layer("/usr/lib/node_modules/lodash/package.json"))).len(), 1);
}
