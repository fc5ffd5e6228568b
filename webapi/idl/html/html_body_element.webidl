// https://html.spec.whatwg.org/multipage/sections.html#htmlbodyelement
[Exposed=Window]
interface HTMLBodyElement : HTMLElement {
};
HTMLBodyElement includes WindowEventHandlers;
