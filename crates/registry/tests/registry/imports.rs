//! Blobs that the service itself brings in.

use assay_core::{OrgId, Refused};
use assay_registry::RegistryOptions;

use crate::client::{digest, noise};
use crate::house::{House, options};

fn import(house: &House, name: &str, org: i64, digest: &str, bytes: &[u8]) -> Result<u64, &'static str> {
    let wanted = digest.parse().unwrap();
    let mut bytes = bytes;
    match house.registry.import(&name.parse().unwrap(), OrgId(org), Some(&wanted), &mut bytes) {
        Ok((found, size)) => {
            assert_eq!(found, wanted);
            Ok(size)
        }
        Err(Refused::Rejection(rejection)) => Err(rejection.code),
        Err(Refused::Fault(fault)) => panic!("{fault:?}"),
    }
}

#[test]
fn to_name_the_digest_of_anothers_blob_is_not_to_have_it() {
    let house = House::open();
    let secret = house.client.push_blob("8/b", b"layer of another organization");
    let path = format!("/v2/7/a/blobs/{secret}");
    assert_eq!(import(&house, "7/a", 7, &secret, b"junk"), Err("digest-differs"));
    house.client.get(&path).refused(404, "BLOB_UNKNOWN");
    assert_eq!(import(&house, "7/a", 7, &secret, b"layer of another organization"), Ok(29));
    house.client.get(&path).expect(200);
    // The organization's own is shown to a further repository without a byte.
    assert_eq!(import(&house, "7/c", 7, &secret, b"never read"), Ok(29));
    house.client.get(&format!("/v2/7/c/blobs/{secret}")).expect(200);
}

#[test]
fn what_is_brought_in_counts_against_the_quota() {
    let house = House::with(RegistryOptions { quota: Some(1500), ..options() });
    let (one, two) = (noise(1, 1000), noise(2, 1000));
    assert_eq!(import(&house, "7/a", 7, &digest(&one), &one), Ok(1000));
    assert_eq!(import(&house, "7/a", 7, &digest(&two), &two), Err("quota-exceeded"));
    assert!(house.upload_files().is_empty());
    assert_eq!(house.blob_files(), [digest(&one)]);
}
