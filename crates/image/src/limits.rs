//! How much an image may ask of us. Everything beyond is `IMG-003`, told with the limit's name.

/// Ceilings for one image. The defaults let large engines with models through and stop decompression bombs early.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImageLimits {
    /// Layers of the image.
    pub layers: usize,
    /// Entries of one layer.
    pub entries_per_layer: u64,
    /// Bytes of all layers together, unpacked.
    pub unpacked_bytes: u64,
    /// Bytes that the entries of all layers together take in an index: 160 each, and their paths and link targets.
    /// The list of files is held in memory, so this bounds it; the default is good for some 600,000 files.
    pub index_bytes: u64,
    /// Unpacked bytes for each compressed byte of a layer, once it has passed `expansion_floor`.
    pub expansion_ratio: u64,
    /// Unpacked bytes below which the ratio does not count: small layers of zeros are common.
    pub expansion_floor: u64,
    /// Bytes of one path.
    pub path_bytes: usize,
    /// Components of one path.
    pub path_depth: usize,
    /// Bytes of one extended header (PAX records, GNU long names).
    pub extended_header_bytes: u64,
    /// Bytes of an image manifest or index.
    pub manifest_bytes: u64,
    /// Bytes of an image configuration.
    pub config_bytes: u64,
}

impl Default for ImageLimits {
    fn default() -> Self {
        Self {
            layers: 200,
            entries_per_layer: 300_000,
            unpacked_bytes: 40 << 30,
            index_bytes: 128 << 20,
            expansion_ratio: 200,
            expansion_floor: 64 << 20,
            path_bytes: 4095,
            path_depth: 128,
            extended_header_bytes: 1 << 20,
            manifest_bytes: 4 << 20,
            config_bytes: 8 << 20,
        }
    }
}
