//! What scripts tell the developer: <https://console.spec.whatwg.org/>.

#[expect(
    clippy::module_inception,
    reason = "the namespace console is in the folder of the console standard"
)]
pub mod console;
mod formatter;
mod inspect;
mod table;
#[cfg(test)]
mod tests;
