//! Letters as files: form, and foreign text that stays text.

use std::path::Path;

use assay_app::notice::{Fate, Letter, Mailer, Matter, Message, Sending, Words};
use assay_core::notice::{Alert, DeliveryId};
use assay_server::outgoing::{Letters, Links, MailOptions, MailWay};

use super::matter::{BUILD, finding, letter, message, words};

fn mailer(folder: &Path, from: &str) -> Letters {
    let way = MailWay::Folder(folder.join("mail"));
    Letters::new(MailOptions { from: from.into(), way, links: Links::below("https://assay.example") })
        .unwrap()
}

fn send(folder: &Path, message: &Message) -> Sending {
    mailer(folder, "Assay <assay@example.com>").mail("dev@acme.example", message)
}

/// The letter as a mail program shows it: headers, text, HTML.
fn read(folder: &Path, message: &Message) -> (String, String, String) {
    let file = folder.join("mail").join(format!("{}.eml", message.id));
    let mail = String::from_utf8(std::fs::read(file).unwrap()).unwrap().replace("\r\n", "\n");
    let (headers, body) = mail.split_once("\n\n").unwrap();
    let boundary = headers.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap();
    let parts: Vec<&str> = body.split(&format!("--{boundary}")).collect();
    assert_eq!(parts.len(), 4, "two parts between three boundaries");
    (headers.to_owned(), part(parts[1], "text/plain"), part(parts[2], "text/html"))
}

fn part(part: &str, kind: &str) -> String {
    let (headers, body) = part.trim_start().split_once("\n\n").unwrap();
    assert!(headers.contains(kind), "{headers}");
    if !headers.contains("quoted-printable") {
        return body.to_owned();
    }
    let mut bytes = Vec::new();
    let mut rest = body.replace("=\n", "");
    while let Some(at) = rest.find('=') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        bytes.push(u8::from_str_radix(&rest[at + 1..at + 3], 16).unwrap());
        rest = rest[at + 3..].to_owned();
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).unwrap()
}

fn failed() -> Message {
    let found = finding("it looked for tracker.example");
    message(Some(letter(words("Build 3 of Parrot failed its certification"), vec![found])))
}

#[test]
fn a_letter_says_what_happened_why_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let message = failed();
    assert_eq!(send(folder.path(), &message).fate, Fate::Delivered);
    let (headers, text, html) = read(folder.path(), &message);
    assert!(headers.contains("Subject: Build 3 of Parrot failed its certification"), "{headers}");
    for (told, form) in [(&text, "text"), (&html, "html")] {
        let mut from = 0;
        // In this order: the verdict first.
        for part in [
            "failed its certification",
            "The certification found something",
            "first line",
            "NET-001",
            "it looked for tracker.example",
            "no attempt to reach anything",
            "/var/manifest.json:4",
            "declare the host, or do without it",
            "2 more stand against it; 1 warning; known vulnerabilities: 3 high",
            "Mend what is listed below.",
        ] {
            let at = told[from..].find(part);
            from += at.unwrap_or_else(|| panic!("`{part}` is missing or out of order in {form}:\n{told}"));
        }
        for part in [
            "Nothing that is live has changed.",
            "Acme",
            "default@1",
            "1 March 2026, 12:00 UTC",
            "registry.example/7/parrot:v1",
            &format!("https://assay.example/v3/builds/{BUILD}/report.json"),
            "because you pushed or submitted this build",
        ] {
            assert!(told.contains(part), "`{part}` is missing in {form}:\n{told}");
        }
    }
    assert!(html.contains("prefers-color-scheme: dark"));
    for outside in ["<img", "<script", "<link", "url("] {
        assert!(!html.contains(outside), "nothing is loaded from anywhere: {outside}");
    }
}

#[test]
fn a_letter_that_comes_twice_lies_there_once() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        send(folder.path(), &failed());
    }
    let names: Vec<_> =
        std::fs::read_dir(folder.path().join("mail")).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(names, ["msg_0123456789abcdef.eml"], "and nothing half-made beside it");
}

#[test]
fn foreign_text_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let evil = "<script>alert(1)</script>\r\nBcc: everybody@example.com\r\n\r\n\"'&\u{202e}";
    let words = Words {
        summary: evil.into(),
        reason: Some(evil.into()),
        next: vec![evil.into()],
        then: vec![evil.into()],
        ..words(evil)
    };
    let mut found = finding(evil);
    (found.expected, found.fix) = (evil.into(), evil.into());
    found.place.process = Some(evil.into());
    let letter = Letter { organization: evil.into(), ..letter(words, vec![found]) };
    let mut message = message(Some(letter));
    if let Matter::Step(told) = &mut message.matter {
        told.engine = evil.into();
        told.build.as_mut().unwrap().reference = evil.into();
    }
    assert_eq!(send(folder.path(), &message).fate, Fate::Delivered);
    let (headers, text, html) = read(folder.path(), &message);
    assert!(!headers.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{headers}");
    assert!(!html.contains("<script>") && html.contains("&#60;script&#62;"), "{html}");
    for told in [&text, &html] {
        assert!(!told.contains('\u{202e}') && !told.contains('\r'));
    }
}

#[test]
fn an_alert_is_a_letter_too() {
    let folder = tempfile::tempdir().unwrap();
    let alert = Alert {
        key: "disk".into(),
        title: "The disk is nearly full".into(),
        text: "10 MB are left.".into(),
        hint: Some("Make room.".into()),
        build: None,
    };
    let words = Words {
        reason: None,
        next: vec!["Make room.".into()],
        then: Vec::new(),
        ..words("The disk is nearly full")
    };
    let letter =
        Letter { occasion: None, findings: None, organization: String::new(), ..letter(words, Vec::new()) };
    let message = Message { matter: Matter::Alert(alert), ..message(Some(letter)) };
    assert_eq!(send(folder.path(), &message).fate, Fate::Delivered);
    let (headers, text, html) = read(folder.path(), &message);
    assert!(!headers.contains("References"), "{headers}");
    assert!(text.contains("Make room.") && !text.contains("Report:"), "{text}");
    assert!(!html.contains("Open the report"));
}

#[test]
fn an_address_that_is_none_is_given_up_and_a_sender_that_is_none_refused() {
    let folder = tempfile::tempdir().unwrap();
    for address in ["", "nobody", "a@b\r\nBcc: c@d", "two@a.example, three@b.example"] {
        let sending = mailer(folder.path(), "a@example.com").mail(address, &failed());
        let Fate::Never(fault) = sending.fate else { panic!("{address:?}: {sending:?}") };
        assert_eq!(fault.kind, "mail-address");
    }
    let way = MailWay::Folder(folder.path().into());
    let options = MailOptions { from: "nobody".into(), way, links: Links::below("https://assay.example") };
    assert!(Letters::new(options).is_err());
}

#[test]
fn a_folder_that_cannot_be_written_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mail"), "a file is in the way").unwrap();
    let message = Message { id: DeliveryId("msg_1".into()), ..failed() };
    assert!(matches!(send(folder.path(), &message).fate, Fate::Later { .. }));
}
