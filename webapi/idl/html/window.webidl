// https://html.spec.whatwg.org/multipage/nav-history-apis.html#the-window-object
[Global=Window, Exposed=Window]
interface Window : EventTarget {
  [LegacyUnforgeable] readonly attribute Window window;
  [Replaceable] readonly attribute Window self;
};
Window includes WindowOrWorkerGlobalScope;
Window includes WindowEventHandlers;

// https://html.spec.whatwg.org/multipage/webappapis.html#globaleventhandlers and #windoweventhandlers: those that occur here.
interface mixin WindowEventHandlers {
  attribute OnErrorEventHandler onerror;
  attribute EventHandler onload;
  attribute EventHandler onmessage;
  attribute EventHandler onmessageerror;
  attribute EventHandler onrejectionhandled;
  attribute EventHandler onunhandledrejection;
};
