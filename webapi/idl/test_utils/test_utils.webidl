// https://testutils.spec.whatwg.org/#the-testutils-namespace
[Exposed=(Window,Worker)]
namespace TestUtils {
  [NewObject] Promise<undefined> gc();
};
