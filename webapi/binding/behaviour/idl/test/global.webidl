[Global=TestGlobal, Exposed=Window]
interface TestGlobal : Base {
  attribute long number;
  [Replaceable] readonly attribute DOMString replaceable;
  DOMString method();
  [Exposed=Worker] undefined elsewhere();
  [SecureContext] undefined onlySecure();
};

[Exposed=*]
interface Base {
  readonly attribute DOMString kind;
  DOMString who();
};
