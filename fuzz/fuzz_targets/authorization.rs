//! The `Authorization` header.
#![no_main]

use assay_app::account::Authorization;
use libfuzzer_sys::fuzz_target;
use secrecy::ExposeSecret;

fuzz_target!(|header: &str| {
    let Ok(shown) = Authorization::read(header) else { return };
    let (Authorization::Basic { password: secret, .. } | Authorization::Bearer(secret)) = &shown;
    let secret = secret.expose_secret();
    let user = if let Authorization::Basic { user, .. } = &shown { user.as_str() } else { "" };
    let told = format!("{shown:?}");
    // A short secret may stand in the frame, and any may be the user's name too.
    let elsewhere = secret.len() <= 40 || format!("{user:?}").contains(secret);
    assert!(elsewhere || !told.contains(secret), "secrets do not print");
});
