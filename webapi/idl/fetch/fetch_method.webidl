// https://fetch.spec.whatwg.org/#fetch-method
partial interface mixin WindowOrWorkerGlobalScope {
  [NewObject] Promise<Response> fetch(USVString input, optional any init); // Not as upstream: options are not read yet.
};
