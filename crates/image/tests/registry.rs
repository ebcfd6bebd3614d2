//! `docker://` against a registry on loopback.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::net::IpAddr;
use std::path::Path;

use assay_core::{Code, Fault, Silent};
use assay_image::{
    AddressRule, Credentials, Keep, OpenError, OpenOptions, Opened, Store, Transfer, transfer,
};
use support::layout::LayoutBlobs;
use support::registry::{Auth, Behaviour, Registry, TOKEN, USER};
use support::{Home, codes, sample, text};

fn credentials() -> OpenOptions {
    let credentials = Credentials::Basic { username: "user".into(), password: "secret".into() };
    OpenOptions { credentials: Some(credentials), ..OpenOptions::default() }
}

/// A registry that holds the sample image, and a store.
fn serve(behaviour: Behaviour) -> (Home, Registry) {
    let home = Home::new();
    home.pack(&sample(), "pushed");
    let registry = Registry::serve(home.path("pushed"), behaviour);
    (home, registry)
}

fn good(opened: Result<Opened, OpenError>) {
    let opened = opened.unwrap();
    assert_eq!(opened.findings, []);
    assert_eq!(text(&opened.image.unwrap(), "/var/manifest.json"), "{}");
}

fn rejected(opened: Result<Opened, OpenError>) -> &'static str {
    match opened.unwrap_err() {
        OpenError::Rejection(rejection) => rejection.code,
        OpenError::Fault(fault) => panic!("{fault}"),
    }
}

fn fault(opened: Result<Opened, OpenError>) -> Fault {
    match opened.unwrap_err() {
        OpenError::Fault(fault) => fault,
        OpenError::Rejection(rejection) => panic!("{rejection}"),
    }
}

#[test]
fn anonymous_basic_and_token() {
    for auth in [Auth::Open, Auth::Token] {
        let (home, registry) = serve(Behaviour::asking(auth));
        good(home.try_open(&registry.reference()));
    }
    for auth in [Auth::Basic, Auth::TokenForUser] {
        let (home, registry) = serve(Behaviour::asking(auth));
        good(home.open_with(&registry.reference(), &credentials()));
        assert_eq!(rejected(home.try_open(&registry.reference())), "image-forbidden");
    }
}

#[test]
fn a_ready_token_is_sent_as_it_is() {
    let (home, registry) = serve(Behaviour::asking(Auth::Token));
    let with = |token: &str| OpenOptions {
        credentials: Some(Credentials::Bearer(token.into())),
        ..OpenOptions::default()
    };
    good(home.open_with(&registry.reference(), &with("good-token")));
    assert_eq!(rejected(home.open_with(&registry.reference(), &with("bad"))), "image-forbidden");
    assert!(registry.seen().iter().all(|request| !request.starts_with("/token")));
}

#[test]
fn a_token_is_fetched_once() {
    let (home, registry) = serve(Behaviour::asking(Auth::TokenForUser));
    good(home.open_with(&registry.reference(), &credentials()));
    let tokens = registry.seen().iter().filter(|request| request.starts_with("/token")).count();
    assert_eq!(tokens, 1, "{:?}", registry.seen());
}

#[test]
fn by_digest_and_warm_without_the_blobs() {
    let (home, registry) = serve(Behaviour::asking(Auth::Open));
    let digest = home.open(&registry.reference()).subject.digest.unwrap();
    let before = registry.seen().len();
    let pinned = format!("docker://{}/acme/engine@{digest}", registry.address);
    let opened = home.open(&pinned);
    assert!(opened.subject.layers[0].cached);
    let asked = registry.seen().split_off(before);
    assert!(
        !asked.iter().any(|request| request.contains(opened.subject.layers[0].digest.hex())),
        "{asked:?}"
    );
}

#[test]
fn redirects_are_followed_without_credentials() {
    let (home, elsewhere) = serve(Behaviour::asking(Auth::Open));
    let blobs_at = Some(format!("http://{}/v2/acme/engine/blobs/", elsewhere.address));
    let registry =
        Registry::serve(home.path("pushed"), Behaviour { blobs_at, ..Behaviour::asking(Auth::TokenForUser) });
    good(home.open_with(&registry.reference(), &credentials()));
    assert!(registry.seen().iter().any(|request| request.ends_with(TOKEN)));
    assert!(registry.seen().iter().any(|request| request.ends_with(USER)));
    assert!(!elsewhere.seen().is_empty());
    assert!(elsewhere.seen().iter().all(|request| request.ends_with(' ')), "{:?}", elsewhere.seen());
}

#[test]
fn redirects_and_token_services_must_not_leave_this_machine_without_tls() {
    let blobs_at = Some("http://203.0.113.1/".to_owned());
    let (home, registry) = serve(Behaviour { blobs_at, ..Behaviour::asking(Auth::Open) });
    assert!(fault(home.try_open(&registry.reference())).cause.contains("not reached over TLS"));

    let realm = Some("http://203.0.113.1/token".to_owned());
    let (home, registry) = serve(Behaviour { realm, ..Behaviour::asking(Auth::Token) });
    assert_eq!(rejected(home.open_with(&registry.reference(), &credentials())), "image-forbidden");
}

#[test]
fn redirects_do_not_go_round_for_ever() {
    let home = Home::new();
    home.pack(&sample(), "pushed");
    let blobs_at = Some("/v2/acme/engine/blobs/".to_owned());
    let circle =
        Registry::serve(home.path("pushed"), Behaviour { blobs_at, ..Behaviour::asking(Auth::Open) });
    assert!(fault(home.try_open(&circle.reference())).cause.contains("too many"));
}

#[test]
fn missing_things_are_told_apart() {
    let (home, registry) = serve(Behaviour::asking(Auth::Open));
    let other = format!("docker://{}/acme/engine:other", registry.address);
    assert_eq!(rejected(home.try_open(&other)), "image-not-found");
    let layer = home.open(&registry.reference()).subject.layers[0].digest.clone();
    std::fs::remove_file(home.path("pushed/blobs/sha256").join(layer.hex())).unwrap();
    let fresh = Home::new();
    assert_eq!(codes(&fresh.open(&registry.reference())), [Code::IMG_001]);
}

#[test]
fn a_wrong_blob_or_media_type_is_a_finding() {
    let (home, registry) = serve(Behaviour::asking(Auth::Open));
    let layer = home.open(&registry.reference()).subject.layers[0].digest.clone();
    let path = home.path("pushed/blobs/sha256").join(layer.hex());
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let fresh = Home::new();
    assert_eq!(codes(&fresh.open(&registry.reference())), [Code::IMG_001]);
    assert_eq!(fresh.staged(), 0);

    let content_type = Some("application/vnd.docker.distribution.manifest.v1+prettyjws".to_owned());
    let (home, registry) = serve(Behaviour { content_type, ..Behaviour::asking(Auth::Open) });
    assert_eq!(codes(&home.open(&registry.reference())), [Code::IMG_002]);
}

#[test]
fn a_broken_connection_is_a_fault_worth_another_attempt() {
    let (home, registry) = serve(Behaviour { cut_blobs: Some(10), ..Behaviour::asking(Auth::Open) });
    assert!(fault(home.try_open(&registry.reference())).retryable);
    assert_eq!(home.staged(), 0);
    let (home, registry) = serve(Behaviour { status: Some(503), ..Behaviour::asking(Auth::Open) });
    assert!(fault(home.try_open(&registry.reference())).retryable);
    let nobody = fault(home.try_open("docker://127.0.0.1:1/acme/engine"));
    assert!(nobody.retryable && nobody.hint.is_some());
}

#[test]
fn only_allowed_addresses_are_dialled_whatever_name_leads_there() {
    let (home, registry) = serve(Behaviour::asking(Auth::Open));
    let only = |permits: fn(IpAddr) -> bool| OpenOptions {
        addresses: AddressRule::only(permits),
        ..OpenOptions::default()
    };
    good(home.open_with(&registry.reference(), &only(|address| address.is_loopback())));
    let asked = registry.seen().len();
    let by_name = registry.reference().replace("127.0.0.1", "localhost");
    for reference in [registry.reference(), by_name] {
        fault(home.open_with(&reference, &only(|address| !address.is_loopback())));
    }
    assert_eq!(registry.seen().len(), asked, "nobody was called");
}

#[test]
fn an_image_is_brought_over_blob_by_blob_and_stays_what_it_is() {
    let (home, registry) = serve(Behaviour::asking(Auth::Open));
    let original = home.open_good(&registry.reference());
    let archive = home.path("saved.tar");
    support::run(
        "skopeo",
        &[
            "copy",
            "--insecure-policy",
            &format!("oci:{}", home.path("pushed").display()),
            &format!("docker-archive:{}:a:1", archive.display()),
        ],
    );
    for (reference, digest) in
        [(registry.reference(), original.digest.clone()), (archive.display().to_string(), None)]
    {
        let layout = home.path(&format!("brought-{}", digest.is_some()));
        let brought = bring(&home, &reference, &layout);
        assert!(digest.is_none_or(|digest| digest == brought.top.digest));
        let store = Store::open(&home.path("other")).unwrap();
        let blobs = LayoutBlobs(layout);
        let options = OpenOptions::default();
        let opened =
            assay_image::open_blobs("brought", &brought.top, &blobs, &options, &store, &Silent).unwrap();
        assert_eq!(opened.findings, []);
        let image = opened.image.unwrap();
        assert_eq!(text(&image, "/var/manifest.json"), "{}");
        assert_eq!(image.config.user, original.config.user);
    }
}

/// Brings an image over into a layout folder.
fn bring(home: &Home, reference: &str, layout: &Path) -> Transfer {
    let blobs = layout.join("blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    let keep: Keep<'_> = &mut |told, bytes| {
        let mut all = Vec::new();
        bytes.read_to_end(&mut all).unwrap();
        let digest = assay_core::Digest::sha256(&all);
        assert!(told.is_none_or(|told| *told == digest));
        std::fs::write(blobs.join(digest.hex()), &all).unwrap();
        Ok((digest, all.len() as u64))
    };
    let brought = transfer(reference, &OpenOptions::default(), &home.store, keep).unwrap();
    assert_eq!(brought.blobs.len(), std::fs::read_dir(&blobs).unwrap().count());
    std::fs::write(blobs.join(brought.top.digest.hex()), &brought.bytes).unwrap();
    brought
}

#[test]
fn what_is_no_image_is_not_brought_over() {
    let (home, registry) = serve(Behaviour::asking(Auth::Open));
    let keep: Keep<'_> = &mut |_, _| panic!("there is nothing to keep");
    let missing = format!("{}-none", registry.reference());
    let refused = transfer(&missing, &OpenOptions::default(), &home.store, keep);
    assert!(matches!(refused, Err(OpenError::Rejection(_))), "{refused:?}");
}
