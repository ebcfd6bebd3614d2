//! Letters and webhook messages as receivers see them.

mod http;
mod letters;
mod matter;
mod smtp;
mod webhooks;
mod wire;
