[Exposed=*]
interface Overloads {
  static DOMString byType(Thing thing);
  static DOMString byType(ArrayBuffer buffer);
  static DOMString byType(Callback callback);
  static DOMString byType(sequence<long> list);
  static DOMString byType(boolean flag);
  static DOMString byType(long number);
  static DOMString byType(DOMString text);
  static DOMString byType(optional Options options = {});

  static DOMString byCount();
  static DOMString byCount(DOMString one);
  static DOMString byCount(DOMString one, DOMString two, DOMString... more);

  static DOMString later(DOMString text, Thing thing);
  static DOMString later(DOMString text, DOMString other);
};

callback Callback = long (long a, optional DOMString b);
callback Later = Promise<long> (any... all);

callback interface Visitor {
  boolean visit(Thing thing);
};

[Exposed=*]
interface Callbacks {
  static long call(Callback callback, long a);
  static Promise<long> callLater(Later callback);
  static boolean visit(Visitor visitor);
};
