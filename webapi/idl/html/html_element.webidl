// https://html.spec.whatwg.org/multipage/dom.html#htmlelement
[Exposed=Window]
interface HTMLElement : Element {
  attribute DOMString title;
  attribute DOMString lang;
  attribute (boolean or unrestricted double or DOMString)? hidden;
};
HTMLElement includes GlobalEventHandlers;
