// https://html.spec.whatwg.org/multipage/web-messaging.html#message-ports
[Exposed=(Window,Worker), Transferable]
interface MessagePort : EventTarget {
  undefined postMessage(any message, sequence<object> transfer);
  undefined postMessage(any message, optional StructuredSerializeOptions options = {});
  undefined start();
  undefined close();
  attribute EventHandler onclose;
};
MessagePort includes MessageEventTarget;

