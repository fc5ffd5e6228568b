//! The end of what somebody else's program writes.

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// How much of a stream is kept.
const LIMIT: usize = 64 * 1024;

/// The end of a stream.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    bytes: Vec<u8>,
    is_cut: bool,
}

impl Tail {
    /// Reads a stream to its end. One that breaks has ended.
    pub async fn fill(&mut self, mut stream: impl AsyncRead + Unpin) {
        let mut buffer = vec![0; 8 * 1024];
        while let Ok(length @ 1..) = stream.read(&mut buffer).await {
            self.push(buffer.get(..length).unwrap_or_default());
        }
    }

    /// Adds to the end.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        // Cut now and then, not with each piece.
        if self.bytes.len() > 2 * LIMIT {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if let Some(excess) = self.bytes.len().checked_sub(LIMIT).filter(|excess| *excess > 0) {
            self.bytes.drain(..excess);
            self.is_cut = true;
        }
    }

    /// What is kept, with a mark where something is missing before it.
    pub fn text(&mut self) -> String {
        self.cut();
        let text = String::from_utf8_lossy(&self.bytes);
        match self.is_cut {
            true => format!("[…]\n{text}"),
            false => text.into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LIMIT, Tail};

    #[test]
    fn only_the_end_is_kept() {
        let mut tail = Tail::default();
        (0..100).for_each(|_| tail.push(&[b'a'; 4096]));
        tail.push(b"end");
        let text = tail.text();
        assert!(text.starts_with("[…]\n") && text.ends_with("aend"));
        assert_eq!(text.len(), LIMIT + "[…]\n".len());
    }
}
