[Exposed=*]
interface Echo {
  static any any_(any v);
  static object object_(object v);
  static boolean boolean_(boolean v);
  static byte byte_(byte v);
  static octet octet_(octet v);
  static short short_(short v);
  static unsigned short ushort(unsigned short v);
  static long long_(long v);
  static unsigned long ulong(unsigned long v);
  static long long longlong(long long v);
  static unsigned long long ulonglong(unsigned long long v);
  static octet clamped([Clamp] octet v);
  static long enforced([EnforceRange] long v);
  static float float_(float v);
  static unrestricted float ufloat(unrestricted float v);
  static double double_(double v);
  static unrestricted double udouble(unrestricted double v);
  static bigint bigint_(bigint v);
  static symbol symbol_(symbol v);
  static DOMString string(DOMString v);
  static DOMString nullString([LegacyNullToEmptyString] DOMString v);
  static USVString usv(USVString v);
  static ByteString bytes(ByteString v);
  static Color color(Color v);
  static Thing thing(Thing v);
  static Thing? nullable(Thing? v);
  static sequence<long> sequence_(sequence<long> v);
  static FrozenArray<DOMString> frozen(FrozenArray<DOMString> v);
  static record<DOMString, long> record_(record<DOMString, long> v);
  static record<ByteString, any> byteRecord(record<ByteString, any> v);
  static (long or DOMString) numberOrString((long or DOMString) v);
  static (boolean or Thing or sequence<DOMString> or Options or DOMString)? mixed((boolean or Thing or sequence<DOMString> or Options or DOMString)? v);
  static (bigint or unrestricted double) numeric((bigint or unrestricted double) v);
  static Options options(Options v);
  static BufferSource buffer(BufferSource v);
  static ArrayBufferView view(ArrayBufferView v);
  static ArrayBufferView sharedView([AllowShared] ArrayBufferView v);
  static ArrayBuffer resizable([AllowResizable] ArrayBuffer v);
  static Uint8Array uint8([AllowShared, AllowResizable] Uint8Array v);
  static AllowSharedBufferSource anyBuffer(AllowSharedBufferSource v);
  static Promise<any> promise(Promise<any> v);
  static DOMString defaults(optional long a = 7, optional DOMString b = "b", optional double c = 0.5, optional boolean d = true,
                            optional Color e = "dark-green", optional sequence<long> f = [], optional Thing? g = null,
                            optional any h, optional long i);
  static long variadic(DOMString first, long... rest);
};

dictionary BaseOptions {
  long base = 1;
};

dictionary Options : BaseOptions {
  required DOMString name;
  Color color;
  sequence<long> list = [];
};

partial dictionary Options {
  boolean added;
};
