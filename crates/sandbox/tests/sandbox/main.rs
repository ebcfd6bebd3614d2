//! Runs real engines in the real sandbox. The test binary is its own shim, so it brings its own `main`.
//!
//! Needs what `assay doctor` asks for: on a machine without it these tests fail and say what is missing.

mod engines;
mod life;
mod stage;

fn main() {
    assay_sandbox::shim_main_if_asked();
    let arguments = libtest_mimic::Arguments::from_args();
    let tests = life::tests();
    libtest_mimic::run(&arguments, tests).exit();
}
