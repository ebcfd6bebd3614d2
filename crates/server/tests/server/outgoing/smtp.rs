//! A mail server that notes what it is told, and letters to it.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::sync::Arc;

use assay_app::notice::{Fate, Mailer, Sending};
use assay_server::outgoing::{Letters, Links, MailOptions, MailWay, Smtp, SmtpSecurity};
use rustls::ServerConfig;

use super::matter::{letter, message, words};
use super::wire::{Line, Wire, read_line, say, tls};

/// What was said in one conversation.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
struct Session {
    commands: Vec<String>,
    letter: Vec<String>,
}

/// A server that answers some commands otherwise than usual.
fn server(tls: Option<Arc<ServerConfig>>, odd: &[(&'static str, &'static str)]) -> Wire<Session> {
    let odd: BTreeMap<_, _> = odd.iter().copied().collect();
    Wire::listen(1, tls, move |line| talk(line, &odd))
}

fn talk(line: &mut BufReader<Box<dyn Line>>, odd: &BTreeMap<&str, &str>) -> Session {
    let mut session = Session::default();
    say(line, "220 mail.example ready\r\n");
    while let Some(command) = read_line(line) {
        let word = command.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        session.commands.push(command);
        let usual = match word.as_str() {
            "EHLO" => "250-mail.example\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n",
            "AUTH" => "235 welcome\r\n",
            "DATA" => "354 go on\r\n",
            "QUIT" => "221 bye\r\n",
            _ => "250 fine\r\n",
        };
        say(line, odd.get(word.as_str()).unwrap_or(&usual));
        if word == "DATA" && !odd.contains_key("DATA") {
            session.letter = std::iter::from_fn(|| read_line(line).filter(|one| one != ".")).collect();
            say(line, odd.get(".").unwrap_or(&"250 2.0.0 queued as 1234\r\n"));
        }
        if word == "QUIT" {
            break;
        }
    }
    session
}

fn mailer(wire: &Wire<Session>, security: SmtpSecurity, authorities: Vec<Vec<u8>>) -> Letters {
    Letters::new(MailOptions {
        from: "Assay <assay@example.com>".into(),
        way: MailWay::Smtp(Smtp {
            host: if security == SmtpSecurity::Plain { "127.0.0.1" } else { "localhost" }.into(),
            port: wire.address.port(),
            security,
            credentials: Some(("robot".into(), "sesame".into())),
            authorities,
        }),
        links: Links::below("https://assay.example"),
    })
    .unwrap()
}

fn send(mailer: &Letters) -> Sending {
    mailer.mail("dev@acme.example", &message(Some(letter(words("Build 3 of Parrot failed"), Vec::new()))))
}

#[test]
fn a_letter_reaches_a_mail_server_over_tls() {
    let (config, authority) = tls();
    let wire = server(Some(config), &[]);
    let sending = send(&mailer(&wire, SmtpSecurity::Tls, vec![authority]));
    assert_eq!(sending.fate, Fate::Delivered, "{sending:?}");
    assert_eq!((sending.status, sending.answer.as_str()), (Some(250), "2.0.0 queued as 1234"));
    let session = wire.heard().remove(0);
    let said = |start: &str| session.commands.iter().any(|command| command.starts_with(start));
    assert!(said("EHLO example.com") && said("AUTH PLAIN"), "{:?}", session.commands);
    assert!(
        said("MAIL FROM:<assay@example.com>") && said("RCPT TO:<dev@acme.example>"),
        "{:?}",
        session.commands
    );
    let header = |name: &str| {
        let found = session.letter.iter().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        found.unwrap_or_else(|| panic!("no {name} in {:#?}", session.letter))
    };
    assert_eq!(header("Message-ID"), "<msg_0123456789abcdef@example.com>");
    assert_eq!(header("Subject"), "Build 3 of Parrot failed");
    assert_eq!(header("From"), "Assay <assay@example.com>");
    assert_eq!(header("To"), "dev@acme.example");
    assert_eq!(header("Date"), "Sun, 01 Mar 2026 12:00:00 +0000");
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert_eq!(header("References"), "<build-00000000-0000-0000-0000-00000000000b@example.com>");
    assert!(header("Content-Type").starts_with("multipart/alternative"));
}

#[test]
fn a_server_nobody_vouches_for_gets_nothing() {
    let (config, _) = tls();
    let wire = server(Some(config), &[]);
    let sending = send(&mailer(&wire, SmtpSecurity::Tls, Vec::new()));
    assert!(matches!(sending.fate, Fate::Later { .. }), "{sending:?}");
    assert_eq!(wire.heard(), [Session::default()]);
}

#[test]
fn a_server_without_starttls_gets_neither_password_nor_letter() {
    let wire = server(None, &[]);
    let sending = send(&mailer(&wire, SmtpSecurity::StartTls, Vec::new()));
    assert!(matches!(sending.fate, Fate::Later { .. }), "{sending:?}");
    let session = wire.heard().remove(0);
    assert!(
        session.commands.iter().all(|one| one.starts_with("EHLO") || one.starts_with("QUIT")),
        "{session:?}"
    );
}

#[test]
fn what_a_server_refuses_for_good_is_told_from_what_may_be_mended() {
    let fate = |odd: &[(&'static str, &'static str)]| {
        let wire = server(None, odd);
        let sending = send(&mailer(&wire, SmtpSecurity::Plain, Vec::new()));
        wire.heard();
        (sending.status, matches!(sending.fate, Fate::Never(_)), sending.answer)
    };
    let (status, never, said) = fate(&[("RCPT", "550 5.1.1 no such user here\r\n")]);
    assert_eq!((status, never), (Some(550), true));
    assert!(said.contains("no such user here"), "{said}");
    let usually_mended = [
        (Some(451), ("RCPT", "451 try later\r\n")),
        (Some(535), ("AUTH", "535 wrong password\r\n")),
        (Some(452), (".", "452 disk full\r\n")),
        (Some(421), ("MAIL", "421 going down\r\n")),
    ];
    for (status, odd) in usually_mended {
        let (got, never, said) = fate(&[odd]);
        assert_eq!((got, never), (status, false), "{odd:?}: {said}");
    }
    let (status, never, _) = fate(&[(".", "554 smells like spam\r\n")]);
    assert_eq!((status, never), (Some(554), true));
}

#[test]
fn nobody_at_the_other_end_is_tried_again() {
    let wire = server(None, &[]);
    let mailer = mailer(&wire, SmtpSecurity::Plain, Vec::new());
    assert_eq!(send(&mailer).fate, Fate::Delivered);
    wire.heard();
    let sending = send(&mailer);
    assert!(matches!(sending.fate, Fate::Later { .. }), "{sending:?}");
    assert_eq!(sending.status, None);
}
