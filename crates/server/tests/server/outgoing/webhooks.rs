//! Webhook messages: form, signature, and where they are not sent.

use std::time::Duration;

use assay_app::notice::{Fate, Matter, Message, Poster, Sending, Target, WebhookRules};
use assay_core::notice::{Alert, EndpointSecret};
use assay_server::outgoing::{Links, WebhookOptions, Webhooks};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::http::{Request, receiver};
use super::matter::{BUILD, digest, message};
use super::wire::{Wire, tls};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const THANKS: &str = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nthanks";

fn poster(allowed: &[&str], authorities: Option<Vec<Vec<u8>>>) -> Webhooks {
    Webhooks::new(WebhookOptions {
        rules: WebhookRules { allow_addresses: allowed.iter().map(|block| block.parse().unwrap()).collect() },
        timeout: Duration::from_secs(20),
        authorities,
        links: Links::below("https://assay.example/"),
    })
}

fn send(poster: &Webhooks, url: &str, message: &Message) -> Sending {
    let secrets = vec![EndpointSecret::new(SECRET), EndpointSecret::new("whsec_AAAA")];
    let at = "2026-03-01T12:00:05Z".parse().unwrap();
    poster.post(&Target { url: url.into(), secrets }, message, at)
}

/// Posts the usual message to a receiver that answers so.
fn answered(answer: &str) -> (Sending, Request) {
    let receiver = receiver(1, None, answer.into());
    let url = format!("http://{}/hook?a=b", receiver.address);
    let sending = send(&poster(&["127.0.0.1/32"], None), &url, &message(None));
    (sending, receiver.heard().remove(0))
}

#[test]
fn a_message_is_a_signed_cloud_event() {
    let (sending, request) = answered(THANKS);
    assert_eq!(sending, Sending::delivered(200, "thanks"));
    assert_eq!(request.first, "POST /hook?a=b HTTP/1.1");
    let header = |name: &str| request.headers[name].as_str();
    assert_eq!(header("content-type"), "application/cloudevents+json; charset=utf-8");
    assert_eq!(header("webhook-id"), "msg_0123456789abcdef");
    assert_eq!(header("webhook-timestamp"), "1772366405");

    let key = BASE64_STANDARD.decode(&SECRET[6..]).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(b"msg_0123456789abcdef.1772366405.");
    mac.update(request.body.as_bytes());
    let expected = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
    let signatures: Vec<&str> = header("webhook-signature").split(' ').collect();
    assert_eq!((signatures.len(), signatures[0]), (2, expected.as_str()), "the newer secret signs first");

    let event: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(
        event,
        json!({
            "specversion": "1.0",
            "id": "evt_fedcba9876543210",
            "source": "https://assay.example",
            "type": "EngineBuildTestReportDone",
            "subject": BUILD.to_string(),
            "time": "2026-03-01T12:00:00Z",
            "datacontenttype": "application/json",
            "data": {
                "engine_id": "00000000-0000-0000-0000-00000000000e",
                "engine": "parrot",
                "organization_id": "7",
                "user_id": "00000000-0000-0000-0000-00000000000c",
                "actor": "system",
                "status": "disapproved",
                "previous_status": "pending",
                "reason": "NET-001: it looked for a host",
                "sequence": 17,
                "event": "certificationFailed",
                "success": false,
                "build_id": BUILD.to_string(),
                "build_number": 3,
                "image": "registry.example/7/parrot:v1",
                "image_digest": digest().to_string(),
                "report_url": format!("https://assay.example/v3/builds/{BUILD}/report.json"),
                "report_digest": digest().to_string(),
            },
        })
    );
}

#[test]
fn alerts_and_pings_are_events_too() {
    let alert = Alert {
        key: "disk".into(),
        title: "The disk is nearly full".into(),
        text: "10 MB left.".into(),
        hint: None,
        build: Some(BUILD),
    };
    for (matter, name, data) in [
        (Matter::Ping, "Ping", json!({ "organization_id": "7" })),
        (Matter::Alert(alert.clone()), "OperatorAlert", json!(alert)),
    ] {
        let receiver = receiver(1, None, THANKS.into());
        let url = format!("http://{}/", receiver.address);
        send(&poster(&["127.0.0.0/8"], None), &url, &Message { matter, name: name.into(), ..message(None) });
        let event: Value = serde_json::from_str(&receiver.heard()[0].body).unwrap();
        assert_eq!((event["type"].as_str(), &event["data"]), (Some(name), &data));
    }
}

#[test]
fn an_answer_means_what_the_specification_says() {
    let fate = |status: &str| answered(&format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n")).0.fate;
    assert_eq!(fate("204 No Content"), Fate::Delivered);
    assert_eq!(fate("410 Gone"), Fate::Gone);
    for status in ["400 Bad Request", "404 Not Found", "500 Oh", "502 Bad Gateway"] {
        assert!(matches!(fate(status), Fate::Later { after: None, .. }), "{status}");
    }
    let (sending, _) = answered("HTTP/1.1 429 Slow\r\nretry-after: 77\r\ncontent-length: 4\r\n\r\nslow");
    assert_eq!((sending.status, sending.answer.as_str()), (Some(429), "slow"));
    let Fate::Later { fault, after } = sending.fate else { panic!("it goes better later") };
    assert_eq!(after, Some(Duration::from_secs(77)));
    assert!(fault.retryable && fault.cause.contains("429"), "{fault}");
}

#[test]
fn redirects_are_not_followed() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let elsewhere = listener.local_addr().unwrap();
    for status in [301, 302, 307, 308] {
        let answer =
            format!("HTTP/1.1 {status} Go\r\nlocation: http://{elsewhere}/\r\ncontent-length: 0\r\n\r\n");
        let (sending, _) = answered(&answer);
        assert_eq!(sending.status, Some(status));
        assert!(matches!(sending.fate, Fate::Later { .. }));
    }
    assert!(listener.accept().is_err(), "nobody came");
}

#[test]
fn an_endless_answer_is_cut_and_cleaned() {
    let flood = "x\u{1b}[2J\u{202e}\n".repeat(200_000);
    let (sending, _) = answered(&format!("HTTP/1.1 500 Oh\r\n\r\n{flood}"));
    assert!(sending.answer.len() <= 1030, "{}", sending.answer.len());
    assert!(sending.answer.chars().all(|one| one == '\n' || !one.is_control()), "{:?}", sending.answer);
    assert!(!sending.answer.contains('\u{202e}'));
}

#[test]
fn a_receiver_that_never_answers_is_left() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let options = WebhookOptions {
        rules: WebhookRules { allow_addresses: vec!["127.0.0.1".parse().unwrap()] },
        timeout: Duration::from_millis(200),
        authorities: None,
        links: Links::below("https://assay.example"),
    };
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let sending = send(&Webhooks::new(options), &url, &message(None));
    assert_eq!(sending.status, None);
    assert!(matches!(sending.fate, Fate::Later { .. }), "{sending:?}");
}

#[test]
fn insiders_addresses_are_never_connected_to() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let strict = poster(&[], None);
    let other = poster(&["10.0.0.0/8"], None);
    for host in
        ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "127.1", "2130706433", "0x7f.0.0.1", "0"]
    {
        for (poster, scheme) in [(&strict, "https"), (&strict, "http"), (&other, "http")] {
            let sending = send(poster, &format!("{scheme}://{host}:{port}/"), &message(None));
            assert_eq!(sending.status, None, "{scheme} {host}");
            let Fate::Never(fault) = &sending.fate else { panic!("{scheme} {host}: {sending:?}") };
            assert!(
                ["webhook-url-private", "webhook-url-malformed"].contains(&fault.kind.as_str()),
                "{fault:?}"
            );
        }
    }
    assert!(listener.accept().is_err(), "nobody came");
}

#[test]
fn over_tls_only_whom_an_authority_vouches_for() {
    let (config, authority) = tls();
    let receiver_known = receiver(1, Some(config.clone()), THANKS.into());
    let url = |wire: &Wire<Request>| format!("https://localhost:{}/", wire.address.port());
    let known = poster(&["127.0.0.1"], Some(vec![authority]));
    assert_eq!(send(&known, &url(&receiver_known), &message(None)), Sending::delivered(200, "thanks"));
    assert_eq!(receiver_known.heard()[0].first, "POST / HTTP/1.1");

    // It fails in the handshake, so that no request is ever heard.
    let unknown = Wire::listen(1, Some(config), super::wire::read_line);
    let address = format!("https://localhost:{}/", unknown.address.port());
    let sending = send(&poster(&["127.0.0.1"], None), &address, &message(None));
    assert!(matches!(sending.fate, Fate::Later { .. }), "{sending:?}");
    assert_eq!(unknown.heard(), [None]);
}
