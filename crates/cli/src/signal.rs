//! SIGINT and SIGTERM end the command cleanly.
