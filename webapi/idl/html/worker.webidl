// https://html.spec.whatwg.org/multipage/workers.html#dedicated-workers-and-the-worker-interface
[Exposed=(Window,DedicatedWorker,SharedWorker)]
interface Worker : EventTarget {
  constructor(USVString scriptURL, optional WorkerOptions options = {});
  undefined terminate();
  undefined postMessage(any message, sequence<object> transfer);
  undefined postMessage(any message, optional StructuredSerializeOptions options = {});
};
Worker includes AbstractWorker;
Worker includes MessageEventTarget;

dictionary WorkerOptions {
  DOMString name = "";
  WorkerType type = "classic";
  RequestCredentials credentials = "same-origin";
};

enum WorkerType { "classic", "module" };

// https://fetch.spec.whatwg.org/#requestcredentials
enum RequestCredentials { "omit", "same-origin", "include" };
