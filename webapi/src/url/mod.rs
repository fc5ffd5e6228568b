//! URLs as scripts see them: <https://url.spec.whatwg.org/#api>. The parsing itself is the `url` crate's.

#[cfg(test)]
mod tests;
#[expect(
    clippy::module_inception,
    reason = "the interface URL is in the folder of the URL standard"
)]
pub mod url;
pub mod url_search_params;
