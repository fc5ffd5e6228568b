// https://html.spec.whatwg.org/multipage/system-state.html#the-navigator-object
[Exposed=Window]
interface Navigator {};
Navigator includes NavigatorID;
Navigator includes NavigatorLanguage;
Navigator includes NavigatorOnLine;
Navigator includes NavigatorConcurrentHardware;
