//! The JSON documents of an image: index, manifest, descriptors and their media types.
