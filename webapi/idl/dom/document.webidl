// https://dom.spec.whatwg.org/#interface-document
[Exposed=Window]
interface Document : Node {
  readonly attribute USVString URL;
  readonly attribute USVString documentURI;
  readonly attribute DOMString compatMode;
  readonly attribute DOMString characterSet;
  readonly attribute DOMString charset;
  readonly attribute DOMString inputEncoding;
  readonly attribute DOMString contentType;

  readonly attribute DocumentType? doctype;
  readonly attribute Element? documentElement;
  HTMLCollection getElementsByTagName(DOMString qualifiedName);
  HTMLCollection getElementsByClassName(DOMString classNames);

  [NewObject] Element createElement(DOMString localName);
  [NewObject] Element createElementNS(DOMString? namespace, DOMString qualifiedName);
  [NewObject] DocumentFragment createDocumentFragment();
  [NewObject] Text createTextNode(DOMString data);
  [NewObject] Comment createComment(DOMString data);

  Node adoptNode(Node node);
};

// https://html.spec.whatwg.org/multipage/dom.html#the-document-object
enum DocumentReadyState { "loading", "interactive", "complete" };

partial interface Document {
  // Not as upstream: nothing navigates, so there is no [PutForwards=href].
  [LegacyUnforgeable] readonly attribute Location? location;
  readonly attribute DocumentReadyState readyState;
  attribute DOMString title;
  attribute HTMLElement? body;
  readonly attribute HTMLElement? head; // Not as upstream: heads have no interface of their own.
  [SameObject] readonly attribute HTMLCollection scripts;
  readonly attribute HTMLOrSVGScriptElement? currentScript;
  readonly attribute WindowProxy? defaultView;

  [LegacyLenientThis] attribute EventHandler onreadystatechange;
};
Document includes GlobalEventHandlers;
