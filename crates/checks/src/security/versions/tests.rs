//! The orders against examples, against each other's laws, and against the programs that define them.

use std::cmp::Ordering;
use std::process::Command;

use proptest::prelude::*;

use super::{Scheme, normal_name};

/// Each list stands in rising order.
const RISING: &[(Scheme, &[&str])] = &[
    (
        Scheme::Dpkg,
        &[
            "0~~",
            "0~",
            "0",
            "1.0~rc1-1",
            "1.0-1",
            "1.0-1+b1",
            "1.0-1+deb12u1",
            "1.0-2~deb12u1",
            "1.0-2",
            "1.0a-1",
            "1.0+dfsg-1",
            "1.0.1-1",
            "1.9-1",
            "1.10-1",
            "2:0.1-1",
            "10:0.0-1",
        ],
    ),
    (
        Scheme::Apk,
        &[
            "1.0_alpha",
            "1.0_alpha1",
            "1.0_beta",
            "1.0_pre2",
            "1.0_rc1",
            "1.0",
            "1.0-r1",
            "1.0-r10",
            "1.0_git20200101",
            "1.0_p1",
            "1.0_p1-r1",
            "1.0_p2",
            "1.0a",
            "1.0b",
            "1.0.01",
            "1.0.1",
            "1.0.2",
            "1.0.10",
            "1.1",
            "2",
            "10",
        ],
    ),
    (
        Scheme::Python,
        &["1.0.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0+local", "1.0.post1", "1.1", "1.10", "1!0.1"],
    ),
    (
        Scheme::Node,
        &[
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-beta",
            "1.0.0-rc.2",
            "1.0.0-rc.11",
            "1.0.0",
            "1.2.0",
            "1.10.0",
        ],
    ),
    (
        Scheme::Semantic,
        &["0", "0.9", "1.0.0-1", "1.0.0-alpha", "v1.0", "1.0.1", "2020.12.23", "2023.03.13", "2023.3.14"],
    ),
];

#[test]
fn listed_versions_rise() {
    for (scheme, versions) in RISING {
        for (i, a) in versions.iter().enumerate() {
            for (j, b) in versions.iter().enumerate() {
                let (a, b) = (scheme.parse(a).unwrap(), scheme.parse(b).unwrap());
                assert_eq!(a.compare(&b), Some(i.cmp(&j)), "{scheme:?}: {a:?} against {b:?}");
            }
        }
    }
}

#[test]
fn malformed_versions_are_refused() {
    let cases = [
        (Scheme::Dpkg, "a:1"),
        (Scheme::Dpkg, ":1"),
        (Scheme::Dpkg, "1-"),
        (Scheme::Dpkg, "99999999999:1"),
        (Scheme::Dpkg, "1 2"),
        (Scheme::Apk, "1..2"),
        (Scheme::Apk, "1.0_wonder"),
        (Scheme::Apk, "1.0-rx"),
        (Scheme::Python, "not-a-version"),
        (Scheme::Node, "1.two.3"),
        (Scheme::Semantic, "1.x"),
        (Scheme::Unknown, "1"),
    ];
    for (scheme, text) in cases {
        assert_eq!(scheme.parse(text), None, "{scheme:?} {text}");
        assert_eq!(scheme.parse(""), None, "{scheme:?} empty");
    }
    assert_eq!(Scheme::Dpkg.parse(&"1".repeat(10_000)), None);
}

#[test]
fn different_schemes_do_not_compare() {
    let deb = Scheme::Dpkg.parse("1.0").unwrap();
    assert_eq!(deb.compare(&Scheme::Python.parse("1.0").unwrap()), None);
}

#[test]
fn python_names_are_folded() {
    assert_eq!(normal_name("PyPI", "Zope.Interface__x"), "zope-interface-x");
    assert_eq!(normal_name("npm", "JSONStream"), "JSONStream");
}

fn text_of(scheme: Scheme) -> BoxedStrategy<String> {
    match scheme {
        Scheme::Dpkg => "([0-2]:)?[0-9][0-9a-c.+~]{0,6}(-[0-9a-b.+~]{1,4})?".boxed(),
        Scheme::Apk => {
            "[0-9]{1,2}(\\.[0-9]{1,2}){0,2}[a-b]?(_(alpha|beta|pre|rc|git|p)[0-9]{0,2}){0,2}(-r[0-9])?"
                .boxed()
        }
        Scheme::Python => {
            "([0-1]!)?[0-9](\\.[0-9]{1,2}){0,2}((a|b|rc)[0-9])?(\\.post[0-9])?(\\.dev[0-9])?".boxed()
        }
        Scheme::Node => "[0-9]\\.[0-9]\\.[0-9](-[a-b1-9](\\.[a-b1-9]){0,2})?".boxed(),
        Scheme::Semantic | Scheme::Unknown => {
            "v?[0-9]{1,2}(\\.[0-9]{1,2}){0,3}(-[a-b0-9]{1,2}(\\.[a-b0-9]){0,2})?".boxed()
        }
    }
}

fn three() -> impl Strategy<Value = (Scheme, [String; 3])> {
    let schemes = [Scheme::Dpkg, Scheme::Apk, Scheme::Python, Scheme::Node, Scheme::Semantic];
    proptest::sample::select(schemes.to_vec())
        .prop_flat_map(|scheme| (Just(scheme), [text_of(scheme), text_of(scheme), text_of(scheme)]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn every_order_is_total((scheme, texts) in three()) {
        let [a, b, c] = texts.map(|text| scheme.parse(&text).unwrap());
        let order = |x: &super::Version, y: &super::Version| x.compare(y).unwrap();
        prop_assert_eq!(order(&a, &a), Ordering::Equal);
        prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
        if order(&a, &b) != Ordering::Greater && order(&b, &c) != Ordering::Greater {
            prop_assert_ne!(order(&a, &c), Ordering::Greater);
        }
    }

    #[test]
    fn no_text_makes_a_parser_fall_over(text in ".{0,40}") {
        for scheme in [Scheme::Dpkg, Scheme::Apk, Scheme::Python, Scheme::Node, Scheme::Semantic] {
            if let Some(version) = scheme.parse(&text) {
                prop_assert_eq!(version.compare(&version), Some(Ordering::Equal));
            }
        }
    }

    #[test]
    fn the_lenient_order_agrees_with_the_strict_one(a in semver_text(), b in semver_text()) {
        let ours = Scheme::Semantic.parse(&a).unwrap().compare(&Scheme::Semantic.parse(&b).unwrap());
        let strict = semver::Version::parse(&a).unwrap().cmp_precedence(&semver::Version::parse(&b).unwrap());
        prop_assert_eq!(ours, Some(strict));
    }
}

fn semver_text() -> impl Strategy<Value = String> {
    "(0|[1-9][0-9]?)\\.[0-9]\\.[0-9](-(0|[1-9][0-9]|[a-b][a-b0-9]?)(\\.([0-9]|b-)){0,2})?(\\+x1)?"
}

/// Pairs of Debian versions held against dpkg itself, many comparisons to one shell. The pairs are drawn from a fixed
/// seed, so a failure comes again.
#[test]
fn dpkg_agrees() {
    if Command::new("dpkg").arg("--version").output().is_err() {
        println!("not compared: the `dpkg` program is not installed here");
        return;
    }
    let pairs = debian_pairs(3_000);
    let answers: Vec<String> = pairs.chunks(400).flat_map(ask_dpkg).collect();
    assert_eq!(answers.len(), pairs.len());
    for ((a, b), answer) in pairs.iter().zip(answers) {
        let ours = match Scheme::Dpkg.parse(a).unwrap().compare(&Scheme::Dpkg.parse(b).unwrap()).unwrap() {
            Ordering::Less => "l",
            Ordering::Equal => "e",
            Ordering::Greater => "g",
        };
        assert_eq!(ours, answer, "{a} against {b}");
    }
}

fn ask_dpkg(pairs: &[(String, String)]) -> Vec<String> {
    let question = |(a, b): &(String, String)| {
        format!(
            "if dpkg --compare-versions '{a}' lt '{b}'; then echo l; \
             elif dpkg --compare-versions '{a}' eq '{b}'; then echo e; else echo g; fi\n"
        )
    };
    let script: String = pairs.iter().map(question).collect();
    let output = Command::new("sh").arg("-c").arg(&script).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// A small linear congruential generator: chance without a source of chance.
fn debian_pairs(count: usize) -> Vec<(String, String)> {
    let parts =
        ["1", "0", "10", "01", "9", "a", "b", "~", "~rc1", "+dfsg", "+b1", ".", "+deb12u1", "A", "-1", "1:"];
    let mut state: u64 = 20_261_123;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut version = || {
        let epoch = ["", "", "1:", "2:"][next(4)];
        let body: String = (0..=next(4)).map(|_| parts[next(parts.len() - 2)]).collect();
        let revision = ["", "-1", "-0", "-1~bpo1", "-2+deb12u1"][next(5)];
        format!("{epoch}1{body}{revision}")
    };
    (0..count).map(|_| (version(), version())).collect()
}
