// https://dom.spec.whatwg.org/#interface-htmlcollection
[Exposed=Window]
interface HTMLCollection {
  readonly attribute unsigned long length;
  Element? item(unsigned long index);
  Element? namedItem(DOMString name);
};
