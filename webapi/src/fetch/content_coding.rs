//! What a server packed is unpacked before anybody sees it: <https://fetch.spec.whatwg.org/#handle-content-codings>.

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;
use std::io::{self, Read};

/// What is asked for: <https://httpwg.org/specs/rfc9110.html#field.accept-encoding>.
pub(super) const ACCEPT_ENCODING: &str = "gzip, deflate, br, zstd";

/// How many bytes a body may have, packed or not: a few may unpack to any number.
pub(super) const MOST_BYTES: usize = 256 << 20;

/// Why a body cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum CodingError {
    #[error("its body is not {coding}, as it says: {source}")]
    Broken { coding: &'static str, source: io::Error },
    #[error("its body has more than {} MiB", MOST_BYTES >> 20)]
    TooLarge,
}

/// The body as it was before the server packed it, by the codings that its headers name in the order in which they were applied.
/// Bytes in a coding that is not known stay as they are.
pub(super) fn decode(headers: &[(String, String)], mut body: Vec<u8>) -> Result<Vec<u8>, CodingError> {
    let values = headers.iter().filter(|(name, _)| name == "content-encoding");
    let codings: Vec<String> = values
        .flat_map(|(_, value)| value.split(','))
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !matches!(coding.as_str(), "" | "identity"))
        .collect();
    let known = codings
        .iter()
        .map(|coding| Coding::named(coding))
        .collect::<Option<Vec<_>>>();
    // Where there is nothing, nothing is packed.
    if body.is_empty() {
        return Ok(body);
    }
    for coding in known.unwrap_or_default().into_iter().rev() {
        body = coding.decode(&body)?;
    }
    Ok(body)
}

/// <https://httpwg.org/specs/rfc9110.html#content.codings>
#[derive(Clone, Copy)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstandard,
}

impl Coding {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "gzip" | "x-gzip" => Self::Gzip,
            "deflate" => Self::Deflate,
            "br" => Self::Brotli,
            "zstd" => Self::Zstandard,
            _ => return None,
        })
    }

    fn decode(self, body: &[u8]) -> Result<Vec<u8>, CodingError> {
        match self {
            Self::Gzip => read("gzip", MultiGzDecoder::new(body)),
            // It is zlib's format by right, and the bare one by custom.
            Self::Deflate if is_zlib(body) => read("deflate", ZlibDecoder::new(body)),
            Self::Deflate => read("deflate", DeflateDecoder::new(body)),
            Self::Brotli => read("br", brotli_decompressor::Decompressor::new(body, 4096)),
            Self::Zstandard => {
                let frames = StreamingDecoder::new(body).map_err(|error| CodingError::Broken {
                    coding: "zstd",
                    source: io::Error::other(error),
                })?;
                read("zstd", frames)
            }
        }
    }
}

/// <https://www.rfc-editor.org/rfc/rfc1950#section-2.2>
fn is_zlib(body: &[u8]) -> bool {
    match body {
        [method, flags, ..] => method & 0x0F == 8 && u16::from_be_bytes([*method, *flags]) % 31 == 0,
        _ => false,
    }
}

fn read(coding: &'static str, packed: impl Read) -> Result<Vec<u8>, CodingError> {
    let mut body = Vec::new();
    let limit = MOST_BYTES as u64 + 1;
    packed
        .take(limit)
        .read_to_end(&mut body)
        .map_err(|source| CodingError::Broken { coding, source })?;
    match body.len() > MOST_BYTES {
        true => Err(CodingError::TooLarge),
        false => Ok(body),
    }
}

#[cfg(test)]
mod tests {
    use super::{CodingError, MOST_BYTES, decode};
    use flate2::{Compression, read::GzEncoder, read::ZlibEncoder, write::DeflateEncoder};
    use std::io::{self, Read as _, Write as _};

    fn header(value: &str) -> Vec<(String, String)> {
        vec![("content-encoding".to_owned(), value.to_owned())]
    }

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        GzEncoder::new(body, Compression::fast())
            .read_to_end(&mut packed)
            .unwrap();
        packed
    }

    #[test]
    fn known_codings_are_undone_the_last_one_first() {
        let mut zlib = Vec::new();
        ZlibEncoder::new(&b"bees"[..], Compression::fast())
            .read_to_end(&mut zlib)
            .unwrap();
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::fast());
        bare.write_all(b"bees").unwrap();
        let zstd = ruzstd::encoding::compress_to_vec(&b"bees"[..], ruzstd::encoding::CompressionLevel::Fastest);
        let brotli = [0x8b, 0x01, 0x80, b'b', b'e', b'e', b's', 0x03];
        for (coding, packed) in [
            ("gzip", gzip(b"bees")),
            (" X-GZIP ,", gzip(b"bees")),
            ("gzip, gzip", gzip(&gzip(b"bees"))),
            ("deflate, gzip", gzip(&zlib)),
            ("deflate", zlib.clone()),
            ("deflate", bare.finish().unwrap()),
            ("br", brotli.to_vec()),
            ("zstd", zstd),
            ("gzip, identity", gzip(b"bees")),
            ("gzip, unknown", b"bees".to_vec()),
            ("", b"bees".to_vec()),
        ] {
            assert_eq!(decode(&header(coding), packed).unwrap(), b"bees", "{coding}");
        }
        assert!(decode(&header("gzip"), Vec::new()).unwrap().is_empty());
    }

    #[test]
    fn what_is_not_packed_as_it_says_is_no_body() {
        for coding in ["gzip", "deflate", "br", "zstd"] {
            let broken = decode(&header(coding), b"bees".to_vec());
            assert!(matches!(broken, Err(CodingError::Broken { .. })), "{coding}");
        }
        let mut cut = gzip(b"bees");
        cut.truncate(cut.len() - 4);
        assert!(decode(&header("gzip"), cut).is_err());
    }

    #[test]
    fn a_bomb_does_not_go_off() {
        let mut packed = Vec::new();
        let zeros = io::repeat(0).take(MOST_BYTES as u64 + 1);
        GzEncoder::new(zeros, Compression::fast())
            .read_to_end(&mut packed)
            .unwrap();
        assert!(packed.len() < 4 << 20);
        assert!(matches!(decode(&header("gzip"), packed), Err(CodingError::TooLarge)));
    }
}
