// https://html.spec.whatwg.org/multipage/webappapis.html#windoworworkerglobalscope-mixin
interface mixin WindowOrWorkerGlobalScope {
  [Replaceable] readonly attribute USVString origin;
  readonly attribute boolean isSecureContext;
  readonly attribute boolean crossOriginIsolated;

  undefined reportError(any e);

  DOMString btoa(DOMString data);
  ByteString atob(DOMString data);

  long setTimeout(TimerHandler handler, optional long timeout = 0, any... arguments);
  undefined clearTimeout(optional long id = 0);
  long setInterval(TimerHandler handler, optional long timeout = 0, any... arguments);
  undefined clearInterval(optional long id = 0);

  undefined queueMicrotask(VoidFunction callback);

  any structuredClone(any value, optional StructuredSerializeOptions options = {});
};

typedef (DOMString or Function) TimerHandler;

callback Function = any (any... arguments);
callback VoidFunction = undefined ();

// https://html.spec.whatwg.org/multipage/web-messaging.html#structuredserializeoptions
dictionary StructuredSerializeOptions {
  sequence<object> transfer = [];
};
