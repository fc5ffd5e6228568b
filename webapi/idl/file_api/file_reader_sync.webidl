// https://w3c.github.io/FileAPI/#FileReaderSync
[Exposed=(DedicatedWorker,SharedWorker)]
interface FileReaderSync {
  constructor();
  ArrayBuffer readAsArrayBuffer(Blob blob);
  DOMString readAsBinaryString(Blob blob);
  DOMString readAsText(Blob blob, optional DOMString encoding);
  DOMString readAsDataURL(Blob blob);
};
