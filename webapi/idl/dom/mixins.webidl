// https://dom.spec.whatwg.org/#interface-nonelementparentnode
interface mixin NonElementParentNode {
  Element? getElementById(DOMString elementId);
};
Document includes NonElementParentNode;
DocumentFragment includes NonElementParentNode;

// https://dom.spec.whatwg.org/#interface-parentnode
interface mixin ParentNode {
  [SameObject] readonly attribute HTMLCollection children;
  readonly attribute Element? firstElementChild;
  readonly attribute Element? lastElementChild;
  readonly attribute unsigned long childElementCount;

  [Unscopable] undefined prepend((Node or DOMString)... nodes);
  [Unscopable] undefined append((Node or DOMString)... nodes);
  [Unscopable] undefined replaceChildren((Node or DOMString)... nodes);
};
Document includes ParentNode;
DocumentFragment includes ParentNode;
Element includes ParentNode;

// https://dom.spec.whatwg.org/#interface-childnode
interface mixin ChildNode {
  [Unscopable] undefined before((Node or DOMString)... nodes);
  [Unscopable] undefined after((Node or DOMString)... nodes);
  [Unscopable] undefined replaceWith((Node or DOMString)... nodes);
  [Unscopable] undefined remove();
};
DocumentType includes ChildNode;
Element includes ChildNode;
CharacterData includes ChildNode;

// https://dom.spec.whatwg.org/#interface-nondocumenttypechildnode
interface mixin NonDocumentTypeChildNode {
  readonly attribute Element? previousElementSibling;
  readonly attribute Element? nextElementSibling;
};
Element includes NonDocumentTypeChildNode;
CharacterData includes NonDocumentTypeChildNode;
