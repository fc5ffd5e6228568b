//! The MIME type that a file is served with.

/// The type for a file name, by its extension, as the web platform tests' own server gives it:
/// no `charset`, and bytes for what is not known.
pub(super) fn type_of(file_name: &str) -> &'static str {
    // The dots that a hidden file's name begins with start no extension.
    let extension = file_name.trim_start_matches('.').rsplit_once('.');
    let extension = extension.map_or("", |(_, extension)| extension);
    match extension {
        "html" | "htm" => "text/html",
        "js" | "mjs" => "text/javascript",
        "json" => "application/json",
        "css" => "text/css",
        "txt" | "md" => "text/plain",
        "wasm" => "application/wasm",
        "xht" | "xhtm" | "xhtml" => "application/xhtml+xml",
        "xml" => "application/xml",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "bmp" => "image/bmp",
        "avif" => "image/avif",
        "manifest" => "text/cache-manifest",
        "event_stream" => "text/event-stream",
        "vtt" => "text/vtt",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "oga" => "audio/ogg",
        "wav" => "audio/x-wav",
        "weba" => "audio/webm",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "xpi" => "application/x-xpinstall",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::type_of;

    #[test]
    fn the_last_extension_decides() {
        assert_eq!(type_of("a.any.js"), "text/javascript");
        assert_eq!(type_of("a.html.json"), "application/json");
        for unknown in ["html", ".html", "a.HTML", "a.", "a.js.headers"] {
            assert_eq!(type_of(unknown), "application/octet-stream", "{unknown}");
        }
    }
}
