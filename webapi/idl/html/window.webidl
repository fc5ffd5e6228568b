// https://html.spec.whatwg.org/multipage/nav-history-apis.html#the-window-object
[Global=Window, Exposed=Window]
interface Window : EventTarget {
  [LegacyUnforgeable] readonly attribute Window window;
  [Replaceable] readonly attribute Window self;
  [LegacyUnforgeable] readonly attribute Document document;
  attribute DOMString name;
  [LegacyUnforgeable] readonly attribute Location location;
  readonly attribute Navigator navigator;

  undefined postMessage(any message, USVString targetOrigin, optional sequence<object> transfer = []);
  undefined postMessage(any message, optional WindowPostMessageOptions options = {});
};
Window includes WindowRelatives;
Window includes WindowOrWorkerGlobalScope;
Window includes GlobalEventHandlers;
Window includes WindowEventHandlers;

dictionary WindowPostMessageOptions : StructuredSerializeOptions {
  USVString targetOrigin = "/";
};

// Members of Window that lead to other windows; apart, as an interface's trait has a function `parent` of its own.
interface mixin WindowRelatives {
  [Replaceable] readonly attribute Window frames;
  [Replaceable] readonly attribute unsigned long length;
  [LegacyUnforgeable] readonly attribute Window? top;
  attribute any opener;
  [Replaceable] readonly attribute Window? parent;
};

// https://html.spec.whatwg.org/multipage/webappapis.html#windoweventhandlers: those that occur here.
interface mixin WindowEventHandlers {
  attribute EventHandler onmessage;
  attribute EventHandler onmessageerror;
  attribute EventHandler onrejectionhandled;
  attribute EventHandler onunhandledrejection;
};
