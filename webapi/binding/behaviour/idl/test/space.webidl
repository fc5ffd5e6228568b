[Exposed=*]
namespace testSpace {
  const long LIMIT = 10;
  readonly attribute DOMString place;
  long twice(long number);
  Promise<long> later(long number);
};

[Exposed=Worker]
namespace elsewhereSpace {
};
