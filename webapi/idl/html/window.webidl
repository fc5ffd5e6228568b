// https://html.spec.whatwg.org/multipage/nav-history-apis.html#the-window-object
[Global=Window, Exposed=Window]
interface Window : EventTarget {
  [LegacyUnforgeable] readonly attribute WindowProxy window;
  [Replaceable] readonly attribute WindowProxy self;
  [LegacyUnforgeable] readonly attribute Document document;
  attribute DOMString name;
  // Not as upstream: nothing navigates, so there is no [PutForwards=href].
  [LegacyUnforgeable] readonly attribute Location location;
  readonly attribute Navigator navigator;

  undefined postMessage(any message, USVString targetOrigin, optional sequence<object> transfer = []);
  undefined postMessage(any message, optional WindowPostMessageOptions options = {});
};
Window includes WindowRelatives;
Window includes WindowOrWorkerGlobalScope;
Window includes AnimationFrameProvider;
Window includes GlobalEventHandlers;
Window includes WindowEventHandlers;

// Not as upstream: a name for an object that is no interface; here a window stands for itself.
typedef Window WindowProxy;

dictionary WindowPostMessageOptions : StructuredSerializeOptions {
  USVString targetOrigin = "/";
};

// Not as upstream: a mixin of its own for what leads to other windows, as an interface's trait has a function `parent` of
// its own.
interface mixin WindowRelatives {
  [Replaceable] readonly attribute WindowProxy frames;
  [Replaceable] readonly attribute unsigned long length;
  [LegacyUnforgeable] readonly attribute WindowProxy? top;
  attribute any opener;
  [Replaceable] readonly attribute WindowProxy? parent;
};

// https://html.spec.whatwg.org/multipage/webappapis.html#windoweventhandlers: those that occur here.
interface mixin WindowEventHandlers {
  attribute EventHandler onmessage;
  attribute EventHandler onmessageerror;
  attribute EventHandler onrejectionhandled;
  attribute EventHandler onunhandledrejection;
};
