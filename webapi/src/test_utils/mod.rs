//! What tests may ask of a user agent: <https://testutils.spec.whatwg.org/>.

#[expect(
    clippy::module_inception,
    reason = "the namespace TestUtils is in the folder of the test utils standard"
)]
pub mod test_utils;
