// What `compareTable` compares: each source with each flags, where these go together, on each input.

const sources = [
  // Plain, empty, and several.
  "", "a", "b", "ab", "a|ab", "ab|a", "a|", "|a", "()", "(?:)", "x", "[ab]", "[^a]", "[^]", "[]", ".", "..", ".*", "\\s", "\\w+",
  // Repetition.
  "a*", "a*?", "a+", "a+?", "a{2}", "a{2,}", "a{0}", "(a*)*", "(a*)+b", "(?:a|b)*?b", "(a|ab)(c|bcd)*", "(z)((a+)?(b+)?(c))*",
  // What stands before and behind.
  "^", "^a", "^b", "$", "b$", "^$", "\\b", "\\ba", "\\B", "\\Ba", "(?<=a)b", "(?<!a)b", "(?<=^a)b", "(?<=(a)(b?))b", "(?=a)", "(?!a)",
  "(?=(a+))a*b\\1", "(?!(a))b\\1", "(?<=\\1(a))b", "a(?=b)|b", "\\n^a",
  // Groups.
  "(a)", "(b)", "(a)|(b)", "(a)|b", "((a)|(b))+", "(?<x>a)", "(?<x>a)|(?<y>b)", "(?<x>a)|(?<x>b)", "(?:(?<x>a)|(?<x>b))\\k<x>",
  "(?<x>a)(?<y>z)?", "(?<$>.)(?<_1>.)?", "(?<\\u0061>a)", "(a)(b)?(c)?", "(?:)()|()(a)", "(?i:A)b", "(?-i:a)B",
  // Numbers behind a backslash: references, or characters of the old kind.
  "(a)\\1", "\\1(a)", "\\1", "(a)\\2", "(a)\\2|b", "(a)(b)\\3", "(a)\\12", "\\8", "[\\1]", "\\0", "\\01", "\\\\1", "(a)\\\\2", "\\\\\\1",
  "(a)(?:b)\\2", "()()()()()()()()()\\10", "()()()()()()()()()()\\10", "(?<x>a)\\2", "\\k<x>", "\\k", "(a\\1)", "(a)\\1*b",
  // Slashes, backslashes and line ends, which the getter of `source` escapes.
  "/", "\\/", "\\\\/", "a/b", "[/]", "\n", "\r", "\u2028", "\\n", "\\\\n", "\\\n", "\\\\\\n", "\\\u2028", "\\\\u2028", "[\\\\n]", "a\\\nb",
  // Case.
  "A", "AB", "[A-Z]", "[^A-Z]", "(a)B\\1", "\\u212a", "k", "\\u017f", "S", "\\W", "[\\W_]", "\\xe9", "\\xc9", "\\xdf", "\\u0130", "\\xb5", "\\u03bc",
  // Characters beyond Latin-1, whole and in halves.
  "\u{1f600}", "\ud83d", "\ude00", "\\ud83d", "\\ude00", "\\ud83d\\ude00", "\\u{1f600}", "[\u{1f600}]", "[^\u{1f600}]", "^[^x]$",
  "\u{1f600}+", "(?<=\u{1f600})a", "(?<=\\ud83d)\\ude00", "\\p{L}", "\\P{L}", "\\p{Lu}", "(?<\u{1d49c}>a)", "\u4e00", "[\u4e00-\u9fff]",
  // Only with `v`.
  "[[a-z]--[b]]", "[\\q{ab|b}]", "[\\q{}]", "\\p{RGI_Emoji}", "[\\p{L}&&[a-k]]",
  // Strings, comments and numbers of a tokeniser.
  "\"[^\"]*\"", "\\/\\/.*|\\/\\*[\\s\\S]*?\\*\\/", "-?(0([Xx][0-9A-Fa-f]+|[0-7]*)|[1-9][0-9]*)",
  "-?(?=[0-9]*\\.|[0-9]+[eE])(([0-9]+\\.[0-9]*|[0-9]*\\.[0-9]+)([Ee][-+]?[0-9]+)?|[0-9]+[Ee][-+]?[0-9]+)",
];

const flagsList = ["y", "iy", "uy", "vy", "dgmy", "dimsuy", "dgsvy"];

const inputs = [
  "", "ab", "abab", "aAbB", "zaacbbbcac", "\na\r\nb", "\x01\x02\x08\x0a8 a", "\\1\\n/a/b", "\\\na\nb", "kKsS\xe9\xc9\xdf\xb5a",
  "\u212a\u017fkK\u0130i\u03bc\xb5", "\u{1f600}a\u{1f600}", "\ude00\ud83da\ud83d\ude00", "\u4e00ab\u2028b", "// x\n/* y */\"z\"", "0x1F -12.5e3 .5",
];

// The text is long, and its middle is not near an end.
const longInputs = ["a".repeat(1030) + "b\nAB\xe9" + "ab".repeat(40), "\u4e00" + "ab".repeat(600)];
const longFlagsList = ["", "g", "di", "y", "uy", "gmsvy"];
