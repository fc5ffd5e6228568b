//! <https://w3c.github.io/FileAPI/#url-model>

use super::blob::{Blob, BlobData};
use crate::{
    binding::{Cx, Error, Fallible, Js},
    html::{environment::Environment, module_map},
};
use skep_engine::{EventLoop, IsolateId};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use url::{Origin, Url};
use uuid::Uuid;

/// <https://w3c.github.io/FileAPI/#BlobURLStore>: one for all agents of a user agent.
#[derive(Debug, Default)]
pub(crate) struct BlobUrlStore(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    /// By the URL without its fragment.
    by_url: HashMap<String, BlobUrlEntry>,
    /// The isolates whose end removes their entries.
    makers: HashSet<IsolateId>,
}

/// <https://w3c.github.io/FileAPI/#blob-url-entry>
#[derive(Debug, Clone)]
pub(crate) struct BlobUrlEntry {
    /// What the URL stands for.
    pub blob: BlobData,
    /// The origin of the environment that made the URL.
    pub origin: Origin,
    maker: IsolateId,
}

impl BlobUrlStore {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        // The maps are whole between any two of their operations.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// <https://w3c.github.io/FileAPI/#blob-url-resolve>
    pub fn resolve(&self, url: &Url) -> Option<BlobUrlEntry> {
        if url.scheme() != "blob" {
            return None;
        }
        let text = url.as_str().split('#').next().unwrap_or_default();
        self.entries().by_url.get(text).cloned()
    }
}

/// <https://w3c.github.io/FileAPI/#dfn-createObjectURL>
pub(crate) fn create(blob: &Js<Blob>, cx: &mut Cx) -> Fallible<String> {
    let environment =
        Environment::of(cx).ok_or_else(|| Error::Dom("InvalidStateError", "The realm is not ready.".to_owned()))?;
    let isolate = EventLoop::of(cx).handle();
    let (origin, maker) = (environment.origin().clone(), isolate.id());
    // <https://w3c.github.io/FileAPI/#unicodeBlobURL>
    let url = format!("blob:{}/{}", origin.ascii_serialization(), Uuid::new_v4());
    // <https://w3c.github.io/FileAPI/#add-an-entry>
    let entry = BlobUrlEntry {
        blob: blob.data().clone(),
        origin,
        maker,
    };
    let store = environment.user_agent().blob_urls();
    let mut entries = store.entries();
    entries.by_url.insert(url.clone(), entry);
    let first = entries.makers.insert(maker);
    drop(entries);
    if first {
        // <https://w3c.github.io/FileAPI/#lifeTime>: an environment takes its URLs with it; one isolate is one environment.
        let store = Arc::clone(store);
        isolate.on_end(move |_| {
            let mut entries = store.entries();
            entries.by_url.retain(|_, entry| entry.maker != maker);
            entries.makers.remove(&maker);
        });
    }
    Ok(url)
}

/// <https://w3c.github.io/FileAPI/#dfn-revokeObjectURL>
pub(crate) fn revoke(url: &str, cx: &Cx) {
    let Some(environment) = Environment::of(cx) else {
        return;
    };
    // 1–2. A blob URL; one with a fragment is not the one that was made.
    let Some(url) = environment.parse_url(url).filter(|url| url.scheme() == "blob") else {
        return;
    };
    // 3–5. Only who could have made it.
    let store = environment.user_agent().blob_urls();
    let mut entries = store.entries();
    let own = entries
        .by_url
        .get(url.as_str())
        .is_some_and(|entry| entry.origin == *environment.origin());
    // 6. It stands for nothing from now on.
    let revoked = if own { entries.by_url.remove(url.as_str()) } else { None };
    drop(entries);
    if let Some(entry) = revoked {
        module_map::keep_revoked(url, entry, cx);
    }
}
