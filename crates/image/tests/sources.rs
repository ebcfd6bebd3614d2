//! The same image through every local source.

mod support;

use assay_image::{Compression, OpenError, OpenOptions, PackLayer, PackSpec, pack_index};
use support::{Home, codes, run, sample, text};

#[test]
fn an_oci_layout_folder_and_its_archive() {
    let home = Home::new();
    for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
        for name in ["layout", "image.tar"] {
            let name = format!("{compression:?}-{name}");
            let image = home.open_good(&home.pack(&sample().compression(compression), &name));
            assert_eq!(text(&image, "/bin/sh"), "#!/bin/sh\n");
            assert_eq!(image.config.user, "65534:65534");
            assert_eq!(image.config.variable("A"), Some("1"));
            assert_eq!(image.view.get("/tmp").unwrap().mode, 0o1777);
            assert!(image.digest.is_some());
        }
    }
    assert_eq!(home.staged(), 0);
}
