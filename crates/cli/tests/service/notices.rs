//! Messages of the running service: a receiver on this machine, and endpoints managed beside the service.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::house::{House, Service};

/// How long a message may take.
const WITHIN: Duration = Duration::from_secs(60);
const SILENT: u16 = 0;
const ALLOWED: &str = "webhooks.allow_addresses=127.0.0.1";

/// A request's headers, names in lower case, and its body.
type Heard = (Vec<String>, Value);

/// A receiver that answers with these statuses in turn, and with the last one from then on. One of [`SILENT`] says nothing
/// until the other side has gone.
fn receiver(statuses: &'static [u16]) -> (SocketAddr, Receiver<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, heard) = channel();
    thread::spawn(move || {
        let (last, first) = statuses.split_last().unwrap();
        for status in first.iter().chain(std::iter::repeat(last)) {
            let (stream, _) = listener.accept().unwrap();
            let mut stream = BufReader::new(stream);
            if tell.send(request(&mut stream)).is_err() {
                return;
            }
            if *status == SILENT {
                stream.read_to_end(&mut Vec::new()).unwrap_or_default();
                continue;
            }
            let answer = format!("HTTP/1.1 {status} So\r\ncontent-length: 2\r\n\r\nok");
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    (address, heard)
}

fn request(stream: &mut impl BufRead) -> Heard {
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        headers.push(line);
    }
    let length = header(&headers, "content-length").parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (headers, serde_json::from_slice(&body).unwrap())
}

fn header<'a>(headers: &'a [String], name: &str) -> &'a str {
    let found = headers.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    found.unwrap_or_else(|| panic!("no {name} in {headers:?}")).trim()
}

fn asked(service: &Service, arguments: &[&str]) -> Value {
    serde_json::from_str(&service.told(&[arguments, &["--format", "json"]].concat())).unwrap()
}

/// The only delivery to the endpoint, once it stands so.
fn delivery(service: &Service, endpoint: &str, state: &str) -> Value {
    let start = Instant::now();
    loop {
        let listed = asked(service, &["webhook", "deliveries", "--endpoint", endpoint, "--state", state]);
        if let Some(delivery) = listed.as_array().unwrap().first() {
            return delivery.clone();
        }
        assert!(start.elapsed() < WITHIN, "the delivery never became {state}");
    }
}

#[test]
fn an_endpoint_is_made_tried_and_told_again() {
    let service = Service::start_in(House::new(), &[ALLOWED]);
    let (address, heard) = receiver(&[200, 410]);
    let url = format!("http://{address}/hook");
    let add = ["webhook", "add", url.as_str(), "--org", "1", "--set", ALLOWED];
    let made = asked(&service, &add);
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    assert!(secret.starts_with("whsec_"));
    let listed = asked(&service, &["webhook", "list", "--org", "1"]);
    assert_eq!(
        (&listed[0]["url"], listed[0].get("secret")),
        (&url.as_str().into(), None),
        "it is shown once"
    );

    service.told(&["webhook", "test", id]);
    let (headers, event) = heard.recv_timeout(WITHIN).unwrap();
    let message = header(&headers, "webhook-id").to_owned();
    assert!(header(&headers, "webhook-signature").starts_with("v1,"));
    assert_eq!((&event["type"], &event["specversion"]), (&"Ping".into(), &"1.0".into()));
    let delivered = delivery(&service, id, "delivered");
    assert_eq!((&delivered["id"], &delivered["last"]["status"]), (&message.as_str().into(), &200.into()));

    service.told(&["webhook", "redeliver", &message]);
    let (headers, again) = heard.recv_timeout(WITHIN).unwrap();
    assert_eq!((header(&headers, "webhook-id"), &again), (message.as_str(), &event), "the same once more");
    delivery(&service, id, "dead");
    let listed = asked(&service, &["webhook", "list", "--org", "1"]);
    assert_eq!(listed[0]["disabled"], "gone", "an endpoint that is gone is believed");
    let rotated = asked(&service, &["webhook", "rotate", id]);
    assert_ne!(rotated["secret"], secret);
    service.told(&["webhook", "remove", id]);
    assert_eq!(asked(&service, &["webhook", "list", "--org", "1"]), Value::Array(Vec::new()));
    assert!(!service.said().contains(secret), "secrets are not logged");
}

#[test]
fn a_message_on_its_way_when_the_power_goes_comes_again_under_its_id() {
    let mut service = Service::start_in(House::new(), &[ALLOWED]);
    let (address, heard) = receiver(&[SILENT, 200]);
    let url = format!("http://{address}/");
    let made = asked(&service, &["webhook", "add", &url, "--org", "1", "--set", ALLOWED]);
    let id = made["id"].as_str().unwrap();
    service.told(&["webhook", "test", id]);
    let (first, _) = heard.recv_timeout(WITHIN).unwrap();
    service.kill();
    service.start_again();
    let (second, _) = heard.recv_timeout(WITHIN).unwrap();
    assert_eq!(header(&first, "webhook-id"), header(&second, "webhook-id"));
    assert_eq!(delivery(&service, id, "delivered")["attempts"], 1, "of the first attempt nothing is known");
}

#[test]
fn what_cannot_be_an_endpoint_is_refused_with_a_way_out() {
    let service = Service::start();
    let refused = |arguments: &[&str]| {
        let output = service.house.assay(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let add = |url: &str| refused(&["webhook", "add", url, "--org", "1"]);
    assert!(add("https://127.0.0.1/").contains("error[webhook-url-private]"));
    assert!(add("http://hooks.example.com/").contains("webhooks.allow_addresses"));
    assert!(add("hooks.example.com").contains("error[webhook-url-malformed]"));
    assert!(refused(&["webhook", "list", "--org", "9"]).contains("error[not-found]"));
    assert!(refused(&["webhook", "redeliver", "msg_0"]).contains("error[not-found]"));
    let event =
        ["webhook", "add", "https://hooks.example.com/", "--org", "1", "--event", "EngineBuildAproved"];
    assert!(refused(&event).contains("EngineBuildApproved"), "the nearest name is told");
}
