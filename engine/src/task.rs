//! Tasks and where they come from.

use crate::Cx;

/// Where a task comes from. Tasks of one source run in the order in which they were queued.
///
/// <https://html.spec.whatwg.org/multipage/webappapis.html#generic-task-sources>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TaskSource {
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#dom-manipulation-task-source>
    DomManipulation,
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#networking-task-source>
    Networking,
    /// <https://html.spec.whatwg.org/multipage/web-messaging.html#posted-message-task-source>
    PostedMessage,
    /// <https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#timer-task-source>
    Timer,
    /// <https://html.spec.whatwg.org/multipage/server-sent-events.html#remote-event-task-source>
    RemoteEvent,
    /// <https://websockets.spec.whatwg.org/#websocket-task-source>
    WebSocket,
    /// <https://w3c.github.io/FileAPI/#fileReadingTaskSource>
    FileReading,
    /// <https://html.spec.whatwg.org/multipage/webappapis.html#javascript-engine-task-source>
    JavaScriptEngine,
}

/// A task queued by the isolate's own thread; it may hold values of the heap.
pub(crate) type LocalTask = Box<dyn FnOnce(&mut Cx)>;

/// A task posted by another thread.
pub(crate) type PostedTask = Box<dyn FnOnce(&mut Cx) + Send>;
