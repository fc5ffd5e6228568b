// https://dom.spec.whatwg.org/#interface-nodelist
[Exposed=Window]
interface NodeList {
  Node? item(unsigned long index);
  readonly attribute unsigned long length;
};
