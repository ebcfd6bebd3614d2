//! The semantic checks (output.md §7): what a document may say by the schema and still not mean. They see items one at
//! a time, in order, and keep a bounded memory of what went before.

mod contracts;
mod identity;
mod index;
mod language;
mod lattice;
mod polygon;
mod preamble;
mod remarks;
mod time;

use assay_core::Code;

use super::facts::{Medium, Slice, Thing};
use super::request::Request;
use super::schema::{Location, Step};

pub(super) use contracts::Listed;
pub(super) use preamble::KNOWN_KEYS;
pub(super) use remarks::{Remark, Remarks};

/// The checks under way.
pub(super) struct Meaning<'r> {
    request: &'r Request,
    /// What was noticed.
    pub(super) remarks: Remarks,
    time: time::Times,
    lattice: lattice::Reaches,
    identity: identity::Identities,
    index: index::Indexes,
    rings: polygon::Rings,
}

impl<'r> Meaning<'r> {
    /// Nothing seen yet.
    pub(super) fn new(request: &'r Request) -> Self {
        Self {
            request,
            remarks: Remarks::new(request.limits.remarks),
            time: time::Times::default(),
            lattice: lattice::Reaches::default(),
            identity: identity::Identities::default(),
            index: index::Indexes::default(),
            rings: polygon::Rings::default(),
        }
    }

    /// The next item of `series`.
    pub(super) fn slice(&mut self, index: usize, slice: &Slice<'_>) {
        let place = || Location(vec![Step::Key("series".into()), Step::Index(index)]);
        self.time.see(slice, self.request.media_duration_ms, &place, &mut self.remarks);
        self.lattice.see(index, slice, &place, &mut self.remarks);
        for (number, word) in slice.words.iter().enumerate() {
            if word.word == Some("") {
                let at =
                    || place().with(Step::Key("words".into())).with(Step::Index(number)).with(key("word"));
                self.remarks.warning(Code::OUT_E1, at, || "a word is empty".into());
            }
        }
        self.text(slice.summary, "summary", &place);
        self.tag(slice.language, &place);
        if slice.medium != Medium::default() {
            self.medium(&place().with(key("media")), slice.medium);
        }
        for longitude in &slice.longitudes {
            self.longitude(&place().with(key("gps")), Some(*longitude));
        }
        self.identity.owner(slice.owner, &place, &mut self.remarks);
        self.identity.structured(&slice.structured, &place, &mut self.remarks);
        if let Some(thing) = &slice.thing {
            self.thing(&place().with(key("object")), thing, false);
        }
    }

    /// An object, at `place`; `whole_file` says that it stands in `object[]`.
    pub(super) fn thing(&mut self, place: &Location, thing: &Thing<'_>, whole_file: bool) {
        let at = || place.clone();
        self.text(thing.label, "label", &at);
        self.text(thing.text, "text", &at);
        self.tag(thing.language, &at);
        self.identity.see(thing, &at, &mut self.remarks);
        self.identity.owner(thing.owner, &at, &mut self.remarks);
        self.identity.structured(&thing.structured, &at, &mut self.remarks);
        if whole_file {
            self.index.see(thing, &at, &mut self.remarks);
        }
        if let Some(polygon) = &thing.polygon {
            self.rings.see(polygon, thing.label, &|| at().with(key("boundingPoly")), &mut self.remarks);
        }
        for (number, polygon) in thing.landmarks.iter().enumerate() {
            let mark = || at().with(key("faceLandmarks")).with(Step::Index(number)).with(key("locationPoly"));
            polygon::shape(polygon, &mark, &mut self.remarks);
        }
        for longitude in &thing.longitudes {
            self.longitude(&at().with(key("gps")), Some(*longitude));
        }
    }

    /// A link to a result file.
    pub(super) fn medium(&mut self, place: &Location, medium: Medium<'_>) {
        let at = || place.clone();
        self.tag(medium.language, &at);
        if let Some(kind) = medium.content_type.filter(|kind| !language::is_mime(kind)) {
            self.remarks.warning(
                Code::OUT_B2,
                || at().with(key("contentType")),
                || format!("`{}` is no media type", remarks::cut(kind)),
            );
        }
    }

    /// A longitude (G2).
    pub(super) fn longitude(&mut self, place: &Location, longitude: Option<f64>) {
        if let Some(degrees) = longitude.filter(|degrees| *degrees > 180.0 && *degrees <= 360.0) {
            let observed = || format!("a longitude is {degrees}, counted eastwards beyond 180");
            self.remarks.info(Code::OUT_G2, || place.clone(), observed);
        }
    }

    /// The end of the document.
    pub(super) fn finish(mut self, series: Option<usize>) -> Remarks {
        self.time.finish(self.request.media_duration_ms, &mut self.remarks);
        self.lattice.finish(series.unwrap_or_default(), &mut self.remarks);
        self.identity.finish(self.request.category, &mut self.remarks);
        self.index.finish(&mut self.remarks);
        self.rings.finish(&mut self.remarks);
        self.remarks
    }

    fn text(&mut self, text: Option<&str>, name: &str, place: &dyn Fn() -> Location) {
        if text == Some("") {
            self.remarks.warning(Code::OUT_E1, || place().with(key(name)), || format!("`{name}` is empty"));
        }
    }

    fn tag(&mut self, tag: Option<&str>, place: &dyn Fn() -> Location) {
        language::judge(tag, &|| place().with(key("language")), &mut self.remarks);
    }
}

/// A step to a member.
fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}
