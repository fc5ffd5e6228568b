//! Blobs, files, what reads them, and the URLs that stand for them: <https://w3c.github.io/FileAPI/>.

pub mod blob;
pub(crate) mod blob_url_store;
pub mod file;
pub mod file_list;
pub mod file_reader;
pub mod file_reader_sync;
mod package_data;
pub(crate) mod shared_bytes;
#[cfg(test)]
mod tests;
