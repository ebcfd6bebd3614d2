//! Start, output, end.

use assay_core::run::{Instrument, Stream};
use libtest_mimic::Trial;

use crate::stage::Stage;

pub fn tests() -> Vec<Trial> {
    vec![Trial::test("life::says_hello_and_ends", || {
        says_hello_and_ends();
        Ok(())
    })]
}

fn says_hello_and_ends() {
    let evidence = Stage::new().run_engine("hello");
    eprintln!("{evidence:#?}");
    let of =
        |stream| evidence.logs.iter().filter(|l| l.stream == stream).map(|l| &*l.text).collect::<Vec<_>>();
    assert_eq!(of(Stream::Stdout), ["out hello"]);
    assert_eq!(of(Stream::Stderr), ["err 65534 2"]);
    assert_eq!((evidence.exit.code, evidence.exit.unasked), (Some(7), true));
    assert_eq!(evidence.files_written, ["/work.txt"]);
    for instrument in [Instrument::Packets, Instrument::SystemCalls, Instrument::ControlGroup] {
        let observer = evidence.observers.iter().find(|observer| observer.instrument == instrument).unwrap();
        assert!(observer.armed && observer.lost == 0, "{observer:?}");
    }
}
