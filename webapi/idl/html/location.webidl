// https://html.spec.whatwg.org/multipage/nav-history-apis.html#the-location-interface
[Exposed=Window]
interface Location {
  [LegacyUnforgeable] stringifier readonly attribute USVString href; // Not as upstream: readonly, as nothing navigates.
  [LegacyUnforgeable] readonly attribute USVString origin;
  [LegacyUnforgeable] readonly attribute USVString protocol; // Not as upstream: readonly, as nothing navigates.
  [LegacyUnforgeable] readonly attribute USVString host; // Not as upstream: readonly, as nothing navigates.
  [LegacyUnforgeable] readonly attribute USVString hostname; // Not as upstream: readonly, as nothing navigates.
  [LegacyUnforgeable] readonly attribute USVString port; // Not as upstream: readonly, as nothing navigates.
  [LegacyUnforgeable] readonly attribute USVString pathname; // Not as upstream: readonly, as nothing navigates.
  [LegacyUnforgeable] readonly attribute USVString search; // Not as upstream: readonly, as nothing navigates.
  [LegacyUnforgeable] readonly attribute USVString hash; // Not as upstream: readonly, as nothing navigates.
};
