//! The service over HTTP: API, health, metrics; outgoing mail and webhooks.
