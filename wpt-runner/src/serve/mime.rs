//! The MIME type that a file is served with.

/// The type for a file name, by its extension, as the web platform tests' own server gives it:
/// no `charset`, and bytes for what is not known.
pub(super) fn type_of(file_name: &str) -> &'static str {
    let extension = file_name.rsplit_once('.').map_or("", |(_, extension)| extension);
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
        assert_eq!(type_of("html"), "application/octet-stream");
    }
}
