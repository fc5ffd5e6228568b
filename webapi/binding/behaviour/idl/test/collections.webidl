[Exposed=*]
interface TestMap {
  constructor();
  maplike<DOMString, long>;
};

[Exposed=*]
interface FixedMap {
  constructor();
  readonly maplike<DOMString, long>;
};

[Exposed=*]
interface TestSet {
  constructor();
  setlike<DOMString>;
  undefined clear();
};

[Exposed=*]
interface FixedSet {
  constructor();
  readonly setlike<DOMString>;
};

[Exposed=*]
interface Pairs {
  constructor();
  undefined append(DOMString name, long value);
  iterable<DOMString, long>;
};

[Exposed=*]
interface Values {
  constructor();
  readonly attribute unsigned long length;
  iterable<DOMString>;
};

[Exposed=*]
interface Countdown {
  constructor();
  readonly attribute DOMString log;
  async_iterable<long>(optional long from = 3);
};

[Exposed=*]
interface AsyncPairs {
  constructor();
  async_iterable<DOMString, long>;
};
