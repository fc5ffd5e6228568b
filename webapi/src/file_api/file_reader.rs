//! <https://w3c.github.io/FileAPI/#APIASynch>

use super::{
    blob::{self, Blob, BlobData},
    package_data,
};
use crate::{
    binding::{
        BufferSource, Cx, Error, Fallible, Js, New,
        generated::{FileReaderMethods, StringOrArrayBuffer},
    },
    dom::event_target::EventTarget,
    webidl::dom_exception::DOMException,
    xhr::progress_event,
};
use boa_engine::{JsResult, JsString, js_string};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
use skep_engine::{EventLoop, TaskSource};
use std::cell::Cell;

/// A `FileReader`'s state.
#[derive(Debug, Trace, Finalize)]
pub struct FileReader {
    event_target: Gc<EventTarget>,
    /// <https://w3c.github.io/FileAPI/#filereader-state>
    state: Cell<u16>,
    result: GcRefCell<Option<Package>>,
    error: GcRefCell<Option<Js<DOMException>>>,
    /// The number of the read whose tasks run; those of any other count as removed.
    read: Cell<u64>,
}

const EMPTY: u16 = 0;
const LOADING: u16 = 1;
const DONE: u16 = 2;

/// What a reader's data is to become.
enum PackageType {
    ArrayBuffer,
    BinaryString,
    /// From the encoding of this name.
    Text(Option<JsString>),
    DataUrl,
}

/// What a reader's data has become.
#[derive(Debug, Trace, Finalize)]
enum Package {
    Text(JsString),
    Buffer(BufferSource),
}

/// <https://w3c.github.io/FileAPI/#blob-package-data>
fn package(data: &BlobData, type_: &PackageType, cx: &mut Cx) -> JsResult<Package> {
    Ok(match type_ {
        PackageType::ArrayBuffer => Package::Buffer(blob::array_buffer(data.bytes(), cx)?.into()),
        PackageType::BinaryString => Package::Text(package_data::binary_string(data)),
        PackageType::Text(encoding_name) => Package::Text(package_data::text(data, encoding_name.as_ref())),
        PackageType::DataUrl => Package::Text(package_data::data_url(data)),
    })
}

/// <https://w3c.github.io/FileAPI/#readOperation>
fn read(this: &Js<FileReader>, blob: &Blob, type_: PackageType, cx: &mut Cx) -> Fallible<()> {
    // 1. One read at a time.
    if this.state.get() == LOADING {
        let text = "The object is already reading a Blob.".to_owned();
        return Err(Error::Dom("InvalidStateError", text));
    }
    // 2. It is under way.
    this.state.set(LOADING);
    // 3–4. Nothing has come of it yet.
    *this.result.borrow_mut() = None;
    *this.error.borrow_mut() = None;
    // 5–9. All bytes are in memory: they are one chunk, or none if the blob is empty.
    let data = blob.data().clone();
    let size = data.bytes().len();
    this.remove_tasks();
    // 10.2. The read starts.
    queue(this, cx, move |this, cx| fire(this, "loadstart", 0, size, cx));
    // 10.4. The chunk is here.
    if size > 0 {
        queue(this, cx, move |this, cx| fire(this, "progress", size, size, cx));
    }
    // 10.5. That was all.
    // NOTE(step 10.6): memory can always be read.
    queue(this, cx, move |this, cx| finish(this, &data, &type_, cx));
    Ok(())
}

/// Queues a task of the read that is under way.
fn queue(this: &Js<FileReader>, cx: &Cx, steps: impl FnOnce(&Js<FileReader>, &mut Cx) + 'static) {
    let this = this.clone();
    let read = this.read.get();
    EventLoop::of(cx).queue_task(TaskSource::FileReading, move |cx| {
        if this.read.get() == read {
            steps(&this, cx);
        }
    });
}

/// <https://w3c.github.io/FileAPI/#fire-a-progress-event>
fn fire(this: &Js<FileReader>, type_: &str, transmitted: usize, length: usize, cx: &mut Cx) {
    progress_event::fire(type_, &this.upcast(), transmitted, length, cx);
}

/// 10.5. of <https://w3c.github.io/FileAPI/#readOperation>: all bytes are here.
fn finish(this: &Js<FileReader>, data: &BlobData, type_: &PackageType, cx: &mut Cx) {
    let size = data.bytes().len();
    // 10.5.1. It is over.
    this.state.set(DONE);
    // 10.5.2. What the data is to become.
    match package(data, type_, cx) {
        // 10.5.3. It is too large for that.
        Err(error) => {
            if EventLoop::of(cx).is_termination(&error) {
                return;
            }
            let name = js_string!("NotReadableError");
            let message = js_string!(error.to_string().as_str());
            *this.error.borrow_mut() = Some(Js::new(DOMException::new(name, message), cx));
            fire(this, "error", size, size, cx);
        }
        // 10.5.4. Here it is.
        Ok(package) => {
            *this.result.borrow_mut() = Some(package);
            fire(this, "load", size, size, cx);
        }
    }
    // 10.5.5. Unless a listener has started another read.
    if this.state.get() != LOADING {
        fire(this, "loadend", size, size, cx);
    }
}

impl FileReader {
    /// No task that is queued now does anything any more.
    fn remove_tasks(&self) {
        self.read.set(self.read.get().wrapping_add(1));
    }
}

impl FileReaderMethods for FileReader {
    fn parent(&self) -> &Gc<EventTarget> {
        &self.event_target
    }

    /// <https://w3c.github.io/FileAPI/#filereaderConstrctr>
    fn constructor(new: New<'_, Self>, cx: &mut Cx) -> Fallible<Js<Self>> {
        let state = Self {
            event_target: EventTarget::base(),
            state: Cell::new(EMPTY),
            result: GcRefCell::default(),
            error: GcRefCell::default(),
            read: Cell::default(),
        };
        Ok(new.object(state, cx))
    }

    /// <https://w3c.github.io/FileAPI/#dfn-readAsArrayBuffer>
    fn read_as_array_buffer(this: &Js<Self>, cx: &mut Cx, blob: Js<Blob>) -> Fallible<()> {
        read(this, &blob, PackageType::ArrayBuffer, cx)
    }

    /// <https://w3c.github.io/FileAPI/#dfn-readAsBinaryString>
    fn read_as_binary_string(this: &Js<Self>, cx: &mut Cx, blob: Js<Blob>) -> Fallible<()> {
        read(this, &blob, PackageType::BinaryString, cx)
    }

    /// <https://w3c.github.io/FileAPI/#dfn-readAsText>
    fn read_as_text(this: &Js<Self>, cx: &mut Cx, blob: Js<Blob>, encoding: Option<JsString>) -> Fallible<()> {
        read(this, &blob, PackageType::Text(encoding), cx)
    }

    /// <https://w3c.github.io/FileAPI/#dfn-readAsDataURL>
    fn read_as_data_url(this: &Js<Self>, cx: &mut Cx, blob: Js<Blob>) -> Fallible<()> {
        read(this, &blob, PackageType::DataUrl, cx)
    }

    /// <https://w3c.github.io/FileAPI/#dfn-abort>
    fn abort(this: &Js<Self>, cx: &mut Cx) -> Fallible<()> {
        // 1–2. There is no result, whatever there was.
        *this.result.borrow_mut() = None;
        if this.state.get() != LOADING {
            return Ok(());
        }
        this.state.set(DONE);
        // 3–4. The read does nothing any more.
        this.remove_tasks();
        // 5. It was given up; how far it had come is not told, as <https://xhr.spec.whatwg.org/#request-error-steps> has it.
        fire(this, "abort", 0, 0, cx);
        // 6. Unless a listener has started another read.
        if this.state.get() != LOADING {
            fire(this, "loadend", 0, 0, cx);
        }
        Ok(())
    }

    /// <https://w3c.github.io/FileAPI/#dom-filereader-readystate>
    fn ready_state(this: &Js<Self>, _: &mut Cx) -> Fallible<u16> {
        Ok(this.state.get())
    }

    /// <https://w3c.github.io/FileAPI/#dom-filereader-result>
    fn result(this: &Js<Self>, _: &mut Cx) -> Fallible<Option<StringOrArrayBuffer>> {
        Ok(this.result.borrow().as_ref().map(|package| match package {
            Package::Text(text) => StringOrArrayBuffer::String(text.clone()),
            Package::Buffer(buffer) => StringOrArrayBuffer::ArrayBuffer(buffer.clone()),
        }))
    }

    /// <https://w3c.github.io/FileAPI/#dom-filereader-error>
    fn error(this: &Js<Self>, _: &mut Cx) -> Fallible<Option<Js<DOMException>>> {
        Ok(this.error.borrow().clone())
    }
}
