mod conversation;
mod engine;
mod escape;
mod hostile;
mod table;
