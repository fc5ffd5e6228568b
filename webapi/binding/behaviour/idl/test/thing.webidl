[Exposed=*]
interface Thing {
  constructor(optional DOMString name = "nameless");
  constructor(Thing other, [EnforceRange] octet copies);

  const unsigned short ONE = 1;
  const double MANY = Infinity;
  const boolean YES = true;

  static readonly attribute DOMString version;
  static attribute long counter;
  static readonly attribute Promise<long> promisedCounter;
  static Thing named(DOMString name);

  stringifier attribute DOMString name;
  [LegacyUnforgeable] readonly attribute DOMString fixed;
  [LegacyUnforgeable] DOMString nailed();
  [LegacyLenientThis] attribute long lenient;
  [LegacyLenientSetter] readonly attribute long settable;
  [PutForwards=name] readonly attribute Thing inner;
  [Replaceable] readonly attribute long replaceable;
  [SameObject] readonly attribute Thing same;
  attribute Color color;
  readonly attribute Promise<DOMString> promised;
  [NewObject] Promise<DOMString> later(DOMString what);
  [Exposed=Worker] undefined elsewhere();
  [SecureContext] undefined onlySecure();
  [Unscopable] undefined fail(DOMString how);
};

enum Color { "red", "dark-green", "" };

[Exposed=*]
interface Special : Thing {
  constructor();
  readonly attribute long extra;
  [Default] object toJSON();
};
Special includes Measured;

interface mixin Measured {
  readonly attribute unrestricted double size;
  readonly attribute any unsaid;
};

[Exposed=*]
interface MoreSpecial : Special {
  constructor();
  readonly attribute boolean most;
  [Default] object toJSON();
};

[Exposed=*, LegacyNoInterfaceObject]
interface Nameless {
  stringifier;
};

[Exposed=Window, LegacyWindowAlias=(OldName, OlderName)]
interface Aliased {
};

[Exposed=Worker]
interface ElsewhereOnly {
};

[Exposed=Window, SecureContext]
interface SecureOnly {
};
