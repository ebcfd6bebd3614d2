//! The outside host that the engine `external` declares, served on this machine's loopback.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::engine::{Trouble, folder};

/// Where it is served: an address of the loopback that nobody else uses.
pub const ADDRESS: &str = "127.83.12.9";

/// The name the engine declares.
pub const HOST: &str = "lexicon.example.com";

/// Serves the lexicon on port 80 until the process ends.
pub fn serve() -> Result<(), Trouble> {
    let path = folder().join("external/lexicon.tsv");
    let lexicon = std::fs::read(&path).map_err(|why| Trouble::with(&path, why))?;
    let listener = TcpListener::bind((ADDRESS, 80)).map_err(Trouble::of)?;
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            answer(connection, &lexicon);
        }
    });
    Ok(())
}

/// Answers whatever is asked with the lexicon; a client that goes away is its own loss.
fn answer(mut connection: impl Read + Write, lexicon: &[u8]) {
    let _ = connection.read(&mut [0; 4096]);
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", lexicon.len());
    let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(lexicon));
}
