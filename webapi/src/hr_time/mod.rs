//! Time: <https://w3c.github.io/hr-time/>.

pub mod performance;
