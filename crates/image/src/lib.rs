//! What is in a container image: finds it, checks every byte of it, unpacks it safely and shows its merged files.
//!
//! [`open`] is the way in. It takes a reference, fetches the image ([`document`] and the sources),
//! streams each layer once into the [`Store`] and hands back an [`Opened`] with the [`View`] of the files.
//! [`pack`] goes the other way and makes an image from a folder.
//!
//! The image is hostile until shown otherwise: every reader here is bounded by [`ImageLimits`].

mod config;
pub mod document;
mod hash;
mod layer;
mod limits;
mod open;
mod options;
mod pack;
mod reference;
mod source;
mod store;
pub mod tar;
mod view;

pub use config::{History, ImageConfig};
pub use limits::ImageLimits;
pub use open::{
    Image, Keep, Opened, TopDocument, Transfer, Unpacking, open, open_blobs, transfer, unpack_ahead,
};
pub use options::{AddressRule, Credentials, OpenError, OpenOptions};
pub use pack::{Compression, PackError, PackLayer, PackSpec, pack, pack_index};
pub use source::Blobs;
pub use store::{Store, Swept};
pub use view::{Node, NodeKind, ReadError, ResolveError, View};
