//! Signatures of the Standard Webhooks specification: HMAC-SHA256 over `id.timestamp.body`, one for each secret.

use assay_core::Fault;
use assay_core::notice::EndpointSecret;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// The `webhook-signature` header: space-separated, the newest secret first.
pub(super) fn header(
    secrets: &[EndpointSecret],
    id: &str,
    at: Timestamp,
    body: &str,
) -> Result<String, Fault> {
    let signed: Result<Vec<String>, Fault> =
        secrets.iter().map(|secret| sign(secret, id, at, body)).collect();
    Ok(signed?.join(" "))
}

fn sign(secret: &EndpointSecret, id: &str, at: Timestamp, body: &str) -> Result<String, Fault> {
    let unfit = |cause: &dyn std::fmt::Display| {
        Fault::new(
            "webhook-secret",
            "signing a webhook message",
            format!("the endpoint's secret is unfit: {cause}"),
        )
        .hint("rotate the endpoint's secret")
    };
    let text = secret.expose();
    let key = BASE64_STANDARD
        .decode(text.strip_prefix(EndpointSecret::PREFIX).unwrap_or(text))
        .map_err(|cause| unfit(&cause))?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|cause| unfit(&cause))?;
    mac.update(format!("{id}.{}.{body}", at.as_second()).as_bytes());
    Ok(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries; checked with one of them by hand.
    #[test]
    fn the_published_example_is_met() {
        let secret = EndpointSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let header = header(
            std::slice::from_ref(&secret),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            at,
            "{\"test\": 2432232314}",
        );
        assert_eq!(header.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn every_secret_signs_and_an_unfit_one_is_told() {
        let at = Timestamp::UNIX_EPOCH;
        let secrets = [EndpointSecret::new("whsec_AAAA"), EndpointSecret::new("BBBB")];
        let both = header(&secrets, "a", at, "{}").unwrap();
        assert_eq!(both.split(' ').filter(|one| one.starts_with("v1,")).count(), 2);
        assert!(!both.contains("AAAA") && both.split(' ').next() != both.split(' ').nth(1));
        assert!(header(&[EndpointSecret::new("whsec_no base64!")], "a", at, "{}").is_err());
    }
}
