// https://html.spec.whatwg.org/multipage/scripting.html#htmlscriptelement
[Exposed=Window]
interface HTMLScriptElement : HTMLElement {
  attribute DOMString type;
  attribute USVString src;
  attribute boolean noModule;
  attribute boolean async;
  attribute boolean defer;
  attribute DOMString charset;
  attribute DOMString text;

  static boolean supports(DOMString type);
};

// https://html.spec.whatwg.org/multipage/dom.html#htmlorsvgscriptelement
typedef HTMLScriptElement HTMLOrSVGScriptElement;
