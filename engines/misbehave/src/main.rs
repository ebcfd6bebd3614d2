//! An engine that breaks one rule, named by its argument, and keeps the others. What it calls outside are documentation
//! addresses (RFC 5737, RFC 3849) and the metadata address, and it starts only inside a sandbox: see [`cage`].

mod answer;
mod behaviour;
mod cage;
mod call;
mod trouble;

use std::process::exit;

use behaviour::Behaviour;

/// Exit code outside a sandbox.
const NOT_CAGED: i32 = 97;

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    let Some(behaviour) = Behaviour::named(&name) else {
        eprintln!("`{name}` is no behaviour; one of: {}", Behaviour::names().collect::<Vec<_>>().join(" "));
        exit(2);
    };
    if let Err(why) = cage::check() {
        eprintln!("this program misbehaves on purpose and runs in a sandbox only: {why}");
        exit(NOT_CAGED);
    }
    trouble::at_start(behaviour);
    let error = webhook::serve(answer::Misbehaving::new(behaviour));
    eprintln!("cannot listen: {error}");
    exit(1);
}
