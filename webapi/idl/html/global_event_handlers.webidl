// https://html.spec.whatwg.org/multipage/webappapis.html#globaleventhandlers: those that occur here.
interface mixin GlobalEventHandlers {
  attribute EventHandler onclick;
  attribute OnErrorEventHandler onerror;
  attribute EventHandler onload;
};
