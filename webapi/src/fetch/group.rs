//! Loads that end with whoever asked for them: <https://fetch.spec.whatwg.org/#concept-fetch-group>.

use std::convert::Infallible;

/// The loads of somebody. They are [terminated](https://fetch.spec.whatwg.org/#concept-fetch-group-terminate) when this is
/// dropped: nobody hears of them again, and nothing of them is in flight.
#[derive(Debug)]
pub(crate) struct FetchGroup {
    /// Nothing is ever sent; the channel is the life of the group.
    _alive: flume::Sender<Infallible>,
    end: flume::Receiver<Infallible>,
}

/// A load's place in its group.
#[derive(Debug)]
pub(crate) struct Membership(flume::Receiver<Infallible>);

impl Default for FetchGroup {
    fn default() -> Self {
        let (alive, end) = flume::bounded(0);
        Self { _alive: alive, end }
    }
}

impl FetchGroup {
    /// For one load.
    pub fn membership(&self) -> Membership {
        Membership(self.end.clone())
    }
}

impl Membership {
    /// Waits for the end of the group.
    pub async fn ended(&self) {
        // Nothing can come but the end.
        _ = self.0.recv_async().await;
    }
}
