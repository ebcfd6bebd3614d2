mod conversation;
mod engine;
mod escape;
mod table;
