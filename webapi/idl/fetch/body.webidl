// https://fetch.spec.whatwg.org/#body-mixin
interface mixin Body {
  readonly attribute boolean bodyUsed;
  [NewObject] Promise<ArrayBuffer> arrayBuffer();
  [NewObject] Promise<Blob> blob();
  [NewObject] Promise<Uint8Array> bytes();
  [NewObject] Promise<any> json();
  [NewObject] Promise<USVString> text();
};

// https://fetch.spec.whatwg.org/#bodyinit
typedef (Blob or BufferSource or URLSearchParams or USVString) BodyInit;
