//! P1 to P3: polygons. Points go clockwise around an area and counter-clockwise around a hole; y grows downwards.

use std::collections::HashSet;

use assay_core::Code;

use super::Remarks;
use crate::output::facts::Point;
use crate::output::schema::Location;

/// Points up to which edges are compared with each other.
const MOST_POINTS: usize = 64;

/// Fractions of the picture below which points are the same and areas nothing.
const NOTHING: f64 = 1e-9;

/// Labels remembered.
const MOST_LABELS: usize = 10_000;

/// Holes remembered until the end.
const MOST_HOLES: usize = 1000;

/// Outer rings and holes seen so far.
#[derive(Default)]
pub(super) struct Rings {
    outer: HashSet<Option<Box<str>>>,
    holes: Vec<(Option<Box<str>>, Location)>,
}

impl Rings {
    /// A `boundingPoly`.
    pub(super) fn see(
        &mut self,
        points: &[Point],
        label: Option<&str>,
        place: &dyn Fn() -> Location,
        remarks: &mut Remarks,
    ) {
        shape(points, place, remarks);
        let area = area(points);
        if area > NOTHING && self.outer.len() < MOST_LABELS {
            if !self.outer.iter().any(|known| known.as_deref() == label) {
                self.outer.insert(label.map(Into::into));
            }
        } else if area < -NOTHING && self.holes.len() < MOST_HOLES {
            self.holes.push((label.map(Into::into), place()));
        }
    }

    /// P2.
    pub(super) fn finish(self, remarks: &mut Remarks) {
        for (label, place) in self.holes {
            if !self.outer.contains(&label) {
                let observed = || {
                    "the points go counter-clockwise, which makes a hole; there is no area around it".into()
                };
                remarks.info(Code::OUT_P2, || place, observed);
            }
        }
    }
}

/// P1 and P3, for any polygon.
pub(super) fn shape(points: &[Point], place: &dyn Fn() -> Location, remarks: &mut Remarks) {
    if !points.is_empty() && points.iter().all(|point| point.x > 1.0 && point.y > 1.0) {
        remarks.info(Code::OUT_P3, place, || {
            "all coordinates are greater than 1: these look like pixels".into()
        });
        return;
    }
    if points.len() < 3 {
        return;
    }
    let observed = if edges(points).any(|(from, to)| same(from, to)) {
        "two neighbouring points are the same (the last one joins the first by itself)"
    } else if area(points).abs() <= NOTHING && !crosses(points) {
        "the polygon has no area"
    } else if crosses(points) {
        "the polygon crosses itself"
    } else {
        return;
    };
    remarks.warning(Code::OUT_P1, place, || observed.into());
}

fn edges(points: &[Point]) -> impl Iterator<Item = (Point, Point)> + Clone {
    points.iter().copied().zip(points.iter().copied().cycle().skip(1))
}

fn same(a: Point, b: Point) -> bool {
    (a.x - b.x).abs() <= NOTHING && (a.y - b.y).abs() <= NOTHING
}

/// Positive when clockwise on the screen.
fn area(points: &[Point]) -> f64 {
    edges(points).map(|(a, b)| a.x * b.y - b.x * a.y).sum::<f64>() / 2.0
}

/// Whether two edges that are no neighbours meet.
fn crosses(points: &[Point]) -> bool {
    let count = points.len();
    if count > MOST_POINTS || (count <= 4 && turns_one_way(points)) {
        return false;
    }
    let numbered = edges(points).enumerate();
    numbered.clone().any(|(i, first)| {
        let others = numbered.clone().skip(i + 2).filter(|(j, _)| (j + 1) % count != i);
        others.into_iter().any(|(_, second)| meet(first, second))
    })
}

/// Whether every corner turns the same way. Four points that do, as boxes by far the most usual do, never cross.
fn turns_one_way(points: &[Point]) -> bool {
    let after = points.iter().copied().cycle().skip(2);
    let mut turns = edges(points).zip(after).map(|((a, b), c)| side(a, b, c));
    let first = turns.next().unwrap_or_default();
    turns.all(|turn| turn * first > 0.0)
}

fn meet((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

/// On which side of the line from `a` to `b` the point lies.
fn side(a: Point, b: Point, point: Point) -> f64 {
    (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
}
