//! Which file shows which media type.

use super::Sample;

macro_rules! samples {
    ($($mime:literal $file:literal $duration_ms:literal $width:literal $height:literal;)*) => {
        /// Every sample.
        pub(super) static SAMPLES: &[Sample] = &[
            $(Sample {
                mime: $mime,
                name: $file,
                bytes: include_bytes!(concat!("files/", $file)),
                duration_ms: $duration_ms,
                size: ($width, $height),
            },)*
        ];
    };
}

// Media type, file, length in ms, width, height.
samples! {
    "text/plain" "news.txt" 0 0 0;
    "text/csv" "table.csv" 0 0 0;
    "text/html" "page.html" 0 0 0;
    "application/json" "transcript.json" 2230 0 0;
    "application/xml" "article.xml" 0 0 0;
    "application/ttml+xml" "captions.ttml" 2600 0 0;
    "application/smil+xml" "show.smil" 2600 0 0;
    "application/rtf" "letter.rtf" 0 0 0;
    "application/pdf" "article.pdf" 0 0 0;
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document" "letter.docx" 0 0 0;
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" "table.xlsx" 0 0 0;
    "application/vnd.oasis.opendocument.text" "letter.odt" 0 0 0;
    "message/rfc822" "mail.eml" 0 0 0;
    "image/jpeg" "scene.jpg" 0 320 240;
    "image/png" "scene.png" 0 320 240;
    "image/gif" "scene.gif" 0 320 240;
    "image/tiff" "scene.tiff" 0 320 240;
    "audio/wav" "speech.wav" 2800 0 0;
    "audio/flac" "speech.flac" 2800 0 0;
    "audio/mpeg" "speech.mp3" 2880 0 0;
    "audio/aac" "speech.aac" 2880 0 0;
    "audio/mp4" "speech.m4a" 2800 0 0;
    "audio/webm" "speech.weba" 2808 0 0;
    "audio/midi" "tune.mid" 3000 0 0;
    "video/mp4" "film.mp4" 2500 176 144;
    "video/x-m4v" "film.m4v" 2500 176 144;
    "video/quicktime" "film.mov" 2500 176 144;
    "video/3gpp" "film.3gp" 2500 176 144;
    "video/webm" "film.webm" 2508 176 144;
    "video/ogg" "film.ogv" 2500 176 144;
    "video/mpeg" "film.mpeg" 2550 176 144;
    "application/x-flv" "film.flv" 2550 176 144;
    "video/x-msvideo" "film.avi" 2600 176 144;
    "video/x-ms-wmv" "film.wmv" 2564 176 144;
}

/// Other names of the same types.
pub(super) static ALIASES: &[(&str, &str)] = &[
    ("application/vtn-engineout+json", "application/json"),
    ("application/vnd.veritone.aion+json", "application/json"),
    ("text/xml", "application/xml"),
    ("image/jpg", "image/jpeg"),
    ("audio/x-wav", "audio/wav"),
    ("audio/wave", "audio/wav"),
    ("audio/mp3", "audio/mpeg"),
    ("audio/x-flac", "audio/flac"),
    ("video/x-flv", "application/x-flv"),
    ("video/avi", "video/x-msvideo"),
];
