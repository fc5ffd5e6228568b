//! Blobs, files, and the URLs that stand for them: <https://w3c.github.io/FileAPI/>.

pub mod blob;
pub(crate) mod blob_url_store;
pub mod file;
#[cfg(test)]
mod tests;
