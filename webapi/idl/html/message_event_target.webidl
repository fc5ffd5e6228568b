// https://html.spec.whatwg.org/multipage/web-messaging.html#messageeventtarget
interface mixin MessageEventTarget {
  attribute EventHandler onmessage;
  attribute EventHandler onmessageerror;
};
