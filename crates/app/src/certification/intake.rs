//! Intake: is this an image, has it a manifest, and do both have the right form.

use assay_checks::manifest::MAX_BYTES;
use assay_core::manifest::MANIFEST_PATH;
use assay_core::report::Report;
use assay_core::{Effect, EngineProfile, Waiver};
use assay_image::{Opened, ReadError};

use super::judge::{Case, open};
use super::{Request, Rooms, finish};
use crate::Refused;
use crate::push::Claim;
use assay_core::push::PushReason;

/// Who the caller says the image belongs to.
#[derive(Clone, Debug)]
pub enum Named {
    /// An engine.
    Engine {
        /// What the manifest has to fit.
        profile: Box<EngineProfile>,
        /// Waivers for it, or for the image.
        waivers: Vec<Waiver>,
    },
    /// Nobody; then nothing is judged.
    Nobody,
}

/// What intake brought.
#[derive(Clone, Debug)]
pub struct TakenIn {
    /// What the image says of itself.
    pub claim: Claim,
    /// What was found in form; nothing when the image is nobody's.
    pub form: Option<Form>,
    /// The manifest as found, when it is text.
    pub manifest: Option<String>,
}

/// What was found of an image's form.
#[derive(Clone, Debug)]
pub struct Form {
    /// The report.
    pub report: Report,
    /// Whether something found makes the build invalid.
    pub invalid: bool,
}

/// Reads an image and its manifest. `owner` is asked whose it is once the image has said what it claims.
///
/// # Errors
/// Whatever `owner` refuses; a rejection or fault when the image cannot be opened at all.
pub fn take_in(
    mut request: Request,
    rooms: Rooms<'_>,
    owner: impl FnOnce(&Claim) -> Result<Named, Refused>,
) -> Result<TakenIn, Refused> {
    let began = rooms.clock.now();
    let opened = open(&request, rooms)?;
    let raw = raw_manifest(&opened.0);
    let claim = claim(&raw);
    let manifest = raw.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let Named::Engine { profile, waivers } = owner(&claim)? else {
        return Ok(TakenIn { claim, form: None, manifest });
    };
    (request.profile, request.waivers) = (*profile, waivers);
    let mut case = Case::of(&request, rooms, opened);
    case.judge_form();
    let invalid = case.leads_to(Effect::Invalid);
    let form = Form { report: finish::write(case, began), invalid };
    Ok(TakenIn { claim, form: Some(form), manifest })
}

/// The manifest's bytes, or why there are none.
fn raw_manifest(opened: &Opened) -> Result<Vec<u8>, PushReason> {
    let image = opened.image.as_ref().ok_or(PushReason::UnreadableImage)?;
    image.view.read(MANIFEST_PATH, MAX_BYTES).map_err(|problem| match problem {
        ReadError::Io(_) => PushReason::UnreadableImage,
        ReadError::TooLarge { .. } => PushReason::UnparsableManifest,
        _ => PushReason::NoManifest,
    })
}

/// Which engine the manifest names. Whatever else is wrong with it is judged once its engine is known.
fn claim(raw: &Result<Vec<u8>, PushReason>) -> Claim {
    let bytes = match raw {
        Ok(bytes) => bytes,
        Err(reason) => return Claim::Nobody(*reason),
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let Ok(serde_json::Value::Object(fields)) = serde_json::from_slice(bytes) else {
        return Claim::Nobody(PushReason::UnparsableManifest);
    };
    match fields.get("engineId").and_then(serde_json::Value::as_str) {
        Some(engine) if !engine.trim().is_empty() => Claim::Engine(engine.trim().to_owned()),
        _ => Claim::Nobody(PushReason::NoEngineId),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_names_its_engine_or_says_why_not() {
        let claim = |text: &str| claim(&Ok(text.as_bytes().to_vec()));
        assert_eq!(claim("\u{feff}{\"engineId\": \" 7 \"}"), Claim::Engine("7".into()));
        for text in ["{}", "{\"engineId\": \"\"}", "{\"engineId\": 7}", "{\"engineId\": null}"] {
            assert_eq!(claim(text), Claim::Nobody(PushReason::NoEngineId), "{text}");
        }
        for text in ["", "[]", "{", "{\"engineId\": \"7\"} x"] {
            assert_eq!(claim(text), Claim::Nobody(PushReason::UnparsableManifest), "{text}");
        }
    }
}
